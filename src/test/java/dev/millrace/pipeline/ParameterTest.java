package dev.millrace.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipeline.Parameter.Type;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterTest {
  private static final Parameter TARGET = new Parameter("target", Type.CHOICE, List.of("staging", "production"), null);
  private static final Parameter NOTE = new Parameter("note", Type.STRING, List.of(), "none");
  private static final Parameter LEVEL = new Parameter("level", Type.NUMBER, List.of(), null);
  private static final Parameter DRY = new Parameter("dry", Type.BOOLEAN, List.of(), null);

  private static final Pipeline SHOP =
      new Pipeline(
          new PipelineName("shop"),
          new RepositoryName("shop"),
          null,
          null,
          List.of(),
          List.of(TARGET, NOTE, LEVEL, DRY),
          List.of(Stage.promotion(new StageName("main"), List.of())));

  @Test
  void what_cannot_be_a_value_is_said() {
    assertThat(List.of("staging", "production")).allMatch(value -> TARGET.problem(value).isEmpty());
    assertThat(TARGET.problem("Staging")).contains("is one of staging, production, not \"Staging\"");
    assertThat(List.of("", "a b", "$(x); \"é\"", "x".repeat(1000))).allMatch(value -> NOTE.problem(value).isEmpty());
    assertThat(NOTE.problem("x".repeat(1001))).contains("has at most 1000 letters");
    assertThat(NOTE.problem("a\nb")).contains("is one line without control characters");
    assertThat(List.of("0", "-1.5", "007")).allMatch(value -> LEVEL.problem(value).isEmpty());
    assertThat(List.of("", "1,5", "1e3", "١", "1;ls", ".5")).noneMatch(value -> LEVEL.problem(value).isEmpty());
    assertThat(List.of("true", "false")).allMatch(value -> DRY.problem(value).isEmpty());
    assertThat(DRY.problem("yes\u0007")).contains("is true or false, not \"yes?\"");
  }

  @Test
  void everything_that_is_wrong_with_what_is_given_is_said_at_once() {
    assertThat(Parameter.problems(SHOP, Map.of("level", "high", "dry", "true", "tarhet", "x")))
        .containsExactly(
            "parameter target of pipeline shop has to be given: one of staging, production",
            "parameter level is a number, not \"high\"",
            "pipeline shop declares no parameter \"tarhet\"; it has target, note, level, dry");
    assertThat(Parameter.problems(SHOP, Map.of("target", "staging", "level", "1", "dry", "true"))).isEmpty();
  }

  @Test
  void where_nobody_could_be_asked_there_is_a_value_all_the_same() {
    assertThat(SHOP.values(Map.of()))
        .containsExactly(
            Map.entry("target", "staging"), Map.entry("note", "none"), Map.entry("level", "0"), Map.entry("dry", "false"));
    assertThat(SHOP.values(Map.of("target", "production", "level", "what an earlier definition allowed", "gone", "x")))
        .containsExactly(
            Map.entry("target", "production"), Map.entry("note", "none"), Map.entry("level", "0"), Map.entry("dry", "false"));
  }
}
