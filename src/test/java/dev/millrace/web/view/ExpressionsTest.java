package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.standard.StandardDialect;
import org.thymeleaf.templateresolver.StringTemplateResolver;

class ExpressionsTest {
  public record Box(String name, boolean gate, List<String> steps) {}

  private static final Map<String, Object> VIEW =
      Map.of("view", new Box("verify", true, List.of("unit", "<b>")), "other", new Box("", false, List.of()));

  private static String print(boolean quick, String expression) {
    var engine = new TemplateEngine();
    if (quick) {
      var dialect = new StandardDialect();
      dialect.setVariableExpressionEvaluator(new Expressions());
      engine.setDialect(dialect);
    }
    engine.setTemplateResolver(new StringTemplateResolver());
    return engine.process("<p th:text=\"" + expression + "\" th:class=\"" + expression + "\"></p>", new Context(Locale.ROOT, VIEW));
  }

  @Test
  void they_say_what_they_say_to_ognl() {
    var quick = new LinkedHashMap<String, String>();
    var ognl = new LinkedHashMap<String, String>();
    for (String expression :
        List.of(
            "${view.name()}",
            "${ view.name() }",
            "${view.name().length()}",
            "${view.gate()}",
            "${!view.gate()}",
            "${view.steps()}",
            "${view.steps().size()}",
            "${view.steps().isEmpty()}",
            "${other.name().isEmpty()}",
            "${view.gate() ? 'gate' : ''}",
            "${other.gate() ? 'gate' : null}",
            "${!other.gate() ? view.name() : other.name()}",
            "${view.steps().size() > 1}",
            "${view.gate() and other.gate() ? 'both' : 'not both'}",
            "${nothing}",
            "'#i-' + ${view.name()} + ${view.gate() ? ' gate' : ''}")) {
      quick.put(expression, print(true, expression));
      ognl.put(expression, print(false, expression));
    }
    assertThat(quick).isEqualTo(ognl);
  }

  @Test
  void what_they_do_not_understand_is_left_to_ognl() {
    assertThat(List.of("view.name()", "!view.gate()", "a.b() ? 'x' : null", "a.b() ? c.d() : e"))
        .allMatch(Expressions::understands);
    assertThat(List.of("a.b() > 0", "a.b() and c.d()", "a.b", "a.b(1)", "'x'", "a['b']", "#strings.x(a)"))
        .noneMatch(Expressions::understands);
  }

  @Test
  void what_is_not_there_is_said() {
    assertThatThrownBy(() -> print(true, "${view.nam()}")).rootCause().hasMessage("a Box has no nam()");
    assertThatThrownBy(() -> print(true, "${nothing.name()}")).rootCause().hasMessage("there is nothing to ask for name()");
    assertThatThrownBy(() -> print(true, "${view.name() ? 'a' : 'b'}")).rootCause().hasMessage("verify is neither true nor false");
  }
}
