package dev.millrace.web.view;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.statistics.Estimate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// What a row and the head of a change's page both say of it.
///
/// @param branch empty for a bare commit
/// @param into the branch it is to be integrated into; empty when it is not
/// @param sentence why it is in its state, or what it does now; may be empty
/// @param left how long it will still take, in words; empty when it has ended
/// @param due the same, with the times
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
    Forecast due,
    Clock clock,
    Moment created,
    Bar bar,
    boolean ended,
    String cancellation) {

  static Headline of(Change change, Flow flow, Instant now) {
    return of(change, Standing.of(change), flow, now);
  }

  static Headline of(Change change, Standing standing, Flow flow, Instant now) {
    return of(change, standing, flow, now, Waiting.UNKNOWN);
  }

  static Headline of(Change change, Standing standing, Flow flow, Instant now, Waiting waits) {
    Forecast due = due(change, flow, now);
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
        sentence(change, standing, flow, now, waits),
        due.text(),
        due,
        clock(change, now),
        Moment.of(change.createdAt(), now),
        Bar.of(standing),
        change.ended(),
        Links.cancellation(change.id()));
  }

  /// How long a container may take to start before it is said to wait.
  private static final Duration START = Duration.ofSeconds(4);

  /// What fits into the title of a window: the state first.
  String title() {
    return look.word() + " · " + number + " " + (subject.length() > 60 ? subject.substring(0, subject.offsetByCodePoints(0, Math.min(58, subject.codePointCount(0, subject.length())))) + "…" : subject);
  }

  private static String sentence(Change change, Standing standing, Flow flow, Instant now, Waiting waits) {
    return switch (change.state()) {
      case ChangeState.Queued _ ->
          flow.before(change.id()).map(before -> "Waits for its turn behind #" + before.number()).orElse("Waits for its turn");
      case ChangeState.Merging _ -> "Its candidate is being merged";
      case ChangeState.Moving _ -> moving(change, standing, now, waits);
      case ChangeState.Leaving leaving -> Prose.capital(leaving.because());
      case ChangeState.Ended ended -> Prose.capital(ended.because());
    };
  }

  private static String moving(Change change, Standing standing, Instant now, Waiting because) {
    List<String> running = new ArrayList<>();
    List<String> waiting = new ArrayList<>();
    for (Stage stage : change.pipeline().stages()) {
      if (standing.state(stage) == StageState.RUNNING) {
        String waits = waits(stage, standing.attempts(stage), now, because);
        if (waits.isEmpty()) {
          running.add(stage.name().text());
        } else {
          waiting.add(stage.name() + " " + waits);
        }
      }
    }
    if (running.isEmpty()) {
      return waiting.isEmpty() ? "" : Prose.capital(waiting.getFirst());
    }
    return "In " + String.join(", ", running.subList(0, Math.min(3, running.size()))) + (running.size() > 3 ? " and " + (running.size() - 3) + " more" : "");
  }

  /// What a stage waits for of which nothing has begun; empty for others.
  static String waits(Stage stage, Collection<Attempt> attempts, Instant now, Waiting because) {
    Optional<Instant> since = Cell.waitsSince(attempts);
    if (since.isEmpty()) {
      return "";
    }
    if (stage.moves()) {
      return "is about to be done";
    }
    if (!because.trouble().isEmpty()) {
      return "waits for the engine";
    }
    return Duration.between(since.get(), now).compareTo(START) < 0
        ? "is being started"
        : "waits for " + because.reason(attempts).orElse("its container");
  }

  private static Forecast due(Change change, Flow flow, Instant now) {
    return switch (change.state()) {
      case ChangeState.Queued _, ChangeState.Merging _, ChangeState.Moving _ -> {
        Estimate estimate = flow.estimate(change, now);
        yield estimate instanceof Estimate.Overdue && flow.before(change.id()).isPresent() ? Forecast.HELD_UP : Forecast.of(estimate, now);
      }
      case ChangeState.Leaving _, ChangeState.Ended _ -> Forecast.NONE;
    };
  }

  private static Clock clock(Change change, Instant now) {
    Optional<Instant> began =
        Cell.began(change.attempts().stream().filter(attempt -> attempt.round() == change.round()).toList());
    return switch (change.state()) {
      case ChangeState.Queued(Instant since, var _) -> Clock.running(since, now);
      case ChangeState.Merging(Instant since, var _) -> Clock.running(since, now);
      case ChangeState.Leaving leaving -> Clock.running(began.orElse(leaving.since()), now);
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
