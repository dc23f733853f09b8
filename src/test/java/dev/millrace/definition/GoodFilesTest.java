package dev.millrace.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Claimants;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.Method;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import dev.millrace.pipeline.Text;
import java.time.Duration;
import dev.millrace.pipeline.Remote;
import dev.millrace.pipeline.RemoteUrl;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// What files mean that are right.
class GoodFilesTest {
  private static final String STEP = "steps: {a: {image: alpine, run: make}}\n";

  @Test
  void a_repository_elsewhere_is_named_by_its_url_and_looked_at_each_minute() {
    Pipeline pipeline = pipeline("repository: git@git.example.org:acme/shop.git\nstages: [a]\n" + STEP);

    assertThat(pipeline.remote())
        .isEqualTo(new Remote(new RemoteUrl("git@git.example.org:acme/shop.git"), Duration.ofMinutes(1)));
    assertThat(pipeline.repository()).isEqualTo(new RemoteUrl("git@git.example.org:acme/shop.git").mirror());
  }

  @Test
  void how_often_a_repository_elsewhere_is_looked_at_can_be_said() {
    Pipeline pipeline =
        pipeline("repository: {url: 'https://git.example.org/acme/shop.git', poll: 10m}\nstages: [a]\n" + STEP);

    assertThat(pipeline.repository()).hasToString("git.example.org-acme-shop");
    assertThat(pipeline.remote())
        .isEqualTo(new Remote(new RemoteUrl("https://git.example.org/acme/shop.git"), Duration.ofMinutes(10)));
  }

  @Test
  void a_repository_on_the_servers_disk_is_taken_where_the_operator_allows_it() {
    var files = List.of(new Source("shop.yml", "repository: file:///srv/git/shop.git\nstages: [a]\n" + STEP));

    assertThat(new DefinitionReader(true).read("c0ffee", files)).isInstanceOf(Reading.Accepted.class);
    assertThat(new DefinitionReader().read("c0ffee", files))
        .hasToString(
            "Refused[problems=[shop.yml:1:13: this server takes no file:// URLs;"
                + " it does when started with --file-remotes]]");
  }

  @Test
  void a_file_that_says_everything() {
    assertThat(
            pipeline(
                """
                repository: Shop.web
                integrate:
                  branches: ["integrate/**", "renovate/*"]
                  into: next
                  parallel: 8
                on:
                  push: [next]
                environment: {TZ: UTC, LEVEL: 1}
                stages:
                  - name: verify
                    steps: [unit]
                  - name: next
                    promote: true
                steps:
                  unit:
                    image: eclipse-temurin:25
                    run: ./zero test
                    environment: {LEVEL: 3, EMPTY: "", FLAG: true}
                    timeout: 1h30m
                    limits: {cpu: 0.5, memory: 512m, processes: 100}
                    network: true
                """))
        .isEqualTo(
            new Pipeline(
                new PipelineName("shop"),
                new RepositoryName("Shop.web"),
                new Integration(
                    List.of(new BranchPattern("integrate/**"), new BranchPattern("renovate/*")),
                    new BranchName("next"),
                    8),
                List.of(new BranchPattern("next")),
                List.of(
                    new Stage(
                        new StageName("verify"),
                        List.of(),
                        List.of(
                            new Step.Container(
                                new StepName("unit"),
                                new Text("eclipse-temurin:25"),
                                new Text("./zero test"),
                                Map.of(
                                    "TZ", new Text("UTC"),
                                    "LEVEL", new Text("3"),
                                    "EMPTY", new Text(""),
                                    "FLAG", new Text("true")),
                                Duration.ofMinutes(90),
                                new Limits(0.5, 512L << 20, 100),
                                true))),
                    Stage.promotion(new StageName("next"), List.of(new StageName("verify"))))));
  }

  @Test
  void a_file_that_says_the_least() {
    assertThat(pipeline("repository: shop\nstages: [a]\n" + STEP))
        .isEqualTo(
            new Pipeline(
                new PipelineName("shop"),
                new RepositoryName("shop"),
                null,
                List.of(),
                List.of(
                    new Stage(
                        new StageName("a"),
                        List.of(),
                        List.of(
                            new Step.Container(
                                new StepName("a"),
                                new Text("alpine"),
                                new Text("make"),
                                Map.of(),
                                Step.DEFAULT_TIMEOUT,
                                Limits.DEFAULT,
                                false))))));
  }

