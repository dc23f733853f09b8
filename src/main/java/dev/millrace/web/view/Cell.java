package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.statistics.Estimate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One stage of one change.
///
/// @param href where everything about it is, and everything that can be done
/// @param log the log that one would look at first; empty when there is none
/// @param logs all of them, the worst first, for the menu: `unit failed /pipelines/…`, a line for each
/// @param again whether it makes sense to run the change again from here
/// @param says the cell in a sentence
public record Cell(
    String id,
    String stage,
    Look look,
    Clock clock,
    String attempt,
    String left,
    String href,
    String log,
    String logs,
    boolean again,
    String says) {

  static Cell of(Change change, Stage stage, Standing standing, Flow flow, Instant now) {
    return of(change, stage, standing, flow, now, Waiting.UNKNOWN);
  }

  static Cell of(Change change, Stage stage, Standing standing, Flow flow, Instant now, Waiting because) {
    Collection<Attempt> attempts = standing.attempts(stage);
    Look look = look(standing.state(stage), attempts);
    Optional<Instant> began = began(attempts);
    Clock clock = clock(attempts, began, now);
    int number = attempts.isEmpty() ? 0 : change.latestNumber(stage.name());
    String left =
        look == Look.RUNNING && began.isPresent()
            ? Forecast.of(Estimate.of(flow.statistics(stage.name()), Duration.between(began.get(), now)), now).brief()
            : "";
    String waits = look == Look.QUEUED ? Headline.waits(stage, attempts, now, because) : "";
    String why =
        waits.isEmpty()
            ? attempts.stream().sorted(WORST_FIRST).map(Headline::why).filter(text -> !text.isEmpty()).findFirst().orElse("")
            : waits;
    return new Cell(
        "cell-" + change.id().pipeline() + "-" + change.id().number() + "-" + stage.name(),
        stage.name().text(),
        look,
        clock,
        number > 1 ? "×" + number : "",
        left,
        Links.change(change.id()) + "#stage-" + stage.name(),
        log(stage, attempts),
        logs(stage, attempts),
        again(change, stage, standing),
        stage.name() + " " + look.word()
            + (clock.text().isEmpty() ? "" : (clock.since().isEmpty() ? " after " : " for ") + clock.text())
            + (why.isEmpty() ? "" : ": " + why)
            + (number > 1 ? ", attempt " + number : "")
            + (left.isEmpty() ? "" : ", " + left));
  }

  /// What it says where others say how long they took: an end that came before anything began.
  public String word() {
    boolean end = look == Look.ERRORED || look == Look.FAILED || look == Look.CANCELLED;
    return end && clock.text().isEmpty() ? look.word() : "";
  }

  static Cell absent(Change change, StageName stage) {
    return new Cell(
        "cell-" + change.id().pipeline() + "-" + change.id().number() + "-" + stage,
        stage.text(), Look.ABSENT, Clock.NONE, "", "", Links.change(change.id()), "", "", false, stage + " " + Look.ABSENT.word());
  }

  /// Whether what comes before the stage is there to be kept, and nothing is under way.
  static boolean again(Change change, Stage stage, Standing standing) {
    return change.ended()
        && change.landedWith().isEmpty()
        && standing.state(stage) != StageState.SKIPPED
        && stage.needs().stream().allMatch(need -> standing.states().get(need) == StageState.PASSED);
  }

  static Clock clock(Collection<Attempt> attempts, Optional<Instant> began, Instant now) {
    if (began.isEmpty()) {
      return waitsSince(attempts).map(since -> Clock.running(since, now)).orElse(Clock.NONE);
    }
    if (attempts.stream().anyMatch(attempt -> !attempt.ended())) {
      return Clock.running(began.get(), now);
    }
    Instant finished =
        attempts.stream().flatMap(attempt -> attempt.finishedAt().stream()).max(Comparator.naturalOrder()).orElse(began.get());
    return Clock.stopped(Duration.between(began.get(), finished));
  }

  static Look look(StageState state, Collection<Attempt> attempts) {
    if (state != StageState.RUNNING) {
      return Look.of(state);
    }
    if (attempts.stream().anyMatch(attempt -> attempt.state() instanceof AttemptState.Stopping)) {
      return Look.STOPPING;
    }
    boolean planned = attempts.stream().filter(attempt -> !attempt.ended()).allMatch(attempt -> attempt.state() instanceof AttemptState.Planned);
    return planned ? Look.QUEUED : Look.RUNNING;
  }

  private static String log(Stage stage, Collection<Attempt> attempts) {
    return logged(stage, attempts).findFirst().map(attempt -> Links.log(attempt.id())).orElse("");
  }

  private static String logs(Stage stage, Collection<Attempt> attempts) {
    return logged(stage, attempts)
        .map(attempt -> attempt.id().step() + " " + Look.of(attempt.state()).css() + " " + Links.log(attempt.id()))
        .collect(Collectors.joining("\n"));
  }

  private static Stream<Attempt> logged(Stage stage, Collection<Attempt> attempts) {
    return attempts.stream()
        .filter(attempt -> !(stage.step(attempt.id().step()) instanceof Step.Promotion))
        .sorted(WORST_FIRST.thenComparing(Attempt::id));
  }

  /// When the first of these attempts began.
  static Optional<Instant> began(Collection<Attempt> attempts) {
    return attempts.stream().flatMap(attempt -> attempt.startedAt().stream()).min(Comparator.naturalOrder());
  }

  /// Since when these attempts wait to be started; empty when one has begun or there are none.
  static Optional<Instant> waitsSince(Collection<Attempt> attempts) {
    return attempts.stream().allMatch(attempt -> attempt.ended() || attempt.state() instanceof AttemptState.Planned)
        ? attempts.stream().filter(attempt -> !attempt.ended()).map(Attempt::plannedAt).min(Comparator.naturalOrder())
        : Optional.empty();
  }

  /// What somebody who looks at a stage wants to see first.
  private static final Comparator<Attempt> WORST_FIRST =
      Comparator.comparingInt(
          attempt ->
              switch (attempt.state()) {
                case AttemptState.Failed _ -> 0;
                case AttemptState.Errored _ -> 1;
                case AttemptState.Stopping _ -> 2;
                case AttemptState.Running _ -> 3;
                case AttemptState.Cancelled _ -> 4;
                case AttemptState.Passed _ -> 5;
                case AttemptState.Planned _ -> 6;
              });
}
