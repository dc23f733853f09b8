package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.Fault;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Trial;
import dev.millrace.statistics.Window;
import dev.millrace.store.Filter;
import dev.millrace.store.Found;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ViewsTest {
  private static final Instant NOW = Samples.NOW;
  private static final Pipeline SHOP = Samples.shop();
  private static final FlowMap MAP = FlowMap.of(SHOP);

  private static Change change(String outcomes) {
    return Samples.gone(Samples.queued(SHOP, 42, "Show the price", "Ada", "integrate/price", NOW.minusSeconds(300)), outcomes, NOW);
  }

  private static Flow flow(Change... changes) {
    return new Flow(Samples.definition(SHOP), List.of(changes), Map.of(), Window.USUAL);
  }

  private static Flow flow(Map<StageName, Figures> figures, Change... changes) {
    return new Flow(Samples.definition(SHOP), List.of(changes), figures, Window.USUAL);
  }

  private static Figures trials(int many, int seconds) {
    return Samples.figures(java.util.stream.IntStream.range(0, many).mapToObj(_ -> new Trial(NOW, Duration.ofSeconds(seconds), true)).toList());
  }

  private static String cells(RowView row) {
    return row.stacks().stream()
        .map(stack -> stack.cells().stream().map(cell -> cell.stage() + " " + cell.look().css() + (cell.again() ? "*" : "")).collect(Collectors.joining(" + ")))
        .collect(Collectors.joining(" | "));
  }

  @Test
  void a_row_has_a_cell_for_every_stage_and_says_where_one_can_run_again() {
    Change failed = change("pf");
    RowView row = RowView.of(failed, flow(failed), MAP, NOW);
    assertThat(cells(row)).isEqualTo("build passed* | verify failed* | main pending | staging pending | production pending");
    assertThat(row.head().look()).isEqualTo(Look.FAILED);
    assertThat(row.head().sentence()).isEqualTo("Verify failed: exit code 1");
    assertThat(row.stacks().get(1).cells().getFirst().log()).isEqualTo("/pipelines/shop/changes/42/verify/unit?attempt=1");
    assertThat(row.stacks().get(1).cells().getFirst().says()).startsWith("verify failed after ").endsWith(": exit code 1");
  }

  @Test
  void nothing_can_run_again_while_the_change_moves() {
    Change moving = change("pr");
    assertThat(cells(RowView.of(moving, flow(moving), MAP, NOW))).doesNotContain("*").startsWith("build passed | verify running");
  }

  @Test
  void a_promotion_has_no_log() {
    Change landed = change("ppppp");
    assertThat(RowView.of(landed, flow(landed), MAP, NOW).stacks().get(2).cells().getFirst().log()).isEmpty();
  }

  @Test
  void a_second_attempt_is_counted_and_the_first_one_stays_on_the_page() {
    Change again = Samples.again(change("pf"), "verify", new AttemptState.Running(NOW.minusSeconds(31)), NOW.minusSeconds(34));
    Cell cell = RowView.of(again, flow(again), MAP, NOW).stacks().get(1).cells().getFirst();
    assertThat(cell.attempt()).isEqualTo("×2");
    assertThat(cell.clock()).isEqualTo(new Clock("31s", Long.toString(NOW.minusSeconds(31).toEpochMilli())));
    ChangeView page = ChangeView.of(again, flow(again), List.of(), NOW);
    assertThat(page.stages().get(1).steps().getFirst().tries()).extracting(ChangeView.Try::number, ChangeView.Try::counts, ChangeView.Try::why)
        .containsExactly(org.assertj.core.groups.Tuple.tuple(2, true, ""), org.assertj.core.groups.Tuple.tuple(1, false, "exit code 1"));
    assertThat(page.waterfall().lanes().get(2).stretches()).extracting(Waterfall.Stretch::look).containsExactly(Look.FAILED, Look.RUNNING);
  }

  @Test
  void an_estimate_is_made_from_three_passes_and_not_from_fewer() {
    Change moving = change("r");
    StageName build = new StageName("build");
    assertThat(RowView.of(moving, flow(Map.of(build, trials(2, 300)), moving), MAP, NOW).stacks().getFirst().cells().getFirst().left()).isEmpty();
    assertThat(RowView.of(moving, flow(Map.of(build, trials(3, 300)), moving), MAP, NOW).stacks().getFirst().cells().getFirst().left())
        .isEqualTo("about 4 min left");
    assertThat(RowView.of(moving, flow(Map.of(build, trials(3, 300)), moving), MAP, NOW).head().left()).isEqualTo("end not known yet: too few passes");
  }

  @Test
  void a_change_ends_when_its_longest_way_does() {
    Change moving = change("r");
    var statistics = SHOP.stages().stream().collect(Collectors.toMap(stage -> stage.name(), _ -> trials(5, 120)));
    assertThat(Headline.of(moving, flow(statistics, moving), NOW).left()).isEqualTo("done in about 9 min");
  }

  @Test
  void a_stage_that_takes_longer_than_it_ever_did_says_so_and_promises_nothing() {
    Change moving = change("r");
    assertThat(RowView.of(moving, flow(Map.of(new StageName("build"), trials(3, 10)), moving), MAP, NOW).stacks().getFirst().cells().getFirst().left())
        .isEqualTo("longer than 95 of 100");
  }

  @Test
  void a_row_of_an_earlier_definition_says_what_it_has_not_and_what_it_has_besides() {
    Pipeline earlier = Samples.pipeline("shop", "build: compile", "audit: look <- build");
    Change change = Samples.gone(Samples.queued(earlier, 7, "Old", "Ada", "integrate/old", NOW.minusSeconds(900)), "pp", NOW);
    RowView row = RowView.of(change, flow(change), MAP, NOW);
    assertThat(cells(row)).isEqualTo("build passed* | verify absent | main absent | staging absent | production absent");
    assertThat(row.elsewhere()).isEqualTo("and 1 stage of an earlier definition");
  }

  @Test
  void the_first_page_names_who_is_red_or_moves_and_hides_what_is_not_looked_for() {
    List<Flow> flows = Preview.many(50, NOW);
    List<FlowMap> maps = flows.stream().map(flow -> FlowMap.of(flow.pipeline())).toList();
    FlowsView all = FlowsView.of(flows, maps, Samples.SITE);
    assertThat(all.cards()).extracting(FlowsView.Card::name).containsExactlyElementsOf(flows.stream().map(flow -> flow.pipeline().name().text()).toList());
    assertThat(List.of(all.shown(), all.many(), all.moving().many(), all.moving().first().size(), all.moving().more())).isEqualTo(List.of(50, true, 13, 12, 1));
    assertThat(all.red().first().getFirst()).isEqualTo(new FlowsView.Mention("search", "#pipeline-search"));
    FlowsView found = FlowsView.of(flows, maps, " SHOP-1", Samples.SITE);
    assertThat(found.cards()).hasSize(50);
    assertThat(found.cards().stream().filter(card -> !card.hidden())).extracting(FlowsView.Card::name).containsExactly("shop-16");
    assertThat(found.href()).isEqualTo("/flows?find=SHOP-1");
    assertThat(new Views().html(FlowsView.of(flows, maps, "<b>", Samples.SITE))).contains("0 of 50 pipelines").doesNotContain("<b>\"");
  }

  @Test
  void the_verdict_on_a_pipeline_is_the_last_change_that_landed_and_not_one_that_was_cancelled() {
    Change broke = Samples.gone(Samples.queued(Samples.shop(), 40, "Show the price", "Ada", "integrate/price", NOW.minusSeconds(9000)), "pppf", NOW);
    assertThat(Verdict.of(List.of(change("pr"), broke)).look()).isEqualTo(Look.FAILED);
    assertThat(Verdict.of(List.of(change("pf"), broke)).look()).isEqualTo(Look.FAILED);
    assertThat(Verdict.of(List.of(change("pc"), broke)).look()).isEqualTo(Look.FAILED);
    assertThat(Verdict.of(List.of(change("ppppp"), broke)).look()).isEqualTo(Look.PASSED);
    assertThat(Verdict.of(List.of(change("pf"))).look()).isEqualTo(Look.PENDING);
    assertThat(Verdict.of(List.of(change("r"))).look()).isEqualTo(Look.PENDING);
  }

  @Test
  void the_queue_is_a_chain_with_those_that_wait_at_its_end() {
    Change waits = Samples.queued(SHOP, 41, "Waits", "Bob", "integrate/waits", NOW);
    QueueView queue = QueueView.of(flow(change("pr"), waits, change("ppppp")), NOW);
    assertThat(queue.into() + queue.links().stream().map(link -> " <- " + link.name() + " (" + link.word() + ")").collect(Collectors.joining()))
        .isEqualTo("main <- shop#42 (testing) <- shop#41 (waits for #42)");
    assertThat(QueueView.of(flow(waits), NOW).links()).extracting(QueueView.Link::word).containsExactly("waiting");
  }

  @Test
  void a_stage_that_ended_before_it_began_says_so_where_others_have_a_clock() {
    Change moving = change("r");
    Change errored =
        moving.with(moving.attempts().getFirst().in(new AttemptState.Errored(null, NOW, "no engine", false)));
    Cell cell = RowView.of(errored, flow(errored), MAP, NOW).stacks().getFirst().cells().getFirst();
    assertThat(cell.clock()).isEqualTo(Clock.NONE);
    assertThat(cell.word()).isEqualTo("errored");
    assertThat(RowView.of(change("pf"), flow(change("pf")), MAP, NOW).stacks().get(1).cells().getFirst().word()).isEmpty();
  }

  @Test
  void who_could_not_be_merged_is_told_what_to_do() {
    Change queued = Samples.queued(SHOP, 41, "Waits", "Bob", "integrate/waits", NOW);
    Change conflicting = queued.in(new dev.millrace.change.ChangeState.Failed(NOW, "conflicts with 01234567 in page.html"));
    assertThat(ChangeView.of(conflicting, flow(conflicting), List.of(), NOW).advice())
        .isEqualTo("Bring integrate/waits up to date with main and push it again.");
    assertThat(ChangeView.of(change("pf"), flow(change("pf")), List.of(), NOW).advice()).isEmpty();
  }

  @Test
  void the_history_says_when_and_leaves_names_as_they_are() {
    Change failed = change("pf");
    var notes = List.of(new dev.millrace.flow.Note(NOW, failed.id(), "integrate/price is to be integrated"), new dev.millrace.flow.Note(NOW, failed.id(), "failed: verify"));
    assertThat(ChangeView.of(failed, flow(failed), notes, NOW).notes()).extracting(ChangeView.Line::time, ChangeView.Line::sentence)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(Prose.time(NOW), "integrate/price is to be integrated"),
            org.assertj.core.groups.Tuple.tuple(Prose.time(NOW), "Failed: verify"));
    assertThat(Prose.time(Instant.parse("2026-11-21T10:46:04.9Z"))).isEqualTo("21 Nov, 10:46:04 UTC");
  }

  @Test
  void confidence_is_one_segment_for_each_stage() {
    Bar bar = Bar.of(Standing.of(change("ppf")));
    assertThat(bar.runs()).containsExactly(new Bar.Run("passed", 2), new Bar.Run("failed", 1), new Bar.Run("pending", 2));
    assertThat(bar.percent()).isEqualTo(40);
  }

  @Test
  void the_title_of_the_window_says_the_state() {
    Change failed = change("pf");
    assertThat(ChangePage.of(failed, flow(failed), List.of(), "", Samples.SITE).frame().title()).isEqualTo("failed · #42 Show the price · shop · Millrace");
    assertThat(PipelineView.of(flow(change("pr")), MAP, false, Samples.SITE).frame().title()).isEqualTo("1 in motion · shop · Millrace");
  }

  @Test
  void a_page_hears_what_moves_from_the_moment_it_was_made_of() {
    Change moving = change("pr");
    assertThat(PipelineView.of(flow(moving), MAP, false, Samples.SITE).frame().events()).isEqualTo("/api/v1/events?pipeline=shop&after=7");
    assertThat(HomeView.of(List.of(), List.of(), Samples.SITE).frame().events()).isEqualTo("/api/v1/events?after=7");
    assertThat(ProblemView.missing("it", Samples.SITE).frame().events()).isEmpty();
  }

  @Test
  void every_end_of_an_attempt_says_why() {
    Attempt attempt = change("r").attempts().getFirst();
    assertThat(Headline.why(attempt.in(new AttemptState.Failed(NOW, NOW, new Fault.TimedOut(Duration.ofSeconds(60)))))).isEqualTo("timed out after 60 s");
    assertThat(Headline.why(attempt.in(new AttemptState.Errored(null, NOW, "no engine", true)))).isEqualTo("no engine; not the change's fault");
    assertThat(Headline.why(attempt.in(new AttemptState.Cancelled(null, NOW, "Ada did")))).isEqualTo("Ada did");
  }

  @Test
  void durations_and_ages_are_said_as_people_say_them() {
    assertThat(List.of(0L, 400L, 1_260L, 3_000L, 9_960L, 12_000L, 185_000L, 7_800_000L, 273_600_000L).stream().map(millis -> Prose.duration(Duration.ofMillis(millis))))
        .containsExactly("0s", "0.4s", "1.3s", "3s", "9.9s", "12s", "3m 05s", "2h 10m", "3d 4h");
    assertThat(List.of(3L, 300L, 10_000L, 90_000L, 400_000L).stream().map(seconds -> Prose.ago(NOW.minusSeconds(seconds), NOW)))
        .containsExactly("just now", "5 min ago", "2 h ago", "yesterday", "4 days ago");
    assertThat(Prose.share(0.001)).isEqualTo("under 1 %");
  }

  @Test
  void whatever_people_write_arrives_as_text() {
    Change hostile = Samples.gone(Samples.queued(SHOP, 9, Samples.HOSTILE, "<img src=x onerror=alert(1)>", "integrate/\"><svg onload=alert(1)>", NOW.minusSeconds(300)), "pf", NOW);
    var views = new Views();
    List<View> all =
        List.of(
            HomeView.of(List.of(flow(hostile)), List.of(MAP), new Site("http://x", Samples.SITE.definitions(), "<b>trouble</b>", NOW, 0)),
            PipelineView.of(flow(hostile), MAP, List.of(hostile), true, "<i>refused</i>", "\"><i>", Samples.SITE),
            WallView.of(List.of(flow(hostile)), null, false, new Site("http://x", Samples.SITE.definitions(), "<b>trouble</b>", NOW, 0)),
            ChangePage.of(hostile, flow(hostile), List.of(new dev.millrace.flow.Note(NOW, hostile.id(), "<b>note</b>")), "", Samples.SITE),
            LogView.of(
                hostile,
                hostile.attempts().getFirst(),
                new LogWindow(List.of(), List.of(new LogLine(1, NOW, "<script>alert(1)</script>", false)), 1, 1, true, Set.of(), 0, List.of(new LogWindow.Group(1, 1, "<script>"))),
                new Search("\"><i>", false),
                Picked.NONE,
                MatchesView.of(hostile.attempts().getFirst().id(), new Search("\"><i>", false), 1, 0, 0, List.of(new LogLine(1, NOW, "<script>", false))),
                1,
                Samples.SITE),
            DefinitionView.of(Samples.definition(SHOP), Samples.SITE),
            ProblemView.missing("<script>", Samples.SITE));
    for (View view : all) {
      assertThat(views.html(view)).as(view.template()).doesNotContain("<script>", "<img src=x", "<svg onload", "<b>trouble", "<b>note", "<i>refused", "\"><i>").contains("<title>");
    }
  }

  @Test
  void a_page_contains_the_very_fragment_that_is_fetched_later() {
    Change failed = change("pf");
    var views = new Views();
    String page = views.html(PipelineView.of(flow(failed), MAP, false, Samples.SITE));
    assertThat(page).contains(views.html(RowView.of(failed, flow(failed), MAP, NOW)).strip());
    assertThat(page).contains(views.html(MapView.of(flow(failed), MAP)).strip());
  }

  @Test
  void many_threads_get_the_same_page() {
    var views = new Views();
    Flow flow = flow(change("pf"));
    var pages = java.util.stream.IntStream.range(0, 16).parallel().mapToObj(_ -> views.html(MapView.of(flow, MAP))).distinct().toList();
    assertThat(pages).hasSize(1);
  }

  private static Site site(Instant now) {
    return new Site("http://localhost", new dev.millrace.pipeline.RepositoryName("pipelines"), null, now, 0);
  }

  @Test
  void a_row_is_the_same_alone_and_in_its_stream_and_made_once() {
    Change change = change("ppppp");
    var views = new Views();
    String alone = views.html(RowView.of(change, flow(change), MAP, NOW));
    StreamView stream = StreamView.of(flow(change), MAP, List.of(change), false, site(NOW));
    assertThat(views.html(stream)).contains(alone.strip());
    long bytes = views.bytes();
    assertThat(bytes).isPositive();
    assertThat(views.html(StreamView.of(flow(change), MAP, List.of(change), false, site(NOW.plusSeconds(1))))).contains(alone.strip());
    assertThat(views.bytes()).isEqualTo(bytes);
  }

  @Test
  void a_row_that_is_kept_is_what_it_would_be_now() {
    Change ended = change("pf");
    Change moving = change("pr");
    Change cancelled = change("pc");
    var views = new Views();
    List<Flow> flows = List.of(flow(ended), flow(moving, ended), flow(Map.of(new StageName("build"), trials(9, 100)), moving, ended));
    List<FlowMap> maps = List.of(MAP, FlowMap.of(SHOP), FlowMap.of(Samples.diamond()));
    List<Filter> filters = List.of(Filter.newest(30), new Filter(List.of("passed"), "", "", "", 0, 30), new Filter(List.of("failed"), "", "a", "", 0, 30));
    for (Flow flow : flows) {
      for (FlowMap map : maps) {
        for (Filter filter : filters) {
          for (Duration later : List.of(Duration.ZERO, Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ofHours(3), Duration.ofDays(4))) {
            for (String trouble : new String[] {null, "Docker is away"}) {
              for (Change change : List.of(ended, moving, cancelled, ended.with(List.of()))) {
                Site site = new Site("http://localhost", new dev.millrace.pipeline.RepositoryName("pipelines"), trouble, NOW.plus(later), 0);
                StreamView stream = StreamView.of(flow, map, filter, new Found(List.of(change), 0), 0, site);
                assertThat(views.html(stream)).contains(new Views().html(RowView.of(change, flow, map, filter, site)).strip());
              }
            }
          }
        }
      }
    }
  }

  @Test
  void text_that_looks_like_the_mark_of_a_piece_stays_text() {
    Change change = Samples.gone(Samples.queued(SHOP, 42, "<!--0 0-->", "Ada", "integrate/price", NOW.minusSeconds(300)), "pf", NOW);
    var views = new Views();
    String html = views.html(StreamView.of(flow(change), MAP, List.of(change), false, site(NOW)));
    assertThat(html).contains("&lt;!--0 0--&gt;").doesNotContain("<!--");
  }

  @Test
  void so_many_bytes_of_pieces_are_kept_and_no_more() {
    var views = new Views();
    for (int number = 1; number <= 100; number++) {
      Change change = change("pf");
      int weight = 1 << 19;
      views.page(new StreamView("", "", "", "", "", 0, true, List.of(Piece.of(number, weight, () -> RowView.of(change, flow(change), MAP, NOW))), "", "", "", "", "", false, false, FilterView.of(SHOP.name(), Filter.newest(1)), "", "", "", new StreamView.FirstPush("", "", "", "")));
    }
    assertThat(views.bytes()).isBetween(Views.MOST_BYTES / 2, Views.MOST_BYTES);
  }
}
