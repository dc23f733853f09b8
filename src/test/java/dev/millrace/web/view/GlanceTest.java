package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Change;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GlanceTest {
  private static Change change(int number, String outcomes) {
    Change queued = Samples.queued(Samples.shop(), number, "Show the price", "Ada", "integrate/price", Samples.NOW.minusSeconds(900 + 600L * (40 - number)));
    return outcomes.isEmpty() ? queued : Samples.gone(queued, outcomes, Samples.NOW);
  }

  /// The newest first.
  private static Flow flow(String... outcomes) {
    var changes = new java.util.ArrayList<Change>();
    for (int at = 0; at < outcomes.length; at++) {
      changes.add(change(40 - at, outcomes[at]));
    }
    return new Flow(Samples.definition(Samples.shop()), changes, Map.of(), dev.millrace.statistics.Window.USUAL);
  }

  @Test
  void the_worst_comes_first() {
    assertThat(Glance.of(flow("ppppp"))).isEqualTo(new Glance(Look.PASSED, "passed"));
    assertThat(Glance.of(flow("pppf", "ppppp"))).isEqualTo(new Glance(Look.FAILED, "failed"));
    assertThat(Glance.of(flow("", "pr", "pppf"))).isEqualTo(new Glance(Look.FAILED, "failed, 2 in motion"));
    assertThat(Glance.of(flow("", "pr", "ppppp", "pppf"))).isEqualTo(new Glance(Look.RUNNING, "2 in motion"));
    assertThat(Glance.of(flow("", "ppppp"))).isEqualTo(new Glance(Look.QUEUED, "1 in motion"));
    assertThat(Glance.of(flow())).isEqualTo(new Glance(Look.PENDING, "no changes yet"));
  }

  @Test
  void a_branch_that_was_refused_makes_nothing_red() {
    assertThat(Glance.of(flow("pf", "ppppp"))).isEqualTo(new Glance(Look.PASSED, "passed"));
    assertThat(Glance.of(flow("pf"))).isEqualTo(new Glance(Look.PENDING, "failed"));
    assertThat(Glance.of(List.of(flow("pf", "ppppp"), flow("pf", "pppf")))).isEqualTo(new Glance(Look.FAILED, "shop failed"));
  }

  @Test
  void a_change_that_was_cancelled_hides_nothing() {
    assertThat(Glance.of(flow("pc", "pppf"))).isEqualTo(new Glance(Look.FAILED, "failed"));
    assertThat(Glance.of(flow("pc", "ppppp"))).isEqualTo(new Glance(Look.PASSED, "passed"));
    assertThat(Glance.of(flow("pc"))).isEqualTo(new Glance(Look.PENDING, "cancelled"));
  }

  @Test
  void several_pipelines_stand_as_the_worst_of_them() {
    assertThat(Glance.of(List.of(flow("ppppp"), flow("pppf"), flow("pr")))).isEqualTo(new Glance(Look.FAILED, "shop failed, 1 in motion"));
    assertThat(Glance.of(List.of(flow("pppf"), flow("pppf")))).isEqualTo(new Glance(Look.FAILED, "2 failed"));
    assertThat(Glance.of(List.of(flow("ppppp"), flow("pr"), flow("")))).isEqualTo(new Glance(Look.RUNNING, "2 in motion"));
    assertThat(Glance.of(List.of(flow("ppppp"), flow("ppppp")))).isEqualTo(new Glance(Look.PASSED, "all passed"));
    assertThat(Glance.of(List.of(flow()))).isEqualTo(new Glance(Look.PENDING, "all at rest"));
    assertThat(Glance.of(List.<Flow>of())).isEqualTo(new Glance(Look.PENDING, "no pipeline yet"));
  }

  @Test
  void a_tab_says_the_state_first_and_shows_it() {
    TabView tab = TabView.of(flow("pppf"));
    assertThat(tab).isEqualTo(new TabView("shop", "/pipelines/shop/tab", "failed · shop · Millrace", Views.asset("favicon-failed.svg")));
    assertThat(TabView.of(List.of(flow("pr"))).title()).isEqualTo("1 in motion · Pipelines · Millrace");
    assertThat(List.of(Look.values()).stream().map(TabView::icon).map(icon -> icon.replaceAll("\\?.*", "")).distinct())
        .containsExactlyInAnyOrder("/favicon.svg", "/favicon-passed.svg", "/favicon-failed.svg", "/favicon-running.svg", "/favicon-waiting.svg");
  }
}
