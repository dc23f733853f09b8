package dev.millrace.web.view;

import dev.millrace.pipeline.TextDifference;
import java.util.List;

/// A difference of two texts, line by line.
///
/// @param sentence how much differs; empty when nothing does
public record DiffView(String sentence, List<Line> lines) {
  static final DiffView NONE = new DiffView("", List.of());

  /// @param sign `+`, `-`, a space, or `…` where lines are left out
  /// @param says the sign for who does not see it
  public record Line(String kind, String sign, String says, String before, String after, String text) {}

  static DiffView of(TextDifference difference) {
    if (difference.isEmpty()) {
      return NONE;
    }
    var lines = new java.util.ArrayList<Line>();
    for (TextDifference.Place place : difference.places()) {
      if (!lines.isEmpty()) {
        lines.add(new Line("gap", "…", "lines left out", "", "", ""));
      }
      place.lines().forEach(line -> lines.add(line(line)));
    }
    return new DiffView(
        Prose.count((int) difference.added(), "line") + " added, " + Prose.count((int) difference.removed(), "line") + " removed", List.copyOf(lines));
  }

  private static Line line(TextDifference.Line line) {
    return switch (line.kind()) {
      case SAME -> new Line("same", " ", "", Integer.toString(line.before()), Integer.toString(line.after()), line.text());
      case REMOVED -> new Line("removed", "-", "removed: ", Integer.toString(line.before()), "", line.text());
      case ADDED -> new Line("added", "+", "added: ", "", Integer.toString(line.after()), line.text());
    };
  }
}