  @Test
  void an_integration_says_how_and_other_branches_follow() {
    Pipeline pipeline =
        pipeline(
            """
            repository: shop
            environment: {HOW: rebase, MANY: 16, LIVE: production}
            integrate: {branches: ["integrate/**"], into: next, method: "${HOW}", parallel: "${MANY}", batch: 1, every-commit: true}
            stages:
              - a
              - {name: next, promote: true}
              - {name: staging, promote: {to: next-but-one}}
              - {name: production, promote: {to: "${LIVE}", method: merge}, needs: [next]}
            """
                + STEP);
    assertThat(pipeline.integration())
        .isEqualTo(
            new Integration(
                List.of(new BranchPattern("integrate/**")), new BranchName("next"), 16, Method.REBASE, 1, true));
    assertThat(pipeline.stages().subList(1, 4))
        .containsExactly(
            Stage.promotion(new StageName("next"), List.of(new StageName("a"))),
            Stage.promotion(
                new StageName("staging"),
                List.of(new StageName("next")),
                new BranchName("next-but-one"),
                Method.FAST_FORWARD),
            Stage.promotion(
                new StageName("production"), List.of(new StageName("next")), new BranchName("production"), Method.MERGE));
    assertThat(pipeline.stages().stream().map(Stage::promotes)).containsExactly(false, true, false, false);
    assertThat(pipeline.stages().stream().map(Stage::moves)).containsExactly(false, true, true, true);
  }

  @Test
  void a_pipeline_that_integrates_nothing_can_let_a_branch_follow() {
    assertThat(
            pipeline(
                    """
                    repository: shop
                    on: {push: [main]}
                    stages: [a, {name: production, promote: {to: production}}]
                    """
                        + STEP)
                .stages())
        .hasSize(2);
  }

  @Test
  void several_pipelines_may_integrate_the_same_branches_and_a_push_chooses() {
    List<Pipeline> pipelines =
        accepted(
                new Source(
                    "all.yml",
                    """
                    pipelines:
                      thorough: {repository: shop, integrate: {branches: ["integrate/**"]}, stages: [&main {name: main, promote: true}]}
                      quick: {repository: shop, integrate: {branches: ["integrate/*", tea]}, stages: [*main]}
                      next: {repository: shop, integrate: {branches: ["integrate/**"], into: next}, stages: [*main]}
                      other: {repository: other, integrate: {branches: ["integrate/**"]}, stages: [*main]}
                    """))
            .stream()
            .map(Definition::pipeline)
            .toList();
    var shop = new RepositoryName("shop");
    var both = Claimants.of(pipelines, shop, new BranchName("integrate/tea"));
    assertThat(both.pipelines().stream().map(Pipeline::name)).hasToString("[next, quick, thorough]").isNotEmpty();
    assertThat(both.rivals().stream().map(Pipeline::name)).hasToString("[quick, thorough]").isNotEmpty();
    assertThat(both.question())
        .isEqualTo(
            "integrate/tea would be integrated into main by quick and thorough; choose one: "
                + "git push -o pipeline=quick origin HEAD:integrate/tea");
    for (String branch : List.of("integrate/tea/green", "tea", "main")) {
      assertThat(Claimants.of(pipelines, shop, new BranchName(branch)).question()).as(branch).isEmpty();
    }
    assertThat(Claimants.of(pipelines, shop, new BranchName("main")).pipelines()).isEmpty();
  }

  @Test
  void several_pipelines_share_steps_and_variables_and_may_have_their_own() {
    List<Definition> definitions =
        accepted(
            new Source(
                "all.yml",
                """
            environment: {TZ: UTC, TARGET: nowhere}
            steps:
              deploy: {image: alpine, run: "deploy to ${TARGET}"}
              test: {image: alpine, run: make test}
            pipelines:
              shop:
                repository: shop
                environment: {TARGET: production}
                stages: [test, deploy]
                steps:
                  test: {image: debian, run: ./test}
              search:
                repository: search
                stages: [test, deploy]
            """));

    assertThat(definitions.stream().map(Definition::name)).hasToString("[shop, search]").isNotEmpty();
    assertThat(commands(definitions.getFirst().pipeline())).isEqualTo("test: ./test, deploy: deploy to production");
    assertThat(commands(definitions.getLast().pipeline())).isEqualTo("test: make test, deploy: deploy to nowhere");
    assertThat(step(definitions.getFirst().pipeline(), "deploy").environment())
        .hasToString("{TZ=UTC, TARGET=production}");
  }

