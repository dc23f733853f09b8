package dev.millrace.web.view;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The lines that a link points to, counted from 1, the last one included.
///
/// @param first 0 when none is
public record Picked(long first, long last) {
  public static final Picked NONE = new Picked(0, 0);

  private static final Pattern LINES = Pattern.compile("([1-9][0-9]{0,11})(?:-([1-9][0-9]{0,11}))?");

  /// Reads `1200` or `1200-1260`; empty for anything else.
  public static Optional<Picked> parse(String text) {
    Matcher lines = LINES.matcher(text);
    if (!lines.matches()) {
      return Optional.empty();
    }
    long one = Long.parseLong(lines.group(1));
    long other = lines.group(2) == null ? one : Long.parseLong(lines.group(2));
    return Optional.of(new Picked(Math.min(one, other), Math.max(one, other)));
  }

  boolean has(long line) {
    return first > 0 && line >= first && line <= last;
  }

  /// `1200` or `1200-1260`.
  @Override
  public String toString() {
    return first == last ? Long.toString(first) : first + "-" + last;
  }
}
