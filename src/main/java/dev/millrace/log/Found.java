package dev.millrace.log;

import java.util.List;
import java.util.OptionalLong;

/// Where a [Needle] is in the complete lines of a log. Line numbers are counted from 0.
///
/// @param count how many lines of the whole log match: exact, never an estimate
/// @param before how many of them come before the line it was asked from
/// @param previous the last match before that line
/// @param lines the first matches at or behind that line, at most as many as were asked for
public record Found(long count, long before, OptionalLong previous, List<Long> lines) {
  static final Found NOTHING = new Found(0, 0, OptionalLong.empty(), List.of());
}
