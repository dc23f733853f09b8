package dev.millrace.statistics;

import java.time.Duration;
import java.time.Instant;

/// When trials became others than they were, and by how much.
public sealed interface Shift {
  /// The end of the first trial that was different.
  Instant at();

  /// The number of its change.
  int change();

  /// How likely trials that never changed look as changed as these, at most.
  double chance();

  Kind kind();

  /// What became of them.
  enum Kind {
    SLOWER,
    FASTER,
    FLAKIER,
    STEADIER
  }

  /// They took longer or shorter: the medians of those that passed, before and since.
  record OfDuration(Instant at, int change, Duration from, Duration to, double chance) implements Shift {
    @Override
    public Kind kind() {
      return to.compareTo(from) > 0 ? Kind.SLOWER : Kind.FASTER;
    }
  }

  /// They failed more or less often: the failure rates before and since, 0 to 1.
  record OfFailures(Instant at, int change, double from, double to, double chance) implements Shift {
    @Override
    public Kind kind() {
      return to > from ? Kind.FLAKIER : Kind.STEADIER;
    }
  }
}
