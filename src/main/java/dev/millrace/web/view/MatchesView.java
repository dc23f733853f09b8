package dev.millrace.web.view;

import dev.millrace.change.AttemptId;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// The lines of a log that have what is searched for.
///
/// @param search what was searched for; empty when nothing was
/// @param says how many lines have it, in words
/// @param before how many of them come before the first one listed
/// @param previous the last one of those; 0 when there is none
/// @param numbers the lines listed: `12 40 99`
/// @param earlier where the list begins anew; empty when it begins with the first one
/// @param later where the next ones are listed; empty when there are no more
public record MatchesView(
    String search, String says, long count, long before, long previous, String numbers, List<Match> matches, String earlier, String later)
    implements View.Fragment {
  /// @param html its text, safe to print, with what was found marked
  public record Match(long number, String href, String html) {}

  /// How many are listed at a time.
  public static final int LISTED = 50;

  public static final MatchesView NONE = new MatchesView("", "", 0, 0, 0, "", List.of(), "", "");

  private static final int SHOWN = 300;

  @Override
  public String template() {
    return "matches";
  }

  /// @param lines the first ones found from the line on that was asked from
  public static MatchesView of(AttemptId attempt, Search search, long count, long before, long previous, List<LogLine> lines) {
    var matches = new ArrayList<Match>();
    for (LogLine line : lines) {
      matches.add(
          new Match(
              line.number(),
              Links.log(attempt) + search.query() + "&lines=" + line.number() + "#L" + line.number(),
              Ansi.line(line.text(), Ansi.Style.PLAIN, SHOWN, search).html()));
    }
    boolean more = before + lines.size() < count;
    return new MatchesView(
        search.text(),
        count == 0 ? "No line has “" + search.text() + "”" : Prose.grouped(count) + (count == 1 ? " line has “" : " lines have “") + search.text() + "”",
        count,
        before,
        previous,
        lines.stream().map(line -> Long.toString(line.number())).collect(Collectors.joining(" ")),
        List.copyOf(matches),
        before == 0 ? "" : Links.log(attempt) + search.query() + "#matches",
        more && !lines.isEmpty() ? Links.log(attempt) + search.query() + "&hits=" + (lines.getLast().number() + 1) + "#matches" : "");
  }
}
