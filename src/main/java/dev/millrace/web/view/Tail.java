package dev.millrace.web.view;

import java.util.List;
import java.util.regex.Pattern;

/// The lines of a failed step's log that one wants to see first: those around the first that speaks of an error among
/// the last ones, else the very last.
public final class Tail {
  /// How many of a log's last lines are looked at.
  public static final int READ = 400;

  private static final int SHOWN = 15;
  private static final int BEFORE = 4;
  private static final Pattern STYLE = Pattern.compile("\u001b\\[[0-9;]*m");
  private static final Pattern ERROR =
      Pattern.compile("\\b(error|errors|failed|failure|fail|fatal|exception|panic|traceback|not ok|assertion)\\b|\\w(Error|Exception)\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern NOTHING_BAD = Pattern.compile("\\b(0|no) (error|failure|fail)", Pattern.CASE_INSENSITIVE);

  private Tail() {}

  /// @param last the last lines of a log, at most [#READ]
  public static List<LogLine> of(List<LogLine> last) {
    for (int at = 0; at < last.size(); at++) {
      String text = STYLE.matcher(last.get(at).text()).replaceAll("");
      if (ERROR.matcher(text).find() && !NOTHING_BAD.matcher(text).find()) {
        int from = Math.max(0, Math.min(at - BEFORE, last.size() - SHOWN));
        return List.copyOf(last.subList(from, Math.min(last.size(), from + SHOWN)));
      }
    }
    return List.copyOf(last.subList(Math.max(0, last.size() - SHOWN), last.size()));
  }
}
