package dev.millrace.log;

/// A part of a log that can be folded. Line numbers are counted from 0.
///
/// @param begin its first line, which has the title
/// @param end the last line of it, included; -1 while it is open
/// @param title as a reader sees it, never empty
public record Group(long begin, long end, String title) {
  /// How many characters of a title are shown.
  static final int TITLE = 200;

  boolean open() {
    return end < 0;
  }
}