  @Test
  void a_definition_knows_where_it_comes_from() {
    var source = new Source("teams/shop.yaml", "repository: shop\nstages: [a]\n" + STEP);

    assertThat(accepted(source))
        .singleElement()
        .satisfies(
            definition -> {
              assertThat(definition.name()).hasToString("shop");
              assertThat(definition.commit()).isEqualTo("c0ffee");
              assertThat(definition.path()).isEqualTo("teams/shop.yaml");
              assertThat(definition.text()).isEqualTo(source.text());
            });
  }

  @Test
  void no_file_defines_no_pipeline() {
    assertThat(accepted()).isEmpty();
  }

  @Test
  void a_stage_comes_after_the_one_before_it_unless_it_says_otherwise() {
    assertThat(
            graph(
                """
                - a
                - {name: b, steps: [a]}
                - {name: c, needs: [], steps: [a]}
                - {name: d, steps: [a]}
                - {name: e, needs: [b, d], steps: [a]}
                """))
        .isEqualTo("a, b after a, c, d after c, e after b d");
  }

  @Test
  void stages_stand_behind_those_they_need_and_else_as_written() {
    assertThat(
            graph(
                """
                - {name: last, needs: [b, c], steps: [a]}
                - {name: first, needs: [], steps: [a]}
                - {name: b, steps: [a]}
                - {name: early, needs: [late], steps: [a]}
                - {name: late, needs: [], steps: [a]}
                - {name: c, needs: [], steps: [a]}
                """))
        .isEqualTo("first, b after first, late, early after late, c, last after b c");
  }

