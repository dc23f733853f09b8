package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What is kept for statistics must not hide what has just happened.
class StatisticsTest extends Story {
  private String tested() {
    JsonNode stage = mill.json("/api/v1/pipelines/shop/statistics/trends").get("stages").get(0);
    return stage.get("trials").intValue() + " tried, " + stage.get("failed").intValue() + " failed";
  }

  private void page(String part) {
    assertThat(mill.get("/pipelines/shop/statistics").body()).contains(part);
  }

  @Test
  void an_attempt_that_has_just_ended_is_counted() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    assertThat(tested()).isEqualTo("0 tried, 0 failed");
    page("Not tried in this time.");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(tested()).isEqualTo("1 tried, 0 failed");
    page("0 % of 1 attempt failed");
    shop.push("integrate/cake", "Sell cake", "cake", "sweet\n");
    mill.failsTwice("2/test/test/1");
    mill.becomes(2, "failed");
    assertThat(tested()).isEqualTo("3 tried, 2 failed");
    page("67 % of 3 attempts failed");
    mill.runAgain(2, "test");
    mill.passes("2/test/test/3");
    mill.becomes(2, "passed");
    assertThat(tested()).isEqualTo("4 tried, 2 failed");
    page("50 % of 4 attempts failed");
  }
}
