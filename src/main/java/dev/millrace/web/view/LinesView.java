package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/// Lines of a log, and where the ones behind them will be.
///
/// @param next what to fetch for the lines that come; empty when no more can come
/// @param end how it ended; empty while it has not
public record LinesView(List<Line> lines, String next, String end, Look look) implements View.Fragment {
  /// @param html safe to print
  /// @param time when it was printed, to the millisecond
  /// @param cut whether there is more of it in the raw log
  public record Line(long number, String time, String iso, String html, boolean cut) {}

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  @Override
  public String template() {
    return "lines";
  }

  /// @param from the number of the first line wanted, which is also the next one when there are no lines
  /// @param style what the line before left, as the address has it
  /// @param last whether these lines reach to the end of what is there
  public static LinesView of(Attempt attempt, long from, String style, List<LogLine> lines, boolean last) {
    AttemptId id = attempt.id();
    var shown = new ArrayList<Line>(lines.size());
    Ansi.Style carried = Ansi.Style.parse(style);
    for (LogLine line : lines) {
      Ansi.Line read = Ansi.line(line.text(), carried);
      carried = read.after();
      shown.add(new Line(line.number(), TIME.format(line.at()), line.at().toString(), read.html(), line.cut()));
    }
    long next = lines.isEmpty() ? from : lines.getLast().number() + 1;
    boolean ended = attempt.state() instanceof AttemptState.Ended;
    return new LinesView(
        List.copyOf(shown),
        last && ended ? "" : Links.lines(id, next, carried),
        last && ended ? end(attempt) : "",
        Look.of(attempt.state()));
  }

  private static String end(Attempt attempt) {
    Look look = Look.of(attempt.state());
    String why = Headline.why(attempt);
    return Prose.capital(look.word())
        + attempt.duration().map(duration -> " after " + Prose.duration(duration)).orElse("")
        + (why.isEmpty() ? "" : ": " + why);
  }
}
