package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Change;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Trial;
import dev.millrace.statistics.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WallViewTest {
  private static final Instant NOW = Samples.NOW;
  private static final Pipeline SHOP = Samples.pipeline("shop", "build: compile", "main <- build", "staging: deploy <- main");

  private static Change change(int number, String author, int minutes, String outcomes) {
    return Samples.gone(Samples.queued(SHOP, number, "Change " + number, author, "integrate/x", NOW.minusSeconds(60L * minutes)), outcomes, NOW);
  }

  private static TilesView.Tile tile(Map<StageName, Figures> figures, Change... changes) {
    return TilesView.of(List.of(new Flow(Samples.definition(SHOP), List.of(changes), figures, Window.USUAL)), null, Samples.SITE).tiles().getFirst();
  }

  private static String text(TilesView.Tile tile) {
    return tile.name() + " " + tile.word()
        + (tile.since() == null ? "" : " " + tile.verb() + " " + tile.since().text() + " by " + tile.by() + " " + tile.number() + (tile.because().isEmpty() ? "" : " (" + tile.because() + ")"))
        + (tile.main() == null ? "" : "; " + tile.main().branch() + " " + tile.main().look().word() + ": " + tile.main().sentence() + (tile.main().at() == null ? "" : " " + tile.main().at().text()))
        + "; " + tile.motion() + tile.going().stream().map(one -> " " + one.number() + " " + one.where()).collect(Collectors.joining());
  }

  @Test
  void a_pipeline_without_changes_says_so() {
    assertThat(text(tile(Map.of()))).isEqualTo("shop nothing yet; main not yet run: nothing has landed yet; at rest");
  }

  @Test
  void it_is_red_since_the_first_of_the_failures_and_by_whom_that_was() {
    assertThat(text(tile(Map.of(), change(44, "Cora", 5, "f"), change(43, "Bob", 30, "ppf"), change(42, "Ada", 90, "ppf"), change(41, "Dan", 150, "ppp"))))
        .isEqualTo("shop RED broke 1 h ago by Ada #42 (Staging failed: exit code 1); main failed: #43 broke in staging; landed 29 min ago; at rest");
  }

  @Test
  void it_stays_red_while_the_next_change_is_on_its_way() {
    assertThat(text(tile(Map.of(), change(43, "Bob", 3, "r"), change(42, "Ada", 90, "ppf"))))
        .startsWith("shop RED broke 1 h ago by Ada #42").endsWith("1 in motion #43 build");
  }

  @Test
  void main_is_red_when_what_landed_broke_in_a_later_stage() {
    assertThat(text(tile(Map.of(), change(42, "Ada", 90, "ppf")))).contains("main failed: #42 broke in staging; landed 1 h ago");
  }

  @Test
  void a_landing_of_long_ago_is_known_from_the_figures() {
    Figures figures = Figures.of(new dev.millrace.statistics.Summary(List.of()), List.of(new Figures.Latest(7, new Trial(NOW.minus(Duration.ofDays(3)), Duration.ofSeconds(1), true))));
    assertThat(text(tile(Map.of(new StageName("main"), figures), change(42, "Ada", 90, "f")))).contains("main passed: #7 landed 3 days ago");
  }

  @Test
  void one_to_twenty_four_tiles_fill_a_screen_that_lies_or_stands() {
    assertThat(IntStream.of(1, 2, 3, 4, 6, 8, 9, 12, 16, 20, 24).mapToObj(many -> TilesView.Grid.of(many, 16, 8.4)).map(grid -> grid.columns() + "x" + grid.rows()))
        .containsExactly("1x1", "2x1", "2x2", "2x2", "3x2", "3x3", "3x3", "4x3", "4x4", "5x4", "6x4");
    for (int many = 1; many <= 60; many++) {
      for (double width : new double[] {9, 16}) {
        TilesView.Grid grid = TilesView.Grid.of(many, width, 16);
        assertThat(grid.columns() * grid.rows()).isGreaterThanOrEqualTo(many);
        assertThat(grid.columns() * (grid.rows() - 1)).as(many + " in " + grid).isLessThan(many);
      }
    }
  }

  @Test
  void it_hears_what_moves_and_knows_which_server_made_it() {
    WallView wall = WallView.of(List.of(Samples.busy(SHOP, 9, NOW)), SHOP.name(), true, Samples.SITE);
    assertThat(List.of(wall.frame().events(), wall.theme(), wall.tiles().href(), wall.tiles().live()))
        .containsExactly("/api/v1/events?pipeline=shop&after=7", "light", "/pipelines/shop/wall/tiles", "shop");
    String page = new Views().html(wall);
    assertThat(page).contains(new Views().html(wall.tiles()).strip(), "data-version=\"" + wall.tiles().version() + "\"", "wall.css?v=", "wall.js?v=");
    assertThat(wall.tiles().version()).matches("[0-9a-f]{8}");
  }
}
