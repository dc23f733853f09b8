package dev.millrace.web.view;

import java.time.Duration;
import java.time.Instant;

/// A duration that may still be growing.
///
/// @param text what it is now; empty when nothing is known
/// @param since milliseconds since the epoch while it grows, else empty
public record Clock(String text, String since) {
  static final Clock NONE = new Clock("", "");

  static Clock stopped(Duration duration) {
    return new Clock(Prose.duration(duration), "");
  }

  static Clock running(Instant since, Instant now) {
    return new Clock(Prose.duration(Duration.ofSeconds(Duration.between(since, now).toSeconds())), Long.toString(since.toEpochMilli()));
  }
}
