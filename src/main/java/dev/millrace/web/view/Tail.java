package dev.millrace.web.view;

import java.util.OptionalLong;

/// Which lines of a failed step's log one wants to see first: those around the first that looks like an error, else the
/// last ones.
public final class Tail {
  /// How many lines.
  public static final int SHOWN = 15;

  private static final int BEFORE = 4;

  private Tail() {}

  /// The first line to show. Lines are counted from 0.
  public static long from(OptionalLong firstError, long lines) {
    long last = Math.max(0, lines - SHOWN);
    return firstError.isPresent() ? Math.clamp(firstError.getAsLong() - BEFORE, 0, last) : last;
  }
}
