package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Lines of a log, and what is known of the whole.
///
/// @param total how many lines there are by now
/// @param firstError of the whole log; 0 when there is none
/// @param groups the first and the last line of each that can be folded: `12-400 410-`, without the last while it is open
/// @param ended whether no more lines can come
/// @param end how it ended; empty while it has not, or when these lines do not reach there
public record LinesView(List<Line> lines, long total, long firstError, String groups, boolean ended, String end, Look look)
    implements View.Fragment {
  /// @param css what it is, as classes
  /// @param href the permanent address of the line
  /// @param time when it was printed, to the millisecond
  /// @param html safe to print
  /// @param mark what is said of it besides its text
  /// @param group whether lines can be folded under it
  /// @param whole where all of it is, if it is too long to be shown
  public record Line(
      long number, String css, String href, String time, String iso, String html, String mark, boolean group, String whole) {}

  /// How many characters of a line are shown.
  static final int SHOWN = 2000;

  /// How much HTML the lines of a window may be; a single line may be more.
  static final int ROOM = 64_000;

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  @Override
  public String template() {
    return "lines";
  }

  public static LinesView of(Attempt attempt, LogWindow window, Search search, Picked picked) {
    Ansi.Style carried = Ansi.Style.PLAIN;
    for (LogLine line : window.lead()) {
      carried = Ansi.line(line.text(), carried).after();
    }
    Map<Long, LogWindow.Group> groups =
        window.groups().stream().collect(Collectors.toMap(LogWindow.Group::begin, Function.identity(), (one, _) -> one));
    var shown = new ArrayList<Line>(window.lines().size());
    for (LogLine line : window.lines()) {
      LogWindow.Group group = groups.get(line.number());
      Ansi.Line read = Ansi.line(line.text(), carried, SHOWN, search);
      carried = read.after();
      String html = group == null ? read.html() : Ansi.line(group.title(), Ansi.Style.PLAIN, SHOWN, search).html();
      shown.add(line(attempt, line, group != null, html, line.cut() || read.cut(), window, picked));
    }
    List<Line> kept = fitting(shown, window.anchor());
    boolean ended = attempt.state() instanceof AttemptState.Ended;
    boolean last = kept.isEmpty() ? window.anchor() > window.total() : kept.getLast().number() >= window.total();
    return new LinesView(
        kept,
        window.total(),
        window.firstError(),
        window.groups().stream().map(group -> group.begin() + "-" + (group.end() < 0 ? "" : group.end())).collect(Collectors.joining(" ")),
        ended,
        ended && last ? end(attempt) : "",
        Look.of(attempt.state()));
  }

  /// A few lines as another page shows them.
  static List<Line> quoted(Attempt attempt, List<LogLine> lines) {
    long from = lines.isEmpty() ? 0 : lines.getFirst().number();
    var window = new LogWindow(List.of(), lines, from, from + lines.size(), true, Set.of(), 0, List.of());
    return of(attempt, window, Search.NONE, Picked.NONE).lines();
  }

  private static Line line(
      Attempt attempt, LogLine line, boolean group, String html, boolean cut, LogWindow window, Picked picked) {
    long number = line.number();
    boolean first = number == window.firstError();
    var css = new ArrayList<String>();
    if (picked.has(number)) {
      css.add("picked");
    }
    if (first) {
      css.add("first-error");
    } else if (window.errors().contains(number)) {
      css.add("error");
    }
    if (group) {
      css.add("group");
    }
    return new Line(
        number,
        String.join(" ", css),
        Links.line(attempt.id(), number),
        TIME.format(line.at()),
        line.at().toString(),
        html,
        first ? "First error" : window.errors().contains(number) ? "Error" : "",
        group,
        cut ? Links.text(attempt.id(), new Picked(number, number)) : "");
  }

  /// The line that must be seen, and as many around it as have room.
  private static List<Line> fitting(List<Line> lines, long anchor) {
    if (lines.isEmpty()) {
      return List.of();
    }
    int from = (int) Math.clamp(anchor - lines.getFirst().number(), 0, lines.size() - 1);
    int to = from + 1;
    int room = ROOM - lines.get(from).html().length();
    boolean before = from > 0;
    boolean behind = to < lines.size();
    while (before || behind) {
      if (behind) {
        room -= lines.get(to).html().length();
        behind = room >= 0 && ++to < lines.size();
      }
      if (before && room >= 0) {
        room -= lines.get(from - 1).html().length();
        before = room >= 0 && --from > 0;
      } else {
        before = false;
      }
    }
    return List.copyOf(lines.subList(from, to));
  }

  private static String end(Attempt attempt) {
    Look look = Look.of(attempt.state());
    String why = Headline.why(attempt);
    return Prose.capital(look.word())
        + attempt.duration().map(duration -> " after " + Prose.duration(duration)).orElse("")
        + (why.isEmpty() ? "" : ": " + why);
  }
}
