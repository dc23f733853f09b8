package dev.millrace.definition;

import dev.millrace.pipeline.Parameter;
import dev.millrace.pipeline.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A text in which only the places are left that a change fills. Places and the text between them are kept apart until
/// the end, so that nothing a variable brings along can pass for a place.
record Template(List<Part> parts) {
  sealed interface Part {}

  record Literal(String text) implements Part {}

  /// @param name such as `change.number`, or `parameter.target`
  record OfChange(String name) implements Part {
    /// The name by which a file calls it.
    String named() {
      return name.startsWith(Parameter.PLACE) ? name.substring(Parameter.PLACE.length()) : name;
    }

    String written() {
      return "${" + name + "}";
    }
  }

  Template {
    parts = List.copyOf(parts);
  }

  /// The first of the places for a change.
  Optional<OfChange> place() {
    return parts.stream().filter(OfChange.class::isInstance).map(OfChange.class::cast).findFirst();
  }

  /// What is known of it by now.
  String literal() {
    var text = new StringBuilder();
    for (Part part : parts) {
      if (part instanceof Literal(String known)) {
        text.append(known);
      }
    }
    return text.toString();
  }

  Text text() {
    var text = new StringBuilder();
    for (Part part : parts) {
      text.append(
          switch (part) {
            case Literal(String known) -> Text.plain(known).template();
            case OfChange place -> place.written();
          });
    }
    return new Text(text.toString());
  }

  /// Puts a template together; neighbouring literals become one.
  static final class Builder {
    private final List<Part> parts = new ArrayList<>();
    private final StringBuilder literal = new StringBuilder();
    private int length;

    Builder literal(String text) {
      literal.append(text);
      length += text.length();
      return this;
    }

    Builder place(OfChange place) {
      flush();
      parts.add(place);
      length += place.name().length();
      return this;
    }

    /// Whether what comes next would be read as an escape if it were a place: `$` and `${` make `$${`.
    boolean endsWithDollar() {
      return !literal.isEmpty() && literal.charAt(literal.length() - 1) == '$';
    }

    int length() {
      return length;
    }

    Template build() {
      flush();
      return new Template(parts);
    }

    private void flush() {
      if (!literal.isEmpty()) {
        parts.add(new Literal(literal.toString()));
        literal.setLength(0);
      }
    }
  }
}