  @Test
  void variables_are_filled_in_and_places_for_the_change_stay() {
    Step.Container step =
        step(
            pipeline(
                """
                repository: ${NAME}
                environment:
                  NAME: shop
                  VERSION: "1.${change.number}"
                  TAG: ${NAME}:${VERSION}
                on: {push: ["${NAME}/*"]}
                stages: [a]
                steps:
                  a:
                    image: builder/${TAG}
                    run: |
                      echo "$HOME" $${HOME:-${OWN}} ${change.commit} $$ $NAME ${TAG}
                    environment:
                      OWN: ${NAME}s
                      NAME: my ${NAME}
                    timeout: ${MINUTES}m
                    limits: {cpu: "${HALF}", memory: "${MINUTES}m", processes: "${MINUTES}"}
                    network: ${YES}
                """.replace("  NAME: shop\n", "  NAME: shop\n  MINUTES: 10\n  HALF: 0.5\n  YES: true\n")),
            "a");
    Map<String, String> change = Map.of("change.number", "42", "change.commit", "A $1 ${NAME}");

    assertThat(step.image().fill(change)).isEqualTo("builder/shop:1.42");
    assertThat(step.command().fill(change))
        .isEqualTo("echo \"$HOME\" ${HOME:-shops} A $1 ${NAME} $$ $NAME shop:1.42\n");
    assertThat(step.environment().get("NAME")).isEqualTo(new Text("my shop"));
    assertThat(step.environment().get("TAG").fill(change)).isEqualTo("shop:1.42");
    assertThat(step.timeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(step.limits()).isEqualTo(new Limits(0.5, 10L << 20, 10));
    assertThat(step.network()).isTrue();
  }

  /// However a variable and what stands beside it are put together: they cannot become a place, nor an escape.
  @Test
  void what_a_variable_brings_along_is_never_read_again() {
    String[] values = {"$", "$$", "${", "{x}", "$${", "}", "$${x}", "change.number}"};
    String[] expected = new String[values.length * values.length];
    var yaml = new StringBuilder("repository: shop\nstages: [a]\nsteps:\n  a:\n    image: alpine\n    environment:\n");
    for (int i = 0; i < values.length; i++) {
      yaml.append("      V%d: '%s'\n".formatted(i, values[i].replace("${", "$${")));
    }
    yaml.append("    run: |\n");
    for (int i = 0; i < expected.length; i++) {
      int a = i / values.length;
      int b = i % values.length;
      yaml.append("      ${V%d}${V%d}{change.number}\n".formatted(a, b));
      expected[i] = values[a] + values[b] + "{change.number}\n";
    }

    assertThat(step(pipeline(yaml.toString()), "a").command().fill(Map.of("change.number", "42")))
        .isEqualTo(String.join("", expected));
  }

  @Test
  void anchors_can_be_used_again() {
    Pipeline pipeline =
        pipeline(
            """
            repository: shop
            stages: [a, b]
            steps:
              a: &build {image: alpine, run: make}
              b: *build
            """);

    assertThat(commands(pipeline)).isEqualTo("a: make, b: make");
  }

  @Test
  void yes_and_on_are_texts_and_a_byte_order_mark_is_nothing() {
    Pipeline pipeline =
        pipeline("\uFEFFrepository: on\r\nstages: [yes]\r\nsteps:\r\n  yes: {image: alpine, run: true}\r\n");

    assertThat(pipeline.repository()).hasToString("on");
    assertThat(commands(pipeline)).isEqualTo("yes: true");
  }

  @Test
  void a_pipeline_is_read_again_from_a_text_that_was_accepted() {
    var source = new Source("all.yml", "pipelines:\n  shop:\n    repository: shop\n    stages: [a]\n" + STEP);

    assertThat(new DefinitionReader().pipeline(new PipelineName("shop"), source))
        .isEqualTo(accepted(source).getFirst().pipeline());
  }

  @Test
  void what_cannot_be_read_again_is_a_bug() {
    var reader = new DefinitionReader();
    var shop = new PipelineName("shop");

    List<String> texts =
        List.of(
            "",
            "\t",
            "3",
            "[]",
            "repository: shop",
            "stages: [a]\n" + STEP,
            "repository: shop\nstages: [b]\n" + STEP,
            "repository: shop\nstages: [a]\nsteps: {a: {image: alpine}}\n",
            "pipelines: {other: {}}",
            "pipelines: {shop: 3}");
    for (String text : texts) {
      assertThatThrownBy(() -> reader.pipeline(shop, new Source("shop.yml", text)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("no pipeline shop can be read from shop.yml");
    }
  }

  private static List<Definition> accepted(Source... sources) {
    return switch (new DefinitionReader().read("c0ffee", List.of(sources))) {
      case Reading.Accepted(var definitions) -> definitions;
      case Reading.Refused(var problems) -> throw new AssertionError(problems);
    };
  }

  private static Pipeline pipeline(String text) {
    return accepted(new Source("shop.yml", text)).getFirst().pipeline();
  }

  private static Step.Container step(Pipeline pipeline, String stage) {
    return (Step.Container) pipeline.stage(new StageName(stage)).steps().getFirst();
  }

  private static String commands(Pipeline pipeline) {
    return pipeline.stages().stream()
        .map(stage -> stage.name() + ": " + step(pipeline, stage.name().text()).command())
        .collect(Collectors.joining(", "));
  }

  private static String graph(String stages) {
    return pipeline("repository: shop\nstages:\n" + stages.indent(2) + STEP).stages().stream()
        .map(stage -> stage.name() + after(stage.needs()))
        .collect(Collectors.joining(", "));
  }

  private static String after(List<StageName> needs) {
    return needs.isEmpty() ? "" : needs.stream().map(StageName::text).collect(Collectors.joining(" ", " after ", ""));
  }

  @Test
  void what_an_older_version_accepted_can_still_be_read() {
    String text =
        """
        repository: shop
        stages: [tell]
        steps:
          tell: {image: alpine, run: "echo ${change.subject}"}
        """;
    var source = new Source("shop.yml", text);
    var reader = new DefinitionReader();

    assertThat(reader.read("c0ffee", List.of(source))).isInstanceOf(Reading.Refused.class);
    Pipeline pipeline = reader.pipeline(new PipelineName("shop"), source);
    assertThat(pipeline.stages()).hasSize(1);
  }
}
