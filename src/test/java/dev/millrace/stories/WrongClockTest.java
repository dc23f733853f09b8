package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Somebody sets the clock while the server runs.
class WrongClockTest extends Story {
  private static final List<String> PAGES =
      List.of(
          "/", "/wall", "/pipelines/shop", "/pipelines/shop/queue", "/pipelines/shop/statistics",
          "/pipelines/shop/changes/1", "/pipelines/shop/changes/1/test/test", "/api/v1/pipelines/shop/changes/1",
          "/api/v1/pipelines/shop/statistics", "/api/v1/pipelines/shop/queue", "/badge/shop.svg");

  private void pagesCanBeSeen() {
    for (String page : PAGES) {
      assertThat(mill.get(page).statusCode()).as(page).isEqualTo(200);
    }
  }

  /// Of the first change's test, by its times.
  private Duration took() {
    JsonNode stage = mill.json("shop", 1).get("stages").get(0);
    return Duration.between(
        Instant.parse(stage.get("startedAt").stringValue()), Instant.parse(stage.get("finishedAt").stringValue()));
  }

  @ParameterizedTest
  @ValueSource(ints = {-5, 5})
  void the_clock_is_set_while_a_step_runs(int hours) throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    pagesCanBeSeen();
    mill.clock.advance(Duration.ofHours(hours));
    pagesCanBeSeen();
    shop.push("integrate/cake", "Sell cake", "cake", "sweet\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1)).as("nothing timed out").containsExactly("test/test 1 passed", "main/promote 1 passed");
    assertThat(took()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    assertThat(shop.mainline()).as("in their order").containsExactly("Merge integrate/cake into main (shop#2)", "Merge integrate/tea into main (shop#1)", "Begin");
    pagesCanBeSeen();
  }

  @ParameterizedTest
  @ValueSource(ints = {-5, 5})
  void a_step_still_times_out_when_the_clock_was_set(int hours) throws Exception {
    mill.define("shop", TroubleTest.HURRIED);
    mill.clock.advance(Duration.ofHours(hours));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.clock.advance(Duration.ofHours(-hours));
    mill.runs("1/test/test/2");
    mill.becomes(1, "failed");
    assertThat(mill.attempts(1))
        .containsExactly("test/test 1 timed-out (timed out after 1 s)", "test/test 2 timed-out (timed out after 1 s)");
  }

  /// It waits for the engine for at least a second, which is all the time that it has.
  @Test
  void a_step_that_had_to_wait_has_its_whole_time_though_the_engines_clock_is_behind() throws Exception {
    mill.define("shop", TroubleTest.HURRIED);
    mill.engineBehind = Duration.ofHours(2);
    mill.containers.makeUnreachable("the Docker engine does not answer");
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.tells(1, "merged with");
    mill.containers.makeReachable();
    mill.becomes(1, "failed");
    assertThat(mill.attempts(1).getFirst()).isEqualTo("test/test 1 timed-out (timed out after 1 s)");
  }
}
