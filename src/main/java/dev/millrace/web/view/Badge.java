package dev.millrace.web.view;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.StageName;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A small picture for a README that says how a pipeline stands. It says its name and its state and nothing else, by
/// colour, shape and word, and needs nothing besides itself: no font, no script, no other file.
///
/// @param name what stands on its left
public record Badge(String name, State state) {
  public enum State {
    PASSED("passed", "#17753f"),
    FAILED("failed", "#bb2b24"),
    RUNNING("running", "#0b62a4"),
    UNKNOWN("unknown", "#5a6a73");

    private final String word;
    private final String colour;

    State(String word, String colour) {
      this.word = word;
      this.colour = colour;
    }

    public String word() {
      return word;
    }
  }

  /// How wide the characters from blank to tilde are in Verdana, in hundredths of the size of the font.
  private static final int[] WIDTHS = {
    35, 44, 51, 92, 70, 105, 86, 30, 43, 43, 55, 92, 35, 40, 35, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 37, 37, 92, 92, 92, 58, 110, 75,
    75, 77, 85, 70, 63, 85, 83, 32, 32, 72, 61, 95, 82, 87, 66, 87, 76, 70, 67, 81, 75, 109, 75, 67, 75, 43, 37, 43, 92, 55, 55, 67, 70, 60,
    70, 68, 39, 70, 70, 31, 31, 64, 31, 107, 70, 67, 70, 70, 45, 57, 43, 70, 65, 90, 65, 65, 58, 70, 37, 70, 92
  };

  private static final int WIDEST = 110;
  private static final int LONGEST = 70;

  public Badge {
    name = name.codePointCount(0, name.length()) > LONGEST ? name.substring(0, name.offsetByCodePoints(0, LONGEST - 1)) + "…" : name;
  }

  /// Nobody knows how it stands, or whether there is such a thing.
  public static Badge unknown(String name) {
    return new Badge(name, State.UNKNOWN);
  }

  /// How a pipeline stands, see [Verdict]; while nothing tells, it runs if a change is on its way.
  ///
  /// @param changes the newest ones, in any order
  /// @param branch then it is how the changes of this branch stand, whether they are to land or not
  /// @param stage then it is how this stage stands: as in the newest of those changes in which it passed or failed
  public static Badge of(String name, List<Change> changes, @Nullable BranchName branch, @Nullable StageName stage) {
    List<Change> meant =
        changes.stream()
            .filter(change -> branch == null ? toLand(change) : branch.equals(change.aim().branch()))
            .sorted(Comparator.comparing(Change::id).reversed())
            .toList();
    if (stage != null) {
      return new Badge(name + " " + stage, state(meant, stage));
    }
    Verdict verdict = branch == null ? Verdict.of(changes) : Verdict.ofAll(meant);
    State idle = meant.stream().anyMatch(change -> !change.ended()) ? State.RUNNING : State.UNKNOWN;
    return new Badge(name, verdict.red() ? State.FAILED : verdict.told().isEmpty() ? idle : State.PASSED);
  }

  private static boolean toLand(Change change) {
    return change.pipeline().integration() == null
        || switch (change.aim()) {
          case Aim.Integrate _ -> true;
          case Aim.Check check -> check.landed();
        };
  }

  private static State state(List<Change> changes, StageName stage) {
    List<StageState> states = changes.stream().flatMap(change -> Optional.ofNullable(change.stages().get(stage)).stream()).toList();
    Optional<StageState> last =
        states.stream().filter(state -> state == StageState.PASSED || state == StageState.FAILED).findFirst();
    if (last.isPresent()) {
      return last.get() == StageState.PASSED ? State.PASSED : State.FAILED;
    }
    return states.contains(StageState.RUNNING) ? State.RUNNING : State.UNKNOWN;
  }

  public String svg() {
    int left = width(name);
    int right = width(state.word);
    int split = left + 14;
    int whole = split + right + 28;
    String says = escaped(name + ": " + state.word);
    return """
        <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="20" viewBox="0 0 %1$d 20" role="img" aria-label="%2$s">
        <title>%2$s</title>
        <path fill="#32414a" d="M4 0h%3$dv20H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z"/>
        <path fill="%4$s" d="M%5$d 0h%6$da4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-%6$dz"/>
        <g transform="translate(%7$d 4)" stroke="#fff" fill="none" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round">%8$s</g>
        <g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">
        <text x="7" y="14" textLength="%9$d">%10$s</text>
        <text x="%11$d" y="14" textLength="%12$d">%13$s</text>
        </g>
        </svg>
        """
        .formatted(
            whole, says, split - 4, state.colour, split, whole - split - 4, split + 6, shape(), left, escaped(name), split + 21, right, state.word);
  }

  /// Twelve by twelve; the same shapes as on the pages.
  private String shape() {
    return switch (state) {
      case PASSED -> "<path d=\"M1.5 6.6l3 3L10.5 3\"/>";
      case FAILED -> "<path d=\"M2 2l8 8m0-8-8 8\"/>";
      case RUNNING -> "<circle cx=\"6\" cy=\"6\" r=\"4.6\" opacity=\".4\"/><path d=\"M6 1.4A4.6 4.6 0 0 1 10.6 6\"/>";
      case UNKNOWN -> "<path d=\"M2.5 6h7\"/>";
    };
  }

  private static int width(String text) {
    int hundredths = text.codePoints().map(point -> point >= ' ' && point <= '~' ? WIDTHS[point - ' '] : WIDEST).sum();
    return Math.round(hundredths * 11 / 110f);
  }

  private static String escaped(String text) {
    var escaped = new StringBuilder();
    text.codePoints()
        .forEach(
            point -> {
              switch (point) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.appendCodePoint(Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE ? '\uFFFD' : point);
              }
            });
    return escaped.toString();
  }
}
