package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipeline.Parameter;
import dev.millrace.pipeline.Parameter.Type;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FieldTest {
  @Test
  void a_choice_without_a_default_has_to_be_made() {
    var target = new Parameter("target", Type.CHOICE, List.of("staging", "production"), null);
    assertThat(Field.of(target, Map.of()))
        .isEqualTo(
            new Field(
                "parameter.target", "target", "choice", true, "", "",
                List.of(
                    new Field.Option("", "choose", true),
                    new Field.Option("staging", "staging", false),
                    new Field.Option("production", "production", false))));
    assertThat(Field.of(target, Map.of("target", "production")).options())
        .containsExactly(
            new Field.Option("staging", "staging", false), new Field.Option("production", "production", true));
  }

  @Test
  void what_is_usual_is_in_it_from_the_beginning_and_what_was_typed_stays() {
    var dry = new Parameter("dry", Type.BOOLEAN, List.of(), "false");
    assertThat(Field.of(dry, Map.of()).options())
        .containsExactly(new Field.Option("true", "true", false), new Field.Option("false", "false", true));
    var level = new Parameter("level", Type.NUMBER, List.of(), "3");
    assertThat(Field.of(level, Map.of()))
        .isEqualTo(new Field("parameter.level", "level", "number", false, "3", "3", List.of()));
    assertThat(Field.of(level, Map.of("level", "<5>")).value()).isEqualTo("<5>");
  }
}
