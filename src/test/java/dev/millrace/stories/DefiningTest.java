package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/// What pushes to the pipeline repository do.
class DefiningTest extends Story {
  private static final String LONGER =
      """
      repository: shop
      integrate: {branches: ["integrate/**"], parallel: 1}
      stages:
        - lint
        - test
        - {name: main, promote: true}
      steps:
        lint: {image: scripted, run: pass}
        test: {image: scripted, run: wait}
      """;

  private static final String WEATHER =
      """
      pipelines:
        weather:
          repository: weather
          integrate: {branches: ["integrate/**"], parallel: 1}
          stages: [test, {name: main, promote: true}]
        preview:
          repository: weather
          on: {push: ["preview/**"]}
          stages: [test, report]
        publish:
          repository: weather
          on: {push: [main]}
          stages: [report]
      steps:
        test: {image: scripted, run: pass}
        report: {image: scripted, run: pass}
      """;

  @Test
  void a_definition_with_mistakes_is_refused_with_all_of_them() throws Exception {
    String before = mill.definers().main().hex();
    assertThat(
            mill.define(
                "shop",
                """
                repository: shop
                integrate: {branches: ["integrate/**"], parallel: 1}
                stages:
                  - tset
                  - {name: main, promote: true}
                steps:
                  test: {imagee: scripted, run: wait, timeout: 10}
                """))
        .isEqualTo(
            """
            pipelines/shop.yml:4:5: no step "tset", did you mean "test"?
            pipelines/shop.yml:7:10: unknown key "imagee", did you mean "image"?
            pipelines/shop.yml:7:48: a duration needs a unit: write 10m or 10s
            [remote rejected] HEAD -> main (pipelines/shop.yml:4:5: no step "tset", did you mean "test"?)""");
    assertThat(mill.definers().main().hex()).isEqualTo(before);
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
  }

  @Test
  void a_change_keeps_the_definition_it_started_with() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");

    assertThat(mill.define("shop", LONGER)).isEqualTo("Defined now: shop.");

    mill.failsTwice("1/test/test/1");
    mill.becomes(1, "failed");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    assertThat(mill.change(1)).isEqualTo("failed (test failed: test: exit code 1; shop#1 failed twice, with nothing else to blame): test failed 2, main pending");
    assertThat(mill.change(2)).isEqualTo("passed: lint passed, test passed, main passed");

    assertThat(mill.runAgainByTodaysDefinition(1, "lint")).startsWith("201");
    mill.passes("1/test/test/3");
    mill.becomes(1, "passed");
    assertThat(mill.change(1)).isEqualTo("passed: lint passed, test passed 3, main passed");
  }

  @Test
  void a_pipeline_is_removed() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");

    assertThat(mill.definers().pushToMain("Close the shop", List.of("shop.yml"), List.of()))
        .isEqualTo("No pipelines are defined now.");

    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.main()).isEqualTo("<candidate 1>");
    assertThat(mill.problem(mill.get("/api/v1/pipelines/shop")))
        .isEqualTo("Gone: Pipeline shop is no longer defined; its changes are still there.");
    assertThat(mill.trigger("shop", "{\"branch\": \"main\"}"))
        .isEqualTo("409 Refused: no pipeline is named shop today");
    assertThat(shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n"))
        .isEqualTo("No pipeline integrates branches of shop.");
    assertThat(mill.exists("shop", 2)).isFalse();

    assertThat(mill.define("shop", SHORT)).isEqualTo("Defined now: shop.");
    assertThat(mill.trigger("shop", "{\"branch\": \"integrate/coffee\"}"))
        .isEqualTo("201 /api/v1/pipelines/shop/changes/2");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
  }

  @Test
  void several_pipelines_of_one_file_follow_one_repository() throws Exception {
    assertThat(mill.define("weather", WEATHER))
        .isEqualTo(
            """
            Defined now: preview, publish, shop, weather.
            New repository: git clone http://mill/git/weather.git""");
    Developer weather = mill.developer("weather");

    assertThat(weather.pushToMain("Begin to forecast", "sky", "grey\n")).startsWith("publish#1: <Begin to forecast> runs.");
    mill.becomes("publish", 1, "passed");
    assertThat(weather.push("preview/sun", "Look at the sun", "sky", "blue\n"))
        .startsWith("preview#1: <Look at the sun> runs.");
    mill.becomes("preview", 1, "passed");
    assertThat(weather.push("integrate/rain", "Forecast rain", "rain", "tomorrow\n"))
        .startsWith("weather#1: integrate/rain goes into main");
    mill.becomes("weather", 1, "passed");
    mill.becomes("publish", 2, "passed");

    assertThat(mill.history("publish", 2))
        .containsExactly("<candidate 1> is to be checked, asked by weather#1", "passed");
    assertThat(mill.history("preview", 1))
        .containsExactly("<Look at the sun> is to be checked, asked by a push by Ada", "passed");
    assertThat(mill.exists("preview", 2)).isFalse();
    assertThat(mill.exists("publish", 3)).isFalse();
    assertThat(weather.branches()).containsExactly("main", "preview/sun");
  }

  @Test
  void the_pipeline_repository_is_integrated_like_any_other() throws Exception {
    mill.define(
        "pipelines",
        """
        repository: pipelines
        integrate: {branches: ["integrate/**"], parallel: 1}
        stages: [check, {name: main, promote: true}]
        steps:
          check: {image: scripted, run: pass}
        """);
    assertThat(mill.definers().push("integrate/weather", "Define the weather", "weather.yml", WEATHER))
        .startsWith("pipelines#1: integrate/weather goes into main");
    mill.becomes("pipelines", 1, "passed");
    mill.listener()
        .until("the weather to be defined", () -> mill.get("/api/v1/pipelines/weather").statusCode() == 200);
    assertThat(mill.developer("weather").branches()).isEmpty();
  }

  @Test
  void what_was_pushed_before_a_pipeline_was_defined_starts_nothing_by_itself() throws Exception {
    shop.push("release/1", "Sell release 1", "release", "1\n");
    mill.define(
        "release",
        """
        repository: shop
        on: {push: ["release/*"]}
        stages: [publish]
        steps:
          publish: {image: scripted, run: pass}
        """);
    mill.restart();
    shop.push("release/2", "Sell release 2", "release", "2\n");
    mill.becomes("release", 1, "passed");
    assertThat(mill.history("release", 1))
        .containsExactly("<Sell release 2> is to be checked, asked by a push by Ada", "passed");
    assertThat(mill.exists("release", 2)).isFalse();
  }

  @Test
  void mistakes_do_not_get_in_by_integration_either() throws Exception {
    mill.define(
        "pipelines",
        """
        repository: pipelines
        integrate: {branches: ["integrate/**"], parallel: 1}
        stages: [check, {name: main, promote: true}]
        steps:
          check: {image: scripted, run: pass}
        """);
    assertThat(mill.definers().push("integrate/shop", "Define nonsense", "shop.yml", "repositry: shop\n"))
        .contains("pipelines/shop.yml:1:1: unknown key \"repositry\", did you mean \"repository\"?");
    assertThat(mill.definers().branches()).containsExactly("main");
    assertThat(mill.definers().push("idea", "Think aloud", "shop.yml", "repositry: shop\n"))
        .doesNotContain("rejected");
  }
}
