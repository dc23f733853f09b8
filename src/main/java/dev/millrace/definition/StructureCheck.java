package dev.millrace.definition;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import dev.millrace.definition.Value.Entry;
import dev.millrace.definition.Value.Listing;
import dev.millrace.definition.Value.Mapping;
import dev.millrace.definition.Value.Scalar;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Holds a file against the published JSON Schema, and says in our words where it differs.
///
/// What is unknown, missing or of the wrong kind is found here and nowhere else. Of a scalar that has a problem already
/// the schema's view is not wanted: the reader knows more about it.
final class StructureCheck {
  private static final String RESOURCE = "/schema/pipeline.json";
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private StructureCheck() {}

  /// The library and the schema in its form, which only who checks something has to wait for.
  private static final class Loaded {
    static final Schema SCHEMA =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(text(), InputFormat.JSON);
  }

  static String text() {
    try (InputStream in = Objects.requireNonNull(StructureCheck.class.getResourceAsStream(RESOURCE), RESOURCE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void check(Value root, Problems problems) {
    Set<Place> refused = new HashSet<>();
    for (Error error : Loaded.SCHEMA.validate(json(root))) {
      Found at = find(root, error.getInstanceLocation());
      switch (error.getKeyword()) {
        case "additionalProperties" -> {
          Entry entry = ((Mapping) at.value()).entries().get(error.getProperty());
          problems.add(Objects.requireNonNull(entry).key(), unknown(error));
        }
        case "required" -> {
          if (!isMisspelt((Mapping) at.value(), error)) {
            problems.add(at.named(), "missing key \"" + error.getProperty() + "\"");
          }
        }
        default -> {
          // a key that is no name has its problem at the key, and the schema blames the map
          boolean aboutKey = error.getEvaluationPath().toString().contains("propertyNames");
          boolean known = aboutKey || problems.at(at.value().place());
          if (!known && refused.add(at.value().place())) {
            problems.add(at.value().place(), "expected " + expected(error) + ", found " + at.value().kindInWords());
          }
        }
      }
    }
  }

  /// Whether it stands there as an unknown key, whose problem asks already whether this one was meant.
  private static boolean isMisspelt(Mapping map, Error error) {
    JsonNode known = part(error).path("properties");
    return map.entries().keySet().stream()
        .filter(word -> !known.has(word))
        .anyMatch(word -> Nearest.to(word, known.propertyNames()).filter(error.getProperty()::equals).isPresent());
  }

  private static String unknown(Error error) {
    String word = error.getProperty();
    JsonNode part = part(error);
    List<String> known = new ArrayList<>(part.path("properties").propertyNames());
    String question = Nearest.question(word, known);
    if (!question.isEmpty()) {
      return "unknown key \"" + word + "\"" + question;
    }
    for (JsonNode other : Loaded.SCHEMA.getSchemaNode().path("$defs")) {
      if (other.path("properties").has(word)) {
        return "unknown key \"" + word + "\" in " + title(part) + "; it belongs in " + title(other);
      }
    }
    return "unknown key \"" + word + "\"; " + title(part) + " has " + String.join(", ", known);
  }

  private static String expected(Error error) {
    return title(part(error));
  }

  private static String title(JsonNode part) {
    return part.path("title").asString();
  }

  /// The part of the schema that holds the keyword which refused.
  private static JsonNode part(Error error) {
    JsonNode node = Loaded.SCHEMA.getSchemaNode();
    NodePath path = error.getSchemaLocation().getFragment();
    for (int i = 0; i < path.getNameCount() - 1; i++) {
      node = step(node, path.getElement(i));
    }
    return node;
  }

  private static JsonNode step(JsonNode node, Object element) {
    return element instanceof Integer index ? node.path(index) : node.path(element.toString());
  }

  /// @param key where its key stands; null in a list and for the whole file
  private record Found(Value value, @Nullable Place key) {
    /// Where people look for it.
    Place named() {
      return key == null ? value.place() : key;
    }
  }

  private static Found find(Value root, NodePath path) {
    var found = new Found(root, null);
    for (int i = 0; i < path.getNameCount(); i++) {
      Object element = path.getElement(i);
      found =
          switch (found.value()) {
            case Mapping map -> {
              Entry entry = Objects.requireNonNull(map.entries().get(element.toString()));
              yield new Found(entry.value(), entry.key());
            }
            case Listing list -> new Found(list.items().get(Integer.parseInt(element.toString())), null);
            case Scalar scalar ->
                throw new IllegalStateException("the schema looks into the scalar at " + scalar.place());
          };
    }
    return found;
  }

  private static JsonNode json(Value value) {
    return switch (value) {
      case Mapping map -> {
        ObjectNode object = JSON.objectNode();
        map.entries().forEach((key, entry) -> object.set(key, json(entry.value())));
        yield object;
      }
      case Listing list -> {
        ArrayNode array = JSON.arrayNode();
        list.items().forEach(item -> array.add(json(item)));
        yield array;
      }
      case Scalar scalar ->
          switch (scalar.kind()) {
            case TEXT -> JSON.stringNode(scalar.text());
            case BOOLEAN -> JSON.booleanNode(scalar.text().equalsIgnoreCase("true"));
            case NOTHING -> JSON.nullNode();
            case INTEGER, NUMBER -> number(scalar.text());
          };
    };
  }

  /// YAML has ways to write numbers that JSON has not, and digits without end; whether it is a good number is the
  /// reader's question, so here any will do in their place.
  private static JsonNode number(String text) {
    return text.matches("[-+]?\\d{1,15}(\\.\\d{1,15})?") ? JSON.numberNode(new BigDecimal(text)) : JSON.numberNode(-1);
  }
}
