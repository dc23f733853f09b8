package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.Change;
import java.time.Instant;

/// The page of a log: a window of its lines, and the ways to all others.
///
/// @param window which lines are there, in words
/// @param empty what is said instead of lines; empty when there are some, or will be
/// @param first where the log begins; empty when the window does too
/// @param earlier where the lines before are
/// @param later where the lines behind are; empty when there are none
/// @param last where the end is; empty when the window reaches it
/// @param firstError where the first error is; empty when there is none
/// @param began when the step began, in milliseconds since 1970; empty when it has not
/// @param open the line to begin reading at; 0 for the end
/// @param fold whether long groups begin folded
public record LogView(
    Frame frame,
    LogHead head,
    LinesView lines,
    MatchesView matches,
    boolean exact,
    int attempt,
    String action,
    String window,
    String empty,
    String first,
    String earlier,
    String later,
    String last,
    String firstError,
    String raw,
    String timed,
    String began,
    long open,
    boolean fold,
    boolean running)
    implements View.Page {

  /// How many lines before the one that matters are shown.
  public static final int BEFORE = 12;

  @Override
  public String template() {
    return "log";
  }

  /// The line that a page without a wish opens at; 0 for the end.
  public static long opening(Attempt attempt, long firstError) {
    if (attempt.passed()) {
      return 1;
    }
    return attempt.ended() ? firstError : 0;
  }

  /// @param open the line to begin reading at; 0 for the end
  public static LogView of(
      Change change, Attempt attempt, LogWindow window, Search search, Picked picked, MatchesView matches, long open, Site site) {
    AttemptId id = attempt.id();
    LinesView lines = LinesView.of(attempt, window, search, picked);
    LogHead head = LogHead.of(change, attempt, site);
    long total = window.total();
    long begin = lines.lines().isEmpty() ? 1 : lines.lines().getFirst().number();
    long end = lines.lines().isEmpty() ? total : lines.lines().getLast().number();
    String here = Links.log(id) + search.query();
    return new LogView(
        Frame.of(
                site,
                Look.of(attempt.state()).word() + " · " + id.stage() + "/" + id.step() + " · " + change.id(),
                Links.events(change.id()),
                new Frame.Crumb("Pipelines", Links.HOME),
                new Frame.Crumb(change.id().pipeline().text(), Links.pipeline(change.id().pipeline())),
                new Frame.Crumb("#" + change.id().number(), Links.change(change.id())),
                new Frame.Crumb(id.stage() + " / " + id.step(), ""))
            .with("log")
            .showing(Look.of(attempt.state())),
        head,
        lines,
        matches,
        search.exact(),
        id.number(),
        Links.log(change.id(), id.stage(), id.step()),
        total == 0 ? "" : begin == 1 && end == total ? Prose.grouped(total) + (total == 1 ? " line" : " lines") : Prose.grouped(begin) + " to " + Prose.grouped(end) + " of " + Prose.grouped(total) + " lines",
        total > 0 ? "" : empty(attempt, window.kept()),
        begin > 1 ? here + "&from=1" : "",
        begin > 1 ? here + "&before=" + begin : "",
        end < total ? here + "&from=" + (end + 1) : "",
        end < total ? here + "&before=" + (total + 1) : "",
        window.firstError() == 0 ? "" : Links.line(id, window.firstError()),
        Links.raw(id),
        Links.raw(id) + "&timestamps=true",
        attempt.startedAt().map(Instant::toEpochMilli).map(Object::toString).orElse(""),
        open,
        attempt.passed(),
        !attempt.ended());
  }

  private static String empty(Attempt attempt, boolean kept) {
    if (!attempt.ended()) {
      return attempt.startedAt().isEmpty() ? "This attempt has not begun. What it prints will come here." : "Nothing has been printed yet. What comes will be here at once.";
    }
    if (kept) {
      return "This step printed nothing.";
    }
    return attempt.startedAt().isEmpty() ? "This attempt never began, so it printed nothing." : "The log of this attempt is no longer kept. What became of the attempt is known, what it printed is not.";
  }
}
