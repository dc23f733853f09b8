package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.pipeline.StageName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LogViewTest {
  private static final Instant NOW = Samples.NOW;
  private static final String LOG = "/pipelines/shop/changes/42/verify/unit";

  private static Change change(String outcomes) {
    return Samples.gone(Samples.queued(Samples.shop(), 42, "Show the price", "Ada", "integrate/price", NOW.minusSeconds(300)), outcomes, NOW);
  }

  private static Attempt unit(Change change) {
    return change.attempts(new StageName("verify")).getFirst();
  }

  private static LogLine line(long number, String text) {
    return new LogLine(number, NOW, text, false);
  }

  private static List<LogLine> lines(long from, long to, String text) {
    var lines = new ArrayList<LogLine>();
    for (long number = from; number <= to; number++) {
      lines.add(line(number, text));
    }
    return lines;
  }

  private static LogWindow window(List<LogLine> lines, long anchor, long total) {
    return new LogWindow(List.of(), lines, anchor, total, true, Set.of(), 0, List.of());
  }

  private static LogView view(Change change, Attempt attempt, LogWindow window) {
    return LogView.of(change, attempt, window, Search.NONE, Picked.NONE, MatchesView.NONE, 1, Samples.SITE);
  }

  @Test
  void a_log_opens_where_its_reader_wants_to_be() {
    assertThat(LogView.opening(unit(change("pf")), 700)).as("failed, with an error").isEqualTo(700);
    assertThat(LogView.opening(unit(change("pf")), 0)).as("failed, without").isEqualTo(0);
    assertThat(LogView.opening(unit(change("pp")), 700)).as("passed").isEqualTo(1);
    assertThat(LogView.opening(unit(change("pr")), 700)).as("running").isEqualTo(0);
  }

  @Test
  void a_page_has_ways_to_all_other_lines() {
    Change failed = change("pf");
    LogView middle = view(failed, unit(failed), window(lines(2500, 2799, "x"), 2500, 5000));
    assertThat(middle.window()).isEqualTo("2,500 to 2,799 of 5,000 lines");
    assertThat(List.of(middle.first(), middle.earlier(), middle.later(), middle.last()))
        .containsExactly(LOG + "?attempt=1&from=1", LOG + "?attempt=1&before=2500", LOG + "?attempt=1&from=2800", LOG + "?attempt=1&before=5001");
    LogView whole = view(failed, unit(failed), window(lines(1, 20, "x"), 1, 20));
    assertThat(whole.window()).isEqualTo("20 lines");
    assertThat(whole.first() + whole.earlier() + whole.later() + whole.last()).isEmpty();
  }

  @Test
  void what_is_searched_for_stays_in_the_ways() {
    Change failed = change("pf");
    LogView page =
        LogView.of(failed, unit(failed), window(lines(2500, 2799, "x"), 2500, 5000), new Search("a b", true), Picked.NONE, MatchesView.NONE, 1, Samples.SITE);
    assertThat(page.later()).isEqualTo(LOG + "?attempt=1&search=a+b&case=exact&from=2800");
  }

  @Test
  void long_lines_do_not_make_a_long_page_and_the_line_that_matters_is_there() {
    Attempt attempt = unit(change("pf"));
    List<LogLine> lines = lines(1001, 1300, "x".repeat(9_000));
    for (long anchor : new long[] {1001, 1150, 1300}) {
      LinesView view = LinesView.of(attempt, window(lines, anchor, 5000), Search.NONE, Picked.NONE);
      assertThat(view.lines()).extracting(LinesView.Line::number).contains(anchor).hasSizeBetween(20, 33);
      assertThat(new Views().html(view).length()).isLessThan(100_000);
    }
    LinesView first = LinesView.of(attempt, window(lines, 1001, 5000), Search.NONE, Picked.NONE);
    assertThat(first.lines().getFirst().whole()).isEqualTo(LOG + "/text?attempt=1&lines=1001");
    assertThat(first.lines().getFirst().html()).hasSize(LinesView.SHOWN);
    LinesView last = LinesView.of(attempt, window(lines, 1300, 1300), Search.NONE, Picked.NONE);
    assertThat(last.lines().getLast().number()).isEqualTo(1300);
    assertThat(last.end()).startsWith("Failed after ").endsWith(": exit code 1");
  }

  @Test
  void every_line_of_a_window_that_has_room_is_there_wherever_it_is_anchored() {
    Attempt attempt = unit(change("pf"));
    for (long anchor : new long[] {11, 20, 30}) {
      assertThat(LinesView.of(attempt, window(lines(11, 30, "x"), anchor, 40), Search.NONE, Picked.NONE).lines())
          .extracting(LinesView.Line::number)
          .containsExactlyElementsOf(java.util.stream.LongStream.rangeClosed(11, 30).boxed().toList());
    }
  }

  @Test
  void a_line_says_what_it_is() {
    var window =
        new LogWindow(
            List.of(line(9, "\u001b[31mred from before")),
            List.of(line(10, "::group::Tests"), line(11, "a FAIL"), line(12, "\u001b[0ma FAIL"), line(13, "x")),
            10,
            13,
            true,
            Set.of(11L, 12L),
            11,
            List.of(new LogWindow.Group(10, 12, "Tests"), new LogWindow.Group(13, -1, "x")));
    LinesView view = LinesView.of(unit(change("pr")), window, Search.NONE, new Picked(12, 13));
    assertThat(view.lines())
        .extracting(LinesView.Line::number, LinesView.Line::css, LinesView.Line::html, LinesView.Line::mark, LinesView.Line::group)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(10L, "group", "Tests", "", true),
            org.assertj.core.groups.Tuple.tuple(11L, "first-error", "<span class=\"ink-1\">a FAIL</span>", "First error", false),
            org.assertj.core.groups.Tuple.tuple(12L, "picked error", "a FAIL", "Error", false),
            org.assertj.core.groups.Tuple.tuple(13L, "picked group", "x", "", true));
    assertThat(view.groups()).isEqualTo("10-12 13-");
    assertThat(view.lines().getFirst().href()).isEqualTo(LOG + "?attempt=1&lines=10#L10");
    assertThat(view.ended()).isFalse();
    assertThat(view.end()).isEmpty();
  }

  @Test
  void a_log_without_a_line_says_why() {
    Change moving = change("pr");
    Attempt running = unit(moving);
    var nothing = window(List.of(), 0, 0);
    var missing = new LogWindow(List.of(), List.of(), 0, 0, false, Set.of(), 0, List.of());
    assertThat(view(moving, running, nothing).empty()).isEqualTo("Nothing has been printed yet. What comes will be here at once.");
    assertThat(view(moving, running.in(new AttemptState.Planned()), missing).empty()).isEqualTo("This attempt has not begun. What it prints will come here.");
    assertThat(view(moving, running.in(new AttemptState.Passed(NOW, NOW)), nothing).empty()).isEqualTo("This step printed nothing.");
    assertThat(view(moving, running.in(new AttemptState.Passed(NOW, NOW)), missing).empty()).startsWith("The log of this attempt is no longer kept.");
    Attempt never = running.in(new AttemptState.Errored(null, NOW, "image \"x\" is not there", false));
    assertThat(new Views().html(view(moving.with(never), never, missing))).contains("This attempt never began, so it printed nothing.", "Image &quot;x&quot; is not there");
  }

  @Test
  void the_head_leads_to_the_attempts_and_to_the_steps_nearby() {
    Change failed = change("pf");
    LogHead head = LogHead.of(failed, unit(failed), Samples.SITE);
    assertThat(head.title()).isEqualTo("failed · verify/unit · shop#42 · Millrace");
    assertThat(head.live()).isEqualTo("shop/42");
    assertThat(head.previous().text()).isEqualTo("build / compile");
    assertThat(head.next().text()).isEqualTo("verify / browser");
    LogHead first = LogHead.of(failed, failed.attempts().getFirst(), Samples.SITE);
    assertThat(first.previous()).isEqualTo(LogHead.Neighbour.NONE);
  }

  @Test
  void what_was_found_is_listed_a_part_at_a_time() {
    var id = unit(change("pf")).id();
    MatchesView part = MatchesView.of(id, new Search("a&b", false), 48_201, 50, 300, lines(310, 311, "a&b"));
    assertThat(part.says()).isEqualTo("48,201 lines have “a&b”");
    assertThat(part.numbers()).isEqualTo("310 311");
    assertThat(part.matches().getFirst()).isEqualTo(new MatchesView.Match(310, LOG + "?attempt=1&search=a%26b&lines=310#L310", "<mark>a&amp;b</mark>"));
    assertThat(part.later()).isEqualTo(LOG + "?attempt=1&search=a%26b&hits=312#matches");
    assertThat(part.earlier()).isEqualTo(LOG + "?attempt=1&search=a%26b#matches");
    MatchesView none = MatchesView.of(id, new Search("x", false), 0, 0, 0, List.of());
    assertThat(none.says()).isEqualTo("No line has “x”");
    assertThat(none.later() + none.earlier()).isEmpty();
  }

  @Test
  void a_range_is_read_either_way_round_and_nothing_else_is() {
    assertThat(Picked.parse("12")).contains(new Picked(12, 12));
    assertThat(Picked.parse("1260-1200")).contains(new Picked(1200, 1260));
    assertThat(new Picked(1200, 1260)).hasToString("1200-1260");
    for (String bad : List.of("", "0", "-1", "1-", "a", "1-2-3", "1,2", "9999999999999")) {
      assertThat(Picked.parse(bad)).as(bad).isEmpty();
    }
  }
}
