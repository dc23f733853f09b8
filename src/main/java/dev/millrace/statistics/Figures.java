package dev.millrace.statistics;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the trials of one stage or step within a [Window] come to, and the newest ones, which are the same whatever the
/// window is.
///
/// @param count how many trials are in the window
/// @param failures how many of them failed
/// @param median the duration that half of them did not exceed; null without trials
/// @param percentile95 the one that 95 of 100 did not exceed; null without trials
/// @param latest the newest trials, [#LATEST] at most, oldest first
public record Figures(
    int count, int failures, @Nullable Duration median, @Nullable Duration percentile95, List<Latest> latest) {
  /// How many of the newest trials are told one by one.
  public static final int LATEST = 30;

  public static final Figures NONE = new Figures(0, 0, null, null, List.of());

  /// One of the newest trials.
  ///
  /// @param change the number of the change that was tried
  public record Latest(int change, Trial trial) {}

  public Figures {
    latest = List.copyOf(latest);
    if (failures < 0 || failures > count || count > 0 == (median == null) || (median == null) != (percentile95 == null)) {
      throw new IllegalArgumentException(failures + " failures, " + median + " and " + percentile95 + " of " + count);
    }
  }

  /// @param within the trials of the window
  /// @param latest the newest trials, oldest first
  public static Figures of(Summary within, List<Latest> latest) {
    int failures = (int) within.trials().stream().filter(trial -> !trial.passed()).count();
    return new Figures(
        within.count(), failures, within.median().orElse(null), within.percentile(95).orElse(null), latest);
  }

  /// The share of trials that failed, 0 to 1; empty without trials.
  public Optional<Double> failureRate() {
    return count == 0 ? Optional.empty() : Optional.of((double) failures / count);
  }

  /// The newest trials, to be summed up themselves: what is expected of the next one follows from them.
  public Summary recent() {
    return new Summary(latest.stream().map(Latest::trial).toList());
  }
}
