package dev.millrace.statistics;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a number of trials of one stage or step say together.
public final class Summary {
  public static final Summary NONE = new Summary(List.of());

  private final List<Trial> trials;
  private volatile @Nullable List<Duration> passes;

  /// @param trials oldest first
  public Summary(List<Trial> trials) {
    this.trials = List.copyOf(trials);
  }

  /// Oldest first.
  public List<Trial> trials() {
    return trials;
  }

  /// How long those took that passed, the shortest first. Sorted once: each change on a page asks it of each stage.
  List<Duration> passes() {
    List<Duration> known = passes;
    if (known == null) {
      known = trials.stream().filter(Trial::passed).map(Trial::duration).sorted().toList();
      passes = known;
    }
    return known;
  }

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
    return trials.isEmpty()
        ? Optional.empty()
        : Optional.of(percentile(percent, trials.stream().map(Trial::duration).sorted().toList()));
  }

  /// @param sorted at least one, the shortest first
  static Duration percentile(int percent, List<Duration> sorted) {
    return sorted.get((sorted.size() * percent + 99) / 100 - 1);
  }

  /// The last so many trials, oldest first.
  public List<Trial> last(int many) {
    return trials.subList(Math.max(0, trials.size() - many), trials.size());
  }
}
