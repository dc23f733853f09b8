package dev.millrace.log;

import java.time.Instant;

/// A line of a log, for people to see.
///
/// @param number counted from 0
/// @param text without its line end; what is not UTF-8 is replaced
/// @param cut whether it is longer than what is shown of it
/// @param error whether it looks like an error
/// @param opens whether it is the first line of a group
/// @param closes whether it is the last line of a group
public record Line(long number, Instant at, String text, boolean cut, boolean error, boolean opens, boolean closes) {
  /// How many characters of a line are shown.
  public static final int SHOWN = 10_000;

  /// The text without escape sequences and the like, as [Needle] is looked for in it.
  public String seen() {
    return Seen.of(text);
  }
}
