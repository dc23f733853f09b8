package dev.millrace.git;

import dev.millrace.pipeline.TextDifference;
import dev.millrace.pipeline.TextDifference.Kind;
import dev.millrace.pipeline.TextDifference.Line;
import dev.millrace.pipeline.TextDifference.Place;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.diff.Edit;
import org.eclipse.jgit.diff.EditList;
import org.eclipse.jgit.diff.HistogramDiff;
import org.eclipse.jgit.diff.RawText;
import org.eclipse.jgit.diff.RawTextComparator;

/// Two texts line by line, as git compares them.
public final class LineDiff {
  private static final int AROUND = 3;

  private LineDiff() {}

  public static TextDifference of(String before, String after) {
    var one = new RawText(before.getBytes(StandardCharsets.UTF_8));
    var other = new RawText(after.getBytes(StandardCharsets.UTF_8));
    EditList edits = new HistogramDiff().diff(RawTextComparator.DEFAULT, one, other);
    var places = new ArrayList<Place>();
    var lines = new ArrayList<Line>();
    int at = 0;
    for (int nth = 0; nth < edits.size(); nth++) {
      Edit edit = edits.get(nth);
      if (lines.isEmpty()) {
        at = Math.max(at, edit.getBeginA() - AROUND);
      }
      same(lines, one, at, edit.getBeginA(), edit.getBeginB() - edit.getBeginA());
      for (int line = edit.getBeginA(); line < edit.getEndA(); line++) {
        lines.add(new Line(Kind.REMOVED, line + 1, 0, one.getString(line)));
      }
      for (int line = edit.getBeginB(); line < edit.getEndB(); line++) {
        lines.add(new Line(Kind.ADDED, 0, line + 1, other.getString(line)));
      }
      at = edit.getEndA();
      boolean apart = nth + 1 == edits.size() || edits.get(nth + 1).getBeginA() - at > 2 * AROUND;
      if (apart) {
        int end = Math.min(one.size(), at + AROUND);
        same(lines, one, at, end, edit.getEndB() - edit.getEndA());
        at = end;
        places.add(new Place(List.copyOf(lines)));
        lines.clear();
      }
    }
    return new TextDifference(places);
  }

  private static void same(List<Line> lines, RawText text, int from, int to, int shift) {
    for (int line = from; line < to; line++) {
      lines.add(new Line(Kind.SAME, line + 1, line + 1 + shift, text.getString(line)));
    }
  }
}
