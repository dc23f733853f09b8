package dev.millrace.pipeline;

import java.time.Duration;

/// A repository that somebody else hosts, of which this server keeps a mirror.
///
/// @param poll how long after one look there comes the next
public record Remote(RemoteUrl url, Duration poll) {
  /// How often one looks unless said otherwise.
  public static final Duration USUAL = Duration.ofMinutes(1);

  /// No more often than this: whoever hosts it has other guests.
  public static final Duration SHORTEST = Duration.ofSeconds(5);

  public Remote {
    if (poll.compareTo(SHORTEST) < 0) {
      throw new IllegalArgumentException("a remote is looked at every " + SHORTEST.toSeconds() + " s at most");
    }
  }
}
