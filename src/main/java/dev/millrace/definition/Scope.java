package dev.millrace.definition;

import dev.millrace.definition.Template.Literal;
import dev.millrace.definition.Template.OfChange;
import dev.millrace.definition.Value.Entry;
import dev.millrace.definition.Value.Kind;
import dev.millrace.definition.Value.Mapping;
import dev.millrace.definition.Value.Scalar;
import dev.millrace.pipeline.Parameter;
import dev.millrace.pipeline.Text;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The variables in force somewhere in a file, and what `${...}` becomes there.
final class Scope {
  /// What is known of a change when one of its steps starts.
  static final List<String> OF_CHANGE =
      List.of("change.number", "change.pipeline", "change.branch", "change.commit", "change.subject", "change.author");

  /// The kernel takes no argument and no variable of 128 KB or more; this leaves room for what a change fills in.
  static final int LONGEST = 100_000;

  private static final Set<String> FOREIGN = Set.of("change.branch", "change.subject", "change.author");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern NAME_OF_CHANGE = Pattern.compile("change\\.[A-Za-z_]*");

  private final Map<String, Template> variables;
  private final Set<String> broken;
  private final Set<String> free;
  private final @Nullable String pipeline;
  private final Problems problems;

  /// What a scalar is for.
  enum Use {
    /// The server reads it, before there is a change.
    SETTING,
    /// The step gets it.
    VALUE,
    /// The shell reads it.
    COMMAND
  }

  private Scope(
      Map<String, Template> variables,
      Set<String> broken,
      Set<String> free,
      @Nullable String pipeline,
      Problems problems) {
    this.variables = variables;
    this.broken = broken;
    this.free = free;
    this.pipeline = pipeline;
    this.problems = problems;
  }

  static Scope empty(Problems problems) {
    return new Scope(Map.of(), Set.of(), Set.of(), null, problems);
  }

  /// This scope, in a file with several pipelines: what is unknown in this one may be known in others.
  Scope in(String pipeline) {
    return new Scope(variables, broken, free, pipeline, problems);
  }

  /// This scope and the variables of an `environment`. A value sees those further out and those above it.
  Scope with(@Nullable Value environment) {
    if (environment == null) {
      return this;
    }
    if (!(environment instanceof Mapping map)) {
      problems.leaveToSchema();
      return this;
    }
    var inner = new Scope(new LinkedHashMap<>(variables), new HashSet<>(broken), free, pipeline, problems);
    map.entries().forEach((name, entry) -> inner.declare(name, entry, map.entries()));
    return inner;
  }

  /// This scope and the parameters of a pipeline.
  Scope with(ParameterReading parameters) {
    var inner = new Scope(new LinkedHashMap<>(variables), new HashSet<>(broken), new HashSet<>(free), pipeline, problems);
    inner.broken.addAll(parameters.broken());
    for (Parameter parameter : parameters.parameters()) {
      String place = Parameter.PLACE + parameter.name();
      inner.broken.remove(parameter.name());
      inner.variables.put(parameter.name(), new Template(List.of(new OfChange(place))));
      if (parameter.free()) {
        inner.free.add(place);
      }
    }
    return inner;
  }

  /// Whether whoever pushes or starts a change writes freely what comes to this place.
  boolean free(OfChange place) {
    return FOREIGN.contains(place.name()) || free.contains(place.name());
  }

  /// The variables of both; for what belongs to nobody in particular, so that anybody's will do.
  Scope and(Scope other) {
    var all = new HashSet<>(free);
    all.addAll(other.free);
    var both = new Scope(new LinkedHashMap<>(variables), new HashSet<>(broken), all, null, problems);
    both.variables.putAll(other.variables);
    both.broken.addAll(other.broken);
    return both;
  }

  private void declare(String name, Entry entry, Map<String, Entry> siblings) {
    if (!NAME.matcher(name).matches()) {
      problems.add(
          entry.key(),
          "\"" + name + "\" is not the name of a variable; "
              + "one is made of letters, digits and '_', not starting with a digit");
    } else if (name.equals("CI") || name.startsWith("MILLRACE_")) {
      problems.add(entry.key(), name + " is set by Millrace itself");
    }
    Template value = null;
    if (entry.value() instanceof Scalar scalar && scalar.kind() != Kind.NOTHING) {
      value = fill(scalar, Use.VALUE, siblings);
    } else {
      problems.leaveToSchema();
    }
    if (value == null) {
      broken.add(name);
    } else {
      broken.remove(name);
      variables.put(name, value);
    }
  }

