package dev.millrace.web.view;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a row and the head of a change's page both say of it.
///
/// @param branch empty for a bare commit
/// @param into the branch it is to be integrated into; empty when it is not
/// @param sentence why it is in its state, or what it does now; may be empty
/// @param left how long it will still take; empty when nobody knows
/// @param clock how long it has been on its way, or was
public record Headline(
    String id,
    String number,
    String href,
    String pipeline,
    String pipelineHref,
    String subject,
    String author,
    String branch,
    String into,
    Look look,
    String sentence,
    String left,
    Clock clock,
    Moment created,
    Bar bar,
    boolean ended,
    String cancellation) {

  static Headline of(Change change, Flow flow, Instant now) {
    return of(change, Standing.of(change), flow, now);
  }

  static Headline of(Change change, Standing standing, Flow flow, Instant now) {
    return new Headline(
        change.id().pipeline() + "-" + change.id().number(),
        "#" + change.id().number(),
        Links.change(change.id()),
        change.id().pipeline().text(),
        Links.pipeline(change.id().pipeline()),
        change.commit().subject().isBlank() ? "(no subject)" : change.commit().subject(),
        change.commit().author(),
        change.aim().branch() == null ? "" : change.aim().branch().text(),
        change.aim() instanceof Aim.Integrate(var _, var into) ? into.text() : "",
        Look.of(change.state()),
        sentence(change, standing),
        left(change, standing, flow, now),
        clock(change, now),
        Moment.of(change.createdAt(), now),
        Bar.of(standing),
        change.ended(),
        Links.cancellation(change.id()));
  }

  /// What fits into the title of a window: the state first.
  String title() {
    return look.word() + " · " + number + " " + (subject.length() > 60 ? subject.substring(0, subject.offsetByCodePoints(0, Math.min(58, subject.codePointCount(0, subject.length())))) + "…" : subject);
  }

  private static String sentence(Change change, Standing standing) {
    return switch (change.state()) {
      case ChangeState.Queued _ -> "Waits for its turn.";
      case ChangeState.Merging _ -> "Its candidate is being made.";
      case ChangeState.Moving _ -> moving(standing);
      case ChangeState.Cancelling(Instant _, String because) -> Prose.capital(because);
      case ChangeState.Ended ended -> Prose.capital(ended.because());
    };
  }

  private static String moving(Standing standing) {
    Map<StageState, List<String>> stages =
        standing.states().entrySet().stream()
            .collect(Collectors.groupingBy(Map.Entry::getValue, Collectors.mapping(entry -> entry.getKey().text(), Collectors.toList())));
    List<String> running = stages.getOrDefault(StageState.RUNNING, List.of());
    if (running.isEmpty()) {
      return "";
    }
    return "In " + String.join(", ", running.subList(0, Math.min(3, running.size()))) + (running.size() > 3 ? " and " + (running.size() - 3) + " more" : "");
  }

  private static String left(Change change, Standing standing, Flow flow, Instant now) {
    if (!(change.state() instanceof ChangeState.Moving)) {
      return "";
    }
    Optional<Duration> left = Estimate.left(change, standing, flow, now);
    return left.map(rest -> rest.compareTo(Duration.ofSeconds(1)) < 0 ? "about to finish" : Prose.roughly(rest) + " left").orElse("");
  }

  private static Clock clock(Change change, Instant now) {
    Optional<Instant> began =
        Estimate.began(change.attempts().stream().filter(attempt -> attempt.round() == change.round()).toList());
    return switch (change.state()) {
      case ChangeState.Queued(Instant since, var _) -> Clock.running(since, now);
      case ChangeState.Merging(Instant since, var _) -> Clock.running(since, now);
      case ChangeState.Cancelling(Instant since, String _) -> Clock.running(began.orElse(since), now);
      case ChangeState.Moving(Instant since) -> Clock.running(began.orElse(since), now);
      case ChangeState.Ended ended ->
          began.filter(start -> start.isBefore(ended.at())).map(start -> Clock.stopped(Duration.between(start, ended.at()))).orElse(Clock.NONE);
    };
  }

  /// What people have to know of an attempt's end; empty when there is nothing.
  static String why(Attempt attempt) {
    return switch (attempt.state()) {
      case AttemptState.Planned _ -> "waits to be started";
      case AttemptState.Running _, AttemptState.Passed _ -> "";
      case AttemptState.Stopping(var _, AttemptState.StopReason.Cancelled(String because)) -> because;
      case AttemptState.Stopping(var _, AttemptState.StopReason.TimedOut(Duration limit)) -> "timed out after " + Prose.duration(limit);
      case AttemptState.Failed failed -> failed.fault().sentence();
      case AttemptState.Errored errored -> errored.because() + (errored.again() ? "; not the change's fault" : "");
      case AttemptState.Cancelled cancelled -> cancelled.because();
    };
  }
}
