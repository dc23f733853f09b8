package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.time.Instant;
import java.util.List;

/// The page of a log: a window of its lines.
///
/// @param tabs one for each attempt of the step
/// @param earlier where the lines before are; empty when there are none
/// @param later where the lines behind are; empty when there are none, or when they come by themselves
/// @param last where the end is; empty when the window reaches it
/// @param why how it ended, if there is more to say than the state does
public record LogView(
    Frame frame,
    String pipeline,
    String change,
    String changeHref,
    String subject,
    String stage,
    String step,
    Look look,
    String why,
    Clock clock,
    List<Tab> tabs,
    LinesView lines,
    String window,
    String first,
    String earlier,
    String later,
    String last,
    String raw,
    String href,
    boolean running)
    implements View.Page {

  public record Tab(String text, String href, Look look, boolean here) {}

  /// How many lines a page holds.
  public static final int WINDOW = 2000;

  @Override
  public String template() {
    return "log";
  }

  /// The first line of the window to show: so that `wanted` is in it with some lines before; the end of the log when
  /// nothing is wanted and the step runs, or failed; else its beginning.
  ///
  /// @param wanted the line asked for, 0 when none was
  public static long from(long wanted, long total, Attempt attempt) {
    if (wanted > 0) {
      return Math.max(1, Math.min(wanted, total));
    }
    return attempt.passed() ? 1 : Math.max(1, total - WINDOW + 1);
  }

  /// @param from the number of the first line
  /// @param lines at most [#WINDOW] of them, from that one on
  /// @param total how many lines there are by now
  public static LogView of(Change change, Attempt attempt, long from, List<LogLine> lines, long total, Site site) {
    StageName stage = attempt.id().stage();
    StepName step = attempt.id().step();
    Instant now = site.now();
    long end = lines.isEmpty() ? from - 1 : lines.getLast().number();
    boolean toTheEnd = end >= total;
    Look look = Look.of(attempt.state());
    List<Attempt> all =
        change.attempts(stage).stream().filter(other -> other.id().step().equals(step)).toList();
    LinesView shown = LinesView.of(attempt, from, "", lines, toTheEnd);
    return new LogView(
        Frame.of(
            site,
            look.word() + " · " + stage + "/" + step + " · " + change.id(),
            Links.events(change.id()),
            new Frame.Crumb("Pipelines", Links.HOME),
            new Frame.Crumb(change.id().pipeline().text(), Links.pipeline(change.id().pipeline())),
            new Frame.Crumb("#" + change.id().number(), Links.change(change.id())),
            new Frame.Crumb(stage + " / " + step, ""))
            .showing(look),
        change.id().pipeline().text(),
        "#" + change.id().number(),
        Links.change(change.id()),
        change.commit().subject(),
        stage.text(),
        step.text(),
        look,
        Prose.capital(Headline.why(attempt)),
        Waterfall.clock(attempt, now),
        all.stream()
            .map(other -> new Tab("Attempt " + other.id().number(), Links.log(other.id()), Look.of(other.state()), other.id().equals(attempt.id())))
            .toList(),
        toTheEnd ? shown : new LinesView(shown.lines(), "", "", shown.look()),
        total == 0 ? (attempt.ended() ? "no lines" : "no lines yet") : lines.size() == total ? Prose.count((int) Math.min(total, Integer.MAX_VALUE), "line") : from + " to " + end + " of " + total + " lines",
        from > WINDOW + 1 ? Links.log(attempt.id(), 1) : "",
        from > 1 ? Links.log(attempt.id(), Math.max(1, from - WINDOW)) : "",
        toTheEnd ? "" : Links.log(attempt.id(), end + 1),
        toTheEnd || end + WINDOW >= total ? "" : Links.log(attempt.id(), Math.max(1, total - WINDOW + 1)),
        Links.raw(attempt.id()),
        Links.log(attempt.id()),
        !attempt.ended());
  }
}
