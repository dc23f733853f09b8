package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Optional;

/// How long something will still take, from how long it took before. Nothing is said from fewer than three passes.
final class Estimate {
  private static final int ENOUGH = 3;

  private Estimate() {}

  /// How long the stage takes when it passes.
  static Optional<Duration> usual(Summary summary) {
    var passed = new Summary(summary.trials().stream().filter(Trial::passed).toList());
    return passed.count() < ENOUGH ? Optional.empty() : passed.median();
  }

  /// What is left of a stage; empty when it takes longer than usual already.
  static Optional<Duration> left(Summary summary, Instant startedAt, Instant now) {
    return usual(summary).map(usual -> usual.minus(Duration.between(startedAt, now))).filter(Duration::isPositive);
  }

  /// What is left of a change that moves: the longest way through the stages that have not passed; empty unless each of
  /// them is known. A stage that takes longer than usual counts as about to end.
  static Optional<Duration> left(Change change, Standing standing, Flow flow, Instant now) {
    var ends = new HashMap<StageName, Duration>();
    for (Stage stage : change.pipeline().stages()) {
      Duration before =
          stage.needs().stream().map(need -> ends.getOrDefault(need, Duration.ZERO)).max(Comparator.naturalOrder()).orElse(Duration.ZERO);
      StageState state = standing.state(stage);
      if (state == StageState.PASSED || state == StageState.SKIPPED) {
        ends.put(stage.name(), before);
        continue;
      }
      Optional<Duration> usual = usual(flow.statistics(stage.name()));
      if (usual.isEmpty()) {
        return Optional.empty();
      }
      Duration spent =
          standing.attempts(stage).stream()
              .flatMap(attempt -> attempt.startedAt().stream())
              .min(Comparator.naturalOrder())
              .map(started -> Duration.between(started, now))
              .orElse(Duration.ZERO);
      Duration rest = usual.get().minus(spent);
      ends.put(stage.name(), before.plus(rest.isNegative() ? Duration.ZERO : rest));
    }
    return ends.values().stream().max(Comparator.naturalOrder());
  }

  /// When the first of these attempts began.
  static Optional<Instant> began(Iterable<Attempt> attempts) {
    Optional<Instant> first = Optional.empty();
    for (Attempt attempt : attempts) {
      Optional<Instant> started = attempt.startedAt();
      if (started.isPresent() && (first.isEmpty() || started.get().isBefore(first.get()))) {
        first = started;
      }
    }
    return first;
  }
}
