package dev.millrace.web.view;

import dev.millrace.pipeline.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// What the form that starts a change asks for: a parameter of the pipeline.
///
/// @param name as it is sent
/// @param kind `text`, `number`, or `choice` for one of the options
/// @param required whether a change is not started without it
/// @param value what is in it
/// @param usual what is taken when nothing is in it; empty when something has to be
public record Field(
    String name, String label, String kind, boolean required, String value, String usual, List<Option> options) {

  /// What stands before the name of a parameter in a form.
  public static final String PARAMETER = "parameter.";

  /// @param value empty when nothing is chosen yet
  public record Option(String value, String text, boolean chosen) {}

  /// @param typed what the reader had given, by name
  static Field of(Parameter parameter, Map<String, String> typed) {
    String usual = Objects.requireNonNullElse(parameter.standard(), "");
    String value = typed.getOrDefault(parameter.name(), usual);
    List<String> choices =
        switch (parameter.type()) {
          case STRING, NUMBER -> List.of();
          case CHOICE -> parameter.options();
          case BOOLEAN -> List.of("true", "false");
        };
    var options = new ArrayList<Option>();
    if (!choices.isEmpty() && !choices.contains(value)) {
      options.add(new Option("", "choose", true));
    }
    choices.forEach(choice -> options.add(new Option(choice, choice, choice.equals(value))));
    return new Field(
        PARAMETER + parameter.name(),
        parameter.name(),
        switch (parameter.type()) {
          case STRING -> "text";
          case NUMBER -> "number";
          case CHOICE, BOOLEAN -> "choice";
        },
        parameter.standard() == null,
        value,
        usual,
        options);
  }
}
