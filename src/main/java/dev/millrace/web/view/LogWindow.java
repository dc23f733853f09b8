package dev.millrace.web.view;

import java.util.List;
import java.util.Set;

/// A window of a log as it was read.
///
/// @param lead some lines before the window, which only say in which colour it begins
/// @param anchor the line that must be seen when not all of them have room
/// @param total how many lines the log has by now
/// @param kept whether there is a log; else it was never begun, or has been removed
/// @param errors the lines among them that look like an error
/// @param firstError of the whole log; 0 when there is none
/// @param groups those that begin in the window, or that were asked for
public record LogWindow(
    List<LogLine> lead,
    List<LogLine> lines,
    long anchor,
    long total,
    boolean kept,
    Set<Long> errors,
    long firstError,
    List<Group> groups) {
  /// Lines that can be folded under the first of them.
  ///
  /// @param end the last one included; -1 while it is open
  public record Group(long begin, long end, String title) {}

  /// How many lines a page asks for. There are fewer when they are long.
  public static final int LINES = 300;

  /// How many lines are read to know the colour that a window begins with.
  public static final int LEAD = 100;

  public LogWindow {
    lead = List.copyOf(lead);
    lines = List.copyOf(lines);
    errors = Set.copyOf(errors);
    groups = List.copyOf(groups);
  }
}
