package dev.millrace.statistics;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;

/// The time that is looked at: whole buckets, the last of which still goes on.
///
/// @param days what was asked for
/// @param from the beginning of the first bucket
/// @param to now
public record Period(int days, Instant from, Instant to, Grain grain, int buckets) {
  /// What one can ask for.
  public static final List<Integer> DAYS = List.of(7, 30, 90, 365);

  public static final int USUAL = 30;

  /// @param days one of [#DAYS]
  public static Period ofDays(int days, Instant now) {
    return switch (days) {
      case 7 -> of(days, Grain.QUARTER_DAY, 28, now);
      case 30 -> of(days, Grain.DAY, 30, now);
      case 90 -> of(days, Grain.WEEK, 13, now);
      case 365 -> of(days, Grain.WEEK, 52, now);
      default -> throw new IllegalArgumentException("there is no period of " + days + " days");
    };
  }

  private static Period of(int days, Grain grain, int buckets, Instant now) {
    return new Period(days, grain.start(now).minus(grain.length().multipliedBy(buckets - 1)), now, grain, buckets);
  }

  /// The beginning of each bucket, oldest first.
  public List<Instant> starts() {
    return IntStream.range(0, buckets).mapToObj(this::start).toList();
  }

  /// The beginning of a bucket.
  ///
  /// @param at from 0
  public Instant start(int at) {
    return from.plus(grain.length().multipliedBy(at));
  }

  /// Which bucket an instant lies in, from 0; below 0 before the first, and never behind the last.
  public int bucket(Instant at) {
    return (int) Math.min(buckets - 1, Math.floorDiv(Duration.between(from, at).toSeconds(), grain.length().toSeconds()));
  }

  /// How long it has been, in days.
  public double length() {
    return Duration.between(from, to).toMillis() / 86_400_000.0;
  }
}
