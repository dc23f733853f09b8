package dev.millrace.statistics;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a number of trials of one stage or step say together.
///
/// @param trials oldest first
public record Summary(List<Trial> trials) {
  public Summary {
    trials = List.copyOf(trials);
  }

  public static final Summary NONE = new Summary(List.of());

  public int count() {
    return trials.size();
  }

  /// The share of trials that failed, 0 to 1; empty without trials.
  public Optional<Double> failureRate() {
    return trials.isEmpty()
        ? Optional.empty()
        : Optional.of((double) trials.stream().filter(trial -> !trial.passed()).count() / trials.size());
  }

  public Optional<Duration> median() {
    return percentile(50);
  }

  /// The duration that so many percent of the trials did not exceed (nearest rank); empty without trials.
  public Optional<Duration> percentile(int percent) {
    if (percent < 1 || percent > 100) {
      throw new IllegalArgumentException("a percentile lies between 1 and 100, not at " + percent);
    }
    if (trials.isEmpty()) {
      return Optional.empty();
    }
    List<Duration> sorted = trials.stream().map(Trial::duration).sorted().toList();
    return Optional.of(sorted.get((sorted.size() * percent + 99) / 100 - 1));
  }

  /// The last so many trials, oldest first.
  public List<Trial> last(int many) {
    return trials.subList(Math.max(0, trials.size() - many), trials.size());
  }
}
