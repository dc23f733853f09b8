package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.StageName;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;

class BadgeTest {
  private static Change change(int number, String branch, String outcomes) {
    Change queued = Samples.queued(Samples.shop(), number, "Show the price", "Ada", branch, Samples.NOW.minusSeconds(9000 - 60L * number));
    return outcomes.isEmpty() ? queued : Samples.gone(queued, outcomes, Samples.NOW);
  }

  private static Change checked(int number, String outcomes, boolean landed) {
    Change change = change(number, "main", outcomes);
    return new Change(change.id(), change.commit(), new Aim.Check(new BranchName("main"), landed), change.by(), change.definition(), change.createdAt(), change.state(), change.candidate(), change.round(), change.attempts());
  }

  private static Badge.State main(Change... changes) {
    return Badge.of("shop", List.of(changes), null, null).state();
  }

  private static Element read(Badge badge) throws Exception {
    return DocumentBuilderFactory.newDefaultInstance().newDocumentBuilder().parse(new ByteArrayInputStream(badge.svg().getBytes(StandardCharsets.UTF_8))).getDocumentElement();
  }

  @Test
  void a_pipeline_stands_as_the_last_change_that_landed_and_ended() {
    assertThat(main(change(2, "integrate/a", "ppppp"), change(1, "integrate/b", "pppf"))).isEqualTo(Badge.State.PASSED);
    Change late = change(1, "integrate/b", "pppf").in(new ChangeState.Failed(Samples.NOW.plusSeconds(60), "late"));
    assertThat(main(change(2, "integrate/a", "ppppp"), late)).isEqualTo(Badge.State.FAILED);
    assertThat(main(change(3, "integrate/c", "r"), change(2, "integrate/a", "pc"), change(1, "integrate/b", "pppf"))).isEqualTo(Badge.State.FAILED);
    assertThat(main(change(2, "integrate/a", "pf"), change(1, "integrate/b", "ppppp"))).isEqualTo(Badge.State.PASSED);
    assertThat(main(change(2, "integrate/a", "pf"))).isEqualTo(Badge.State.UNKNOWN);
    assertThat(main(change(2, "integrate/c", "r"), change(1, "integrate/a", "pc"))).isEqualTo(Badge.State.RUNNING);
    assertThat(main(change(1, "integrate/a", "pc"))).isEqualTo(Badge.State.UNKNOWN);
    assertThat(main()).isEqualTo(Badge.State.UNKNOWN);
  }

  @Test
  void what_is_only_checked_says_nothing_of_main_unless_it_is_on_it() {
    assertThat(main(checked(2, "pf", false), change(1, "integrate/b", "ppppp"))).isEqualTo(Badge.State.PASSED);
    assertThat(main(checked(2, "pf", true))).isEqualTo(Badge.State.FAILED);
  }

  @Test
  void a_branch_and_a_stage_can_be_asked_for() {
    List<Change> changes = List.of(change(3, "integrate/a", "pr"), change(2, "integrate/a", "pf"), change(1, "integrate/b", "ppppp"));
    assertThat(Badge.of("shop", changes, new BranchName("integrate/b"), null).state()).isEqualTo(Badge.State.PASSED);
    assertThat(Badge.of("shop", changes, new BranchName("integrate/a"), null).state()).isEqualTo(Badge.State.FAILED);
    assertThat(Badge.of("shop", changes, null, new StageName("build"))).isEqualTo(new Badge("shop build", Badge.State.PASSED));
    assertThat(Badge.of("shop", changes, null, new StageName("verify"))).isEqualTo(new Badge("shop verify", Badge.State.FAILED));
    assertThat(Badge.of("shop", changes.subList(0, 1), null, new StageName("verify"))).isEqualTo(new Badge("shop verify", Badge.State.RUNNING));
    assertThat(Badge.of("shop", changes.subList(0, 1), null, new StageName("main")).state()).isEqualTo(Badge.State.UNKNOWN);
  }

  @Test
  void it_says_its_state_to_who_cannot_see_it() throws Exception {
    for (Badge.State state : Badge.State.values()) {
      Element svg = read(new Badge("shop", state));
      assertThat(svg.getAttribute("role")).isEqualTo("img");
      assertThat(svg.getAttribute("aria-label")).isEqualTo("shop: " + state.word());
      assertThat(svg.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("shop: " + state.word());
    }
  }

  @Test
  void each_state_has_a_colour_and_a_shape_of_its_own() throws Exception {
    var colours = new java.util.HashSet<String>();
    var shapes = new java.util.HashSet<String>();
    for (Badge.State state : Badge.State.values()) {
      Element svg = read(new Badge("shop", state));
      String colour = ((Element) svg.getElementsByTagName("path").item(1)).getAttribute("fill");
      colours.add(colour);
      shapes.add(new Badge("shop", state).svg().replaceAll("(?s).*stroke-linejoin=\"round\">(.*?)</g>.*", "$1"));
      assertThat(PaletteTest.contrast(colour, "#fff")).as(state.word()).isGreaterThan(4.5);
    }
    assertThat(colours).hasSize(4);
    assertThat(shapes).hasSize(4);
  }

  @Test
  void names_are_escaped_and_long_ones_cut() throws Exception {
    Element hostile = read(Badge.unknown("<script>\"&'\u0001\uD800"));
    assertThat(hostile.getAttribute("aria-label")).isEqualTo("<script>\"&'\uFFFD\uFFFD: unknown");
    assertThat(hostile.getElementsByTagName("script").getLength()).isZero();
    assertThat(Badge.unknown("x".repeat(500)).name()).hasSize(70).endsWith("…");
  }

  @Test
  void it_is_as_wide_as_its_words() throws Exception {
    int narrow = Integer.parseInt(read(new Badge("iiii", Badge.State.PASSED)).getAttribute("width"));
    int wide = Integer.parseInt(read(new Badge("wwww", Badge.State.PASSED)).getAttribute("width"));
    assertThat(wide - narrow).isEqualTo(Math.round(4 * 90 / 10f) - Math.round(4 * 31 / 10f));
  }

  @Test
  void it_can_be_copied_into_a_readme() {
    assertThat(BadgeText.of(Samples.shop().name(), Samples.SITE))
        .isEqualTo(
            new BadgeText(
                "/badge/shop.svg",
                "State of shop",
                "[![State of shop](http://localhost:8080/badge/shop.svg)](http://localhost:8080/pipelines/shop)",
                "<a href=\"http://localhost:8080/pipelines/shop\"><img alt=\"State of shop\" src=\"http://localhost:8080/badge/shop.svg\"></a>",
                "image:http://localhost:8080/badge/shop.svg[State of shop,link=http://localhost:8080/pipelines/shop]"));
  }
}
