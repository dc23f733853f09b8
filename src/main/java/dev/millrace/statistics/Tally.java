package dev.millrace.statistics;

import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a number of trials say together. Durations are those of the trials that passed: one that failed has ended early,
/// or late for a reason of its own. Percentiles are exact, by nearest rank.
///
/// @param median null when none passed
/// @param percentile95 null when none passed
/// @param slowest the number of the change whose trial passed last in duration; 0 when none passed
/// @param failing the number of the newest change that failed; 0 when none failed
public record Tally(
    int trials, int failed, @Nullable Duration median, @Nullable Duration percentile95, int slowest, int failing) {
  public static final Tally NONE = new Tally(0, 0, null, null, 0, 0);

  /// @param trials oldest first
  public static Tally of(List<ChangeTrial> trials) {
    if (trials.isEmpty()) {
      return NONE;
    }
    List<ChangeTrial> passed = trials.stream().filter(ChangeTrial::passed).toList();
    long[] nanos = sorted(passed);
    return new Tally(
        trials.size(),
        trials.size() - passed.size(),
        percentile(nanos, 50),
        percentile(nanos, 95),
        passed.stream().max(Comparator.comparing(ChangeTrial::duration)).map(ChangeTrial::change).orElse(0),
        trials.stream().filter(trial -> !trial.passed()).reduce((_, later) -> later).map(ChangeTrial::change).orElse(0));
  }

  /// The share that failed, 0 to 1; empty without trials.
  public Optional<Double> failureRate() {
    return trials == 0 ? Optional.empty() : Optional.of((double) failed / trials);
  }

  static long[] sorted(List<ChangeTrial> trials) {
    long[] nanos = trials.stream().mapToLong(trial -> trial.duration().toNanos()).toArray();
    Arrays.sort(nanos);
    return nanos;
  }

  static @Nullable Duration percentile(long[] sorted, int percent) {
    return sorted.length == 0
        ? null
        : Duration.ofNanos(sorted[(int) (((long) sorted.length * percent + 99) / 100) - 1]);
  }
}
