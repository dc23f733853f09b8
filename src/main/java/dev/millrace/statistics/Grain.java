package dev.millrace.statistics;

import java.time.Duration;
import java.time.Instant;

/// How long a bucket is. Buckets begin at round hours, at midnight, or on Mondays, all of UTC.
public enum Grain {
  QUARTER_DAY(Duration.ofHours(6), 0),
  DAY(Duration.ofDays(1), 0),
  /// The epoch began on a Thursday.
  WEEK(Duration.ofDays(7), 4 * 86_400L);

  private final Duration length;
  private final long first;

  Grain(Duration length, long first) {
    this.length = length;
    this.first = first;
  }

  public Duration length() {
    return length;
  }

  /// The beginning of the bucket that this instant lies in.
  Instant start(Instant at) {
    long seconds = length.toSeconds();
    return Instant.ofEpochSecond(Math.floorDiv(at.getEpochSecond() - first, seconds) * seconds + first);
  }
}
