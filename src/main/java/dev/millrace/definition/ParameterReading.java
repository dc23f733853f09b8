package dev.millrace.definition;

import dev.millrace.definition.Value.Kind;
import dev.millrace.definition.Value.Listing;
import dev.millrace.definition.Value.Mapping;
import dev.millrace.definition.Value.Scalar;
import dev.millrace.pipeline.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads the parameters of a pipeline.
final class ParameterReading {
  private final Problems problems;
  private final Map<String, Parameter> good = new LinkedHashMap<>();
  private final Set<String> broken = new LinkedHashSet<>();

  ParameterReading(Mapping pipeline, Problems problems) {
    this.problems = problems;
    if (pipeline.get(Key.PARAMETERS) instanceof Mapping map) {
      map.entries().forEach((name, entry) -> {
        Parameter parameter = read(name, entry);
        if (parameter == null) {
          broken.add(name);
        } else {
          good.put(name, parameter);
        }
      });
    } else if (pipeline.has(Key.PARAMETERS)) {
      problems.leaveToSchema();
    }
  }

  /// Those in which nothing is wrong.
  List<Parameter> parameters() {
    return List.copyOf(good.values());
  }

  /// The names of the others.
  Set<String> broken() {
    return broken;
  }

  private @Nullable Parameter read(String name, Value.Entry entry) {
    if (!Parameter.NAME.matcher(name).matches()) {
      problems.add(
          entry.key(),
          "\"" + name + "\" is not the name of a parameter; "
              + "one is made of letters, digits and '_', not starting with a digit");
      return null;
    }
    if (!(entry.value() instanceof Mapping map)) {
      problems.leaveToSchema();
      return null;
    }
    Parameter.Type type = type(map);
    List<String> options = options(map);
    if (type == null || options == null) {
      return null;
    }
    if (type == Parameter.Type.CHOICE && options.isEmpty()) {
      problems.add(entry.key(), "a choice needs its options: options: [staging, production]");
      return null;
    }
    if (type != Parameter.Type.CHOICE && !options.isEmpty()) {
      problems.add(entry.key(), "only a choice has options; write type: choice");
      return null;
    }
    return standard(name, new Parameter(name, type, options, null), map);
  }

  private @Nullable Parameter standard(String name, Parameter parameter, Mapping map) {
    if (!map.has(Key.DEFAULT)) {
      return parameter;
    }
    String text = text(map.get(Key.DEFAULT));
    if (text == null || !(map.get(Key.DEFAULT) instanceof Scalar scalar)) {
      return null;
    }
    Optional<String> problem = parameter.problem(text);
    problem.ifPresent(sentence -> problems.add(scalar.place(), "the default of " + name + " " + sentence));
    return problem.isPresent() ? null : new Parameter(name, parameter.type(), parameter.options(), text);
  }

  private Parameter.@Nullable Type type(Mapping map) {
    if (!(map.get(Key.TYPE) instanceof Scalar scalar) || scalar.kind() != Kind.TEXT) {
      problems.leaveToSchema();
      return null;
    }
    Optional<Parameter.Type> type = Parameter.Type.of(scalar.text());
    if (type.isEmpty()) {
      List<String> words = Stream.of(Parameter.Type.values()).map(Parameter.Type::word).toList();
      String question = Nearest.question(scalar.text(), words);
      problems.add(
          scalar.place(),
          "no type \"" + scalar.text() + "\"" + (question.isEmpty() ? "; the types are " + String.join(", ", words) : question));
    }
    return type.orElse(null);
  }

  /// Null when they are wrong.
  private @Nullable List<String> options(Mapping map) {
    if (!map.has(Key.OPTIONS)) {
      return List.of();
    }
    if (!(map.get(Key.OPTIONS) instanceof Listing list) || list.items().isEmpty()) {
      problems.leaveToSchema();
      return null;
    }
    var options = new ArrayList<String>();
    for (Value item : list.items()) {
      String text = text(item);
      if (text == null) {
        return null;
      }
      if (options.contains(text)) {
        problems.add(item.place(), "\"" + text + "\" stands twice");
        return null;
      }
      options.add(text);
    }
    return options;
  }

  /// A value as it is written: what a change brings has not been brought yet, and what varies is no default.
  private @Nullable String text(@Nullable Value value) {
    if (!(value instanceof Scalar scalar) || scalar.kind() == Kind.NOTHING) {
      problems.leaveToSchema();
      return null;
    }
    if (scalar.text().chars().anyMatch(Character::isISOControl)) {
      problems.add(scalar.place(), "a value is one line without control characters");
      return null;
    }
    return scalar.text();
  }
}
