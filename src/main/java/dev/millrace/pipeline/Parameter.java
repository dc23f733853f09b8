package dev.millrace.pipeline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A value that whoever starts a change gives, and that its steps can name.
///
/// @param options what it can be, for a [Type#CHOICE]; empty otherwise
/// @param standard what it is when nobody says; null when somebody has to
public record Parameter(String name, Type type, List<String> options, @Nullable String standard) {
  /// What values there are.
  public enum Type {
    STRING,
    CHOICE,
    BOOLEAN,
    NUMBER;

    /// As it is written.
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Type> of(String word) {
      for (Type type : values()) {
        if (type.word().equals(word)) {
          return Optional.of(type);
        }
      }
      return Optional.empty();
    }
  }

  /// How a name looks. Nothing that is to be filled in has a dot in its name but what is known of the change.
  public static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

  /// What stands before its name in a [Text].
  public static final String PLACE = "parameter.";

  private static final int LONGEST = 1000;
  private static final Pattern DECIMAL = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,9})?");

  public Parameter {
    options = List.copyOf(options);
    if ((type == Type.CHOICE) == options.isEmpty()) {
      throw new IllegalArgumentException("a choice has options, and nothing else has");
    }
  }

  /// Why this cannot be its value, to follow its name; empty when it can.
  public Optional<String> problem(String value) {
    return switch (type) {
      case STRING -> {
        if (value.length() > LONGEST) {
          yield Optional.of("has at most " + LONGEST + " letters");
        }
        yield value.chars().anyMatch(Character::isISOControl)
            ? Optional.of("is one line without control characters")
            : Optional.empty();
      }
      case CHOICE -> options.contains(value) ? Optional.empty() : Optional.of("is one of " + String.join(", ", options) + not(value));
      case BOOLEAN -> value.equals("true") || value.equals("false") ? Optional.empty() : Optional.of("is true or false" + not(value));
      case NUMBER -> DECIMAL.matcher(value).matches() ? Optional.empty() : Optional.of("is a number" + not(value));
    };
  }

  private static String not(String value) {
    String shown = value.length() > 60 ? value.substring(0, 60) + "…" : value;
    return ", not \"" + shown.replaceAll("\\p{Cntrl}", "?") + "\"";
  }

  /// Whether whoever starts a change writes it freely, so that no shell may read it.
  public boolean free() {
    return type == Type.STRING;
  }

  /// What it is for a change. Where nobody was there to be asked, what is missing is the first option, no text, false
  /// or 0.
  public String value(Map<String, String> given) {
    String its = given.get(name);
    if (its != null && problem(its).isEmpty()) {
      return its;
    }
    if (standard != null) {
      return standard;
    }
    return switch (type) {
      case STRING -> "";
      case CHOICE -> options.getFirst();
      case BOOLEAN -> "false";
      case NUMBER -> "0";
    };
  }

  /// A sentence for everything that is wrong with what somebody gives to a pipeline.
  public static List<String> problems(Pipeline pipeline, Map<String, String> given) {
    var problems = new ArrayList<>(wrong(pipeline, given));
    problems.addAll(undeclared(pipeline, given));
    return problems;
  }

  /// What has to be given and is not, or cannot be its value.
  public static List<String> wrong(Pipeline pipeline, Map<String, String> given) {
    var problems = new ArrayList<String>();
    for (Parameter parameter : pipeline.parameters()) {
      String value = given.get(parameter.name());
      if (value != null) {
        parameter.problem(value).ifPresent(problem -> problems.add("parameter " + parameter.name() + " " + problem));
      } else if (parameter.standard() == null) {
        String what =
            parameter.type() == Type.CHOICE
                ? "one of " + String.join(", ", parameter.options())
                : "a " + parameter.type().word();
        problems.add(
            "parameter " + parameter.name() + " of pipeline " + pipeline.name() + " has to be given: " + what);
      }
    }
    return problems;
  }

  /// What is given and not asked for.
  public static List<String> undeclared(Pipeline pipeline, Map<String, String> given) {
    List<String> names = pipeline.parameters().stream().map(Parameter::name).toList();
    var unknown = new TreeSet<>(given.keySet());
    unknown.removeAll(names);
    String known = names.isEmpty() ? "it has none" : "it has " + String.join(", ", names);
    return unknown.stream()
        .map(name -> "pipeline " + pipeline.name() + " declares no parameter \"" + name + "\"; " + known)
        .toList();
  }
}
