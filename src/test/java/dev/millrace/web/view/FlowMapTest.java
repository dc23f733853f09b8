package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FlowMapTest {
  private static String columns(FlowMap map) {
    var text = new StringBuilder();
    int column = 0;
    for (FlowMap.Box box : map.boxes()) {
      text.append(text.isEmpty() ? "" : box.column() == column ? " + " : " | ").append(box.stage().name());
      column = box.column();
    }
    return text.toString();
  }

  @Test
  void a_line_has_one_stage_in_each_column() {
    FlowMap map = FlowMap.of(Samples.shop());
    assertThat(columns(map)).isEqualTo("build | verify | main | staging | production");
    assertThat(map.scale()).isEqualTo(FlowMap.Scale.ROOMY);
    assertThat(map.edges()).extracting(FlowMap.Edge::path).first().isEqualTo("M184 67L228 67");
    assertThat(map.tracks()).startsWith("minmax(0,184fr) minmax(0,44fr) minmax(0,184fr)");
  }

  @Test
  void side_branches_stand_below_each_other_in_one_column() {
    assertThat(columns(FlowMap.of(Samples.diamond()))).isEqualTo("build | unit + browser + lint | package | main | staging");
  }

  @Test
  void a_line_looks_the_same_whether_the_layout_was_asked_or_not() {
    Pipeline pipeline = Samples.shop();
    FlowMap line = FlowMap.of(pipeline);
    Layered.Placed placed = Layered.place(pipeline, FlowMap.Scale.ROOMY);
    assertThat(placed.height()).isEqualTo(line.height());
    assertThat(placed.edges()).isEqualTo(line.edges());
    line.boxes().forEach(box -> assertThat(placed.boxes().get(box.stage())).isEqualTo(new Layered.Point(box.x(), box.y())));
  }

  @Test
  void no_box_covers_another_and_every_edge_leads_on_even_with_a_hundred_stages() {
    for (Pipeline pipeline : List.of(Samples.graph(30), Samples.graph(100), Samples.line(100), Samples.diamond())) {
      FlowMap map = FlowMap.of(pipeline);
      assertThat(map.boxes()).hasSameSizeAs(pipeline.stages());
      Map<StageName, Integer> columns = new HashMap<>();
      FlowMap.Box before = null;
      for (FlowMap.Box box : map.boxes()) {
        columns.put(box.stage().name(), box.column());
        assertThat(box.x() + map.scale().width).isLessThanOrEqualTo(map.width() + 0.1);
        assertThat(box.y() + map.scale().height).isLessThanOrEqualTo(map.height() + 0.1);
        if (before != null && before.column() == box.column()) {
          assertThat(box.y()).isGreaterThanOrEqualTo(before.y() + map.scale().height);
        }
        before = box;
      }
      assertThat(map.gaps()).allMatch(gap -> gap > 0).hasSize(map.columns() - 1);
      map.edges().forEach(edge -> assertThat(columns.get(edge.from())).isLessThan(columns.get(edge.to())));
    }
  }

  @Test
  void stages_that_need_nothing_of_each_other_are_a_map_too() {
    FlowMap map = FlowMap.of(Samples.pipeline("loose", "a: x", "b: x", "c: x"));
    assertThat(columns(map)).isEqualTo("a + b + c");
    assertThat(map.edges()).isEmpty();
  }

  @Test
  void eight_columns_fit_beside_the_heads_of_the_rows_on_a_screen_of_1250() {
    FlowMap map = FlowMap.of(Samples.line(8));
    assertThat(map.narrowest()).isLessThan(1250 - 300 - 24 - 2 * 22 - 15);
    assertThat(map.narrowest() * map.scale().width / map.width()).as("a box").isGreaterThan(80);
  }

  @Test
  void the_same_pipeline_always_gives_the_same_map() {
    assertThat(FlowMap.of(Samples.graph(30))).isEqualTo(FlowMap.of(Samples.graph(30)));
  }
}
