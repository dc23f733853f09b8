package dev.millrace.engine;

import java.time.Duration;

/// How long to wait before something is tried again that does not work: twice as long each time, up to a bound, and
/// never exactly as long as everybody else who waits for the same.
///
/// @param first after the first failure
/// @param most never longer than this
record Backoff(Duration first, Duration most) {
  private static final int DOUBLINGS = 30;

  /// @param failures how often it has failed in a row, at least once
  /// @param chance from 0 to 1
  Duration pause(int failures, double chance) {
    double doubled = first.toMillis() * (double) (1L << Math.min(failures - 1, DOUBLINGS));
    return Duration.ofMillis((long) Math.min(most.toMillis(), doubled * (0.75 + chance / 2)));
  }
}
