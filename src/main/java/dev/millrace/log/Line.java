package dev.millrace.log;

import java.time.Instant;

/// A line of a log, for people to see.
///
/// @param number counted from 0
/// @param text without its line end; what is not UTF-8 is replaced
/// @param cut whether it is longer than what is shown of it
public record Line(long number, Instant at, String text, boolean cut) {
  /// How many characters of a line are shown.
  public static final int SHOWN = 10_000;
}
