package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Change;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import dev.millrace.statistics.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MapViewTest {
  private static final Instant NOW = Samples.NOW;
  private static final Pipeline SHOP = Samples.shop();
  private static final FlowMap MAP = FlowMap.of(SHOP);
  private static final StageName VERIFY = new StageName("verify");

  private static Change change(int number, String outcomes) {
    return Samples.gone(Samples.queued(SHOP, number, "Show the price", "Ada", "integrate/price", NOW.minusSeconds(300)), outcomes, NOW);
  }

  private static Flow flow(Map<StageName, Figures> figures, Window window, Change... changes) {
    return new Flow(Samples.definition(SHOP), List.of(changes), figures, window);
  }

  /// So many trials of a minute and a bit, of which those with these numbers failed.
  private static Figures trials(int many, Integer... failed) {
    return Samples.figures(
        IntStream.rangeClosed(1, many).mapToObj(at -> new Trial(NOW, Duration.ofSeconds(60 + at), !List.of(failed).contains(at))).toList());
  }

  private static MapView.Box box(MapView map, String name) {
    return map.boxes().stream().filter(box -> box.name().equals(name)).findFirst().orElseThrow();
  }

  private static MapView.Box verify(Figures figures, Change... changes) {
    return box(MapView.of(flow(Map.of(VERIFY, figures), Window.USUAL, changes), MAP), "verify");
  }

  @Test
  void it_is_drawn_before_anything_has_run() {
    MapView map = MapView.of(Samples.empty(SHOP), MAP);
    assertThat(map.boxes()).extracting(MapView.Box::name, MapView.Box::shape, MapView.Box::says)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("build", "work", "Step: compile. Not run yet."),
            org.assertj.core.groups.Tuple.tuple("verify", "work", "3 steps: unit, browser, lint. Needs build. Not run yet."),
            org.assertj.core.groups.Tuple.tuple("main", "gate promotion", "Promotion: moves main. Needs verify. Not run yet."),
            org.assertj.core.groups.Tuple.tuple("staging", "work", "Step: deploy. Needs main. Not run yet."),
            org.assertj.core.groups.Tuple.tuple("production", "work", "2 steps: deploy, smoke. Needs staging. Not run yet."));
    assertThat(map.edges()).noneMatch(MapView.Edge::flowing);
  }

  @Test
  void it_shows_who_is_where_and_which_water_flows() {
    MapView map = MapView.of(flow(Map.of(), Window.USUAL, change(43, "r"), change(42, "pr")), MAP);
    assertThat(box(map, "verify").guests()).containsExactly(new MapView.Guest("#42", "/pipelines/shop/changes/42", "running"));
    assertThat(box(map, "verify").says()).contains("In it now: #42.");
    assertThat(map.edges()).extracting(MapView.Edge::flowing).containsExactly(true, false, false, false);
    assertThat(map.boxes()).extracting(MapView.Box::busy).containsExactly(true, true, false, false, false);
  }

  /// All that says where something stands and how large it is.
  private static String geometry(MapView map) {
    return map.width() + "x" + map.height() + " " + map.scale() + " " + map.boxWidth() + "x" + map.boxHeight() + " "
        + map.boxes().stream().map(box -> box.id() + "@" + box.left() + "," + box.top() + box.right() + box.lead()).collect(Collectors.joining(" "))
        + map.edges().stream().map(MapView.Edge::path).collect(Collectors.joining());
  }

  @Test
  void nothing_moves_or_grows_whatever_is_in_flight() {
    String still = geometry(MapView.of(Samples.empty(SHOP), MAP));
    for (String outcomes : List.of("r", "q", "pr", "pf", "pe", "pc", "ppr", "pppp", "ppppp")) {
      assertThat(geometry(MapView.of(flow(Map.of(VERIFY, trials(100, 3, 4, 90)), new Window.Days(30), change(42, outcomes)), MAP))).as(outcomes).isEqualTo(still);
    }
    Pipeline wide = Samples.graph(30);
    assertThat(geometry(MapView.of(Samples.busy(wide, 12, NOW), FlowMap.of(wide)))).isEqualTo(geometry(MapView.of(Samples.empty(wide), FlowMap.of(wide))));
  }

  @Test
  void a_share_is_said_with_what_it_is_from_and_not_from_a_few() {
    assertThat(verify(trials(100, 7, 8, 9, 10)).numbers()).isEqualTo(new MapView.Numbers("1m 50s", "2m 35s", "4 %", " of 100", false, ""));
    assertThat(verify(trials(3, 1, 2)).numbers()).isEqualTo(new MapView.Numbers("1m 02s", "1m 03s", "2 of 3", "", true, ""));
    assertThat(verify(trials(1, 1)).numbers()).isEqualTo(new MapView.Numbers("1m 01s", "1m 01s", "1 of 1", "", false, ""));
    assertThat(verify(trials(20)).numbers().failures() + verify(trials(20)).numbers().of()).isEqualTo("0 % of 20");
  }

  @Test
  void a_stage_that_was_tried_but_not_within_the_window_says_so() {
    var old = new Figures(0, 0, null, null, trials(2).latest());
    MapView.Box box = box(MapView.of(flow(Map.of(VERIFY, old), new Window.Days(30)), MAP), "verify");
    assertThat(box.numbers().none()).isEqualTo("not in the last 30 days");
    assertThat(box.says()).isEqualTo("3 steps: unit, browser, lint. Needs build. Not in the last 30 days. The last 2: all passed; from 1m 01s to 1m 02s.");
  }

  @Test
  void the_trend_is_told_in_words_and_each_bar_says_its_value() {
    MapView.Box box = verify(trials(30, 12, 19));
    assertThat(box.says())
        .isEqualTo("3 steps: unit, browser, lint. Needs build. Median 1m 15s, 95 of 100 within 1m 29s, 7 % of 30 failed. The last 30: 28 passed, failed #12, #19; from 1m 01s to 1m 30s.");
    assertThat(box.trend()).contains("<title>#11 passed in 1m 11s</title>", "<title>#12 failed after 1m 12s</title>");
    assertThat(box.trend().split("<path class=\"bad\"", -1)).hasSize(3);
    assertThat(verify(trials(1)).says()).endsWith("The last one: all passed; 1m 01s.");
  }

  @Test
  void a_bar_that_passed_stands_on_the_line_as_high_as_it_took_long_and_one_that_failed_hangs_below_it() {
    Figures figures = Samples.figures(List.of(new Trial(NOW, Duration.ofSeconds(30), true), new Trial(NOW, Duration.ofSeconds(60), true), new Trial(NOW, Duration.ofSeconds(60), false)));
    assertThat(MapView.Trend.bars(figures.latest()).replaceAll("<title>[^<]*</title>", ""))
        .isEqualTo("<path d=\"M108 17v-8h3v8z\"></path><path d=\"M112 17v-15h3v15z\"></path><path class=\"bad\" d=\"M116 18v7l1.5 2l1.5-2v-7z\"></path>");
    assertThat(MapView.Trend.bars(List.of()) + MapView.Trend.says(List.of())).isEmpty();
  }

  @Test
  void a_box_leads_to_its_statistics_and_knows_the_boxes_before_it() {
    Pipeline diamond = Samples.diamond();
    MapView map = MapView.of(Samples.empty(diamond), FlowMap.of(diamond));
    assertThat(box(map, "package").needs()).isEqualTo("box-diamond-unit box-diamond-browser box-diamond-lint");
    assertThat(box(map, "package").href()).isEqualTo("/pipelines/diamond/statistics#stage-package");
    assertThat(map.boxes().stream().filter(MapView.Box::lead)).extracting(MapView.Box::name).containsExactly("build", "unit", "package", "main", "staging");
  }

  @Test
  void the_fragment_keeps_the_window() {
    assertThat(MapView.of(flow(Map.of(), Window.USUAL), MAP).href()).isEqualTo("/pipelines/shop/map");
    assertThat(MapView.of(flow(Map.of(), new Window.Days(30)), MAP).href()).isEqualTo("/pipelines/shop/map?window=30d");
  }

  @Test
  void a_choice_changes_its_own_parameter_and_keeps_the_others() {
    var at = new Address("/pipelines/shop", new java.util.TreeMap<>(Map.of("state", List.of("failed"), "text", List.of("a & b"), "window", List.of("20"))));
    assertThat(Choice.windows(new Window.Last(20), at))
        .containsExactly(
            new Choice("20", "/pipelines/shop?state=failed&text=a+%26+b&window=20", true, "Figures of the last 20 trials"),
            new Choice("100", "/pipelines/shop?state=failed&text=a+%26+b", false, "Figures of the last 100 trials"),
            new Choice("30 days", "/pipelines/shop?state=failed&text=a+%26+b&window=30d", false, "Figures of the last 30 days"));
  }

  @Test
  void a_map_that_fits_is_offered_in_one_size_only() {
    assertThat(Choice.zooms(MAP, Address.of("/pipelines/shop"))).isEmpty();
    assertThat(Choice.zooms(FlowMap.of(Samples.line(30)), Address.of("/pipelines/l")).stream().filter(Choice::current)).extracting(Choice::text).containsExactly("readable");
    PipelineView fit = PipelineView.of(Samples.empty(SHOP), MAP, StreamView.of(Samples.empty(SHOP), MAP, List.of(), false, Samples.SITE), "", "", new Address("/pipelines/shop", Map.of("zoom", List.of("fit"))), Samples.SITE);
    assertThat(fit.drawn() + ", " + fit.narrowest()).isEqualTo("roomy fit, 0");
    Flow dense = Samples.empty(Samples.line(100));
    FlowMap map = FlowMap.of(dense.pipeline());
    assertThat(PipelineView.of(dense, map, false, Samples.SITE).drawn()).isEqualTo(MapView.of(dense, map).scale()).isEqualTo("dense");
  }

  @Test
  void what_a_screen_reader_hears_is_there_once() {
    String html = new Views().html(MapView.of(flow(Map.of(VERIFY, trials(30, 12)), Window.USUAL, change(42, "pr")), MAP));
    String heard = html.replaceAll("(?s)<div class=\"box-shows\" aria-hidden=\"true\">.*?</div>", "").replaceAll("(?s)<svg.*?</svg>", "").replaceAll("<b aria-hidden[^>]*>[^<]*</b>", "").replaceAll("<[^>]*>", " ");
    assertThat(heard.replaceAll("\\s+", " ")).contains(" verify 3 steps: unit, browser, lint. Needs build. In it now: #42. Median 1m 15s, 95 of 100 within 1m 29s, 3 % of 30 failed. The last 30: 29 passed, failed #12; from 1m 01s to 1m 30s. #42 main ");
  }

  @Test
  void figures_of_no_trial_say_nothing_and_contradictory_ones_cannot_be_made() {
    assertThat(Figures.of(Summary.NONE, List.of())).isEqualTo(Figures.NONE);
    org.assertj.core.api.Assertions.assertThatIllegalArgumentException().isThrownBy(() -> new Figures(1, 2, Duration.ZERO, Duration.ZERO, List.of()));
    org.assertj.core.api.Assertions.assertThatIllegalArgumentException().isThrownBy(() -> new Figures(1, 0, null, null, List.of()));
  }
}