  /// The variables as a step gets them.
  Map<String, Text> texts() {
    Map<String, Text> texts = new LinkedHashMap<>();
    variables.forEach((name, value) -> texts.put(name, value.text()));
    return texts;
  }

  /// The scalar with its variables filled in; null, and a problem, when that cannot be done.
  @Nullable Template fill(Scalar scalar, Use use) {
    return fill(scalar, use, Map.of());
  }

  private @Nullable Template fill(Scalar scalar, Use use, Map<String, Entry> siblings) {
    String text = scalar.text();
    var filled = new Template.Builder();
    boolean good = true;
    int from = 0;
    for (int at = text.indexOf("${"); at >= 0; at = text.indexOf("${", from)) {
      if (at > from && text.charAt(at - 1) == '$') {
        filled.literal(text.substring(from, at - 1)).literal("${");
        from = at + 2;
        continue;
      }
      filled.literal(text.substring(from, at));
      int end = text.indexOf('}', at);
      String name = end < 0 ? "" : text.substring(at + 2, end);
      Place place = scalar.at(at);
      if (end < 0 || name.contains("\n")) {
        problems.add(place, "\"${\" without its \"}\"; write $${ for a plain ${");
      } else if (!NAME.matcher(name).matches() && !NAME_OF_CHANGE.matcher(name).matches()) {
        problems.add(
            place,
            "\"" + name + "\" is not a name that can be filled in; write $${ "
                + (use == Use.COMMAND ? "to leave it to the shell" : "for a plain ${"));
      } else if (append(filled, name, place, use, siblings)) {
        from = end + 1;
        continue;
      }
      good = false;
      from = NAME.matcher(name).matches() ? end + 1 : at + 2;
    }
    filled.literal(text.substring(from));
    if (good && filled.length() > LONGEST) {
      problems.add(scalar.place(), tooLong());
      good = false;
    }
    return good ? filled.build() : null;
  }

  private static String tooLong() {
    return "longer than " + LONGEST + " characters when its variables are filled in; "
        + "keep long texts in files of the repository";
  }

  private boolean append(Template.Builder filled, String name, Place place, Use use, Map<String, Entry> siblings) {
    if (broken.contains(name)) {
      return false;
    }
    Template value = OF_CHANGE.contains(name) ? new Template(List.of(new OfChange(name))) : variables.get(name);
    if (value == null) {
      if (pipeline == null) {
        problems.add(place, unknown(name, use, siblings));
      } else {
        problems.add(place, unknown(name, use, siblings), pipeline);
      }
      return false;
    }
    OfChange ofChange = value.place().orElse(null);
    if (ofChange != null && use == Use.SETTING) {
      String brings = ofChange.named();
      String brought = brings.equals(name) ? "" : name + " brings ${" + brings + "}, and ";
      problems.add(
          place,
          brought + brings + " is known only when a step starts; "
              + "it can stand in the image, run and environment of a step");
      return false;
    }
    if (filled.length() + value.literal().length() > LONGEST) {
      problems.add(place, tooLong());
      return false;
    }
    for (Template.Part part : value.parts()) {
      switch (part) {
        case Literal(String text) -> filled.literal(text);
        case OfChange of -> {
          if (filled.endsWithDollar()) {
            problems.add(place, "a variable that ends in \"$\" cannot stand right before ${" + of.named() + "}");
            return false;
          }
          filled.place(of);
        }
      }
    }
    return true;
  }

  private String unknown(String name, Use use, Map<String, Entry> siblings) {
    if (siblings.containsKey(name)) {
      return name + " is set further down; a value can use what stands above it";
    }
    List<String> known = new ArrayList<>(variables.keySet());
    if (use != Use.SETTING) {
      known.addAll(OF_CHANGE);
    }
    String question = Nearest.question(name, known);
    if (use != Use.COMMAND || name.startsWith("change.")) {
      return "unknown name \"" + name + "\"" + question;
    }
    return "unknown name \"" + name + "\"" + question
        + " (write $" + name + " or $${" + name + "} to leave it to the shell)";
  }
}
