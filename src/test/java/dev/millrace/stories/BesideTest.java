package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// A step fails; what was different when it was tried again?
class BesideTest extends Story {
  private String page(String path) {
    return mill.get("/pipelines/shop/changes/" + path).body().replaceAll("<[^>]*>", " ").replace("&#39;", "'").replaceAll("\\s+", " ");
  }

  @Test
  void main_and_the_definition_move_between_two_attempts() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.fails("1/test/test/1");
    mill.runs("1/test/test/2");
    mill.containers.print("shop/1/test/test/2", "preparing\nError: no kettle\n");
    mill.fails("1/test/test/2");
    mill.becomes(1, "failed");
    assertThat(page("1")).contains("Needs a look", "Exit code 1 after", "Error: no kettle", "Run again from here").doesNotContain("by the latest definition");

    shop.pushToMain("Buy a kettle", "kettle", "steel\n");
    mill.define("shop", SHORT.replace("run: wait}", "run: wait, environment: {KETTLE: steel}}"));
    assertThat(page("1")).contains("by the latest definition");
    mill.runAgainByTodaysDefinition(1, "test");
    mill.passes("1/test/test/3");
    mill.becomes(1, "passed");

    assertThat(page("1/test/test/difference"))
        .contains("What differed: the commit and 1 variable of the environment.", "KETTLE", "Buy a kettle", "+ added: test: {image: scripted, run: wait, environment: {KETTLE: steel}}")
        .doesNotContain("Flaky");
  }

  @Test
  void a_step_that_is_run_again_as_it_was_is_flaky_when_it_passes() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.failsTwice("1/test/test/1");
    mill.becomes(1, "failed");
    mill.runAgain(1, "test");
    mill.passes("1/test/test/3");
    mill.becomes(1, "passed");

    assertThat(page("1/test/test/difference?a=2&b=3"))
        .contains("Nothing differed: same commit, same image, same environment. The result did: this step is flaky.");
    var attempts = mill.json("shop", 1).get("stages").get(0).get("steps").get(0).get("attempts");
    assertThat(attempts.get(0).get("image").stringValue()).isEqualTo("scripted");
    assertThat(attempts.get(0).get("digest").stringValue()).matches("sha256:[0-9a-f]{64}");
    assertThat(attempts.get(2).get("digest")).isEqualTo(attempts.get(0).get("digest"));
    for (String wrong : List.of("a=1&b=1", "a=7", "a=x")) {
      assertThat(mill.get("/pipelines/shop/changes/1/test/test/difference?" + wrong).statusCode()).as(wrong).isEqualTo(400);
    }
  }

  @Test
  void a_red_change_tells_what_came_since_the_last_green_one() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    mill.containers.replaceImage("scripted");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.runs("2/test/test/1");
    mill.failsTwice("2/test/test/1");
    mill.becomes(2, "failed");

    assertThat(page("2/comparison"))
        .contains("What changed since it was last green", "Since shop#1, which passed:", "and 1 image.", "Sell coffee", "1 file changed", "passed before")
        .doesNotContain("Sell tea");
    assertThat(page("1/comparison")).contains("No change of shop passed before this one");
    assertThat(page("1/comparison?with=2")).contains("Beside shop#2:");
    assertThat(mill.get("/pipelines/shop/changes/2/comparison?with=2").statusCode()).isEqualTo(400);
    assertThat(mill.get("/pipelines/shop/changes/2/comparison?with=9").statusCode()).isEqualTo(400);
  }
}
