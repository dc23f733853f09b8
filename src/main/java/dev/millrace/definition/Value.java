package dev.millrace.definition;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A value in a YAML file, with its place.
sealed interface Value {
  Place place();

  /// What it is, for use behind "found ".
  String kindInWords();

  /// @param entries in the order they are written in
  record Mapping(Place place, Map<String, Entry> entries) implements Value {
    @Nullable Value get(Key key) {
      Entry entry = entries.get(key.word());
      return entry == null ? null : entry.value();
    }

    boolean has(Key key) {
      return entries.containsKey(key.word());
    }

    /// Whether it is there, or a key that looks like a slip of the pen for it.
    boolean means(Key key) {
      return has(key) || entries.keySet().stream().anyMatch(word -> Nearest.to(word, List.of(key.word())).isPresent());
    }

    @Override
    public String kindInWords() {
      return entries.isEmpty() ? "an empty map" : "a map";
    }
  }

  /// @param key where the key stands
  record Entry(Place key, Value value) {}

  record Listing(Place place, List<Value> items) implements Value {
    @Override
    public String kindInWords() {
      return items.isEmpty() ? "an empty list" : "a list";
    }
  }

  /// @param text as written, without quotes
  /// @param source finds the places inside
  record Scalar(Place place, String text, Kind kind, Inside source) implements Value {
    /// The place of the character at `offset` of the text where that can be told, else of the whole.
    Place at(int offset) {
      return source.place(this, offset);
    }

    @Override
    public String kindInWords() {
      return switch (kind) {
        case TEXT -> text.isEmpty() ? "an empty text" : "a text";
        case INTEGER, NUMBER -> "a number";
        case BOOLEAN -> text;
        case NOTHING -> "nothing";
      };
    }
  }

  /// What YAML takes an unquoted text for.
  enum Kind {
    TEXT,
    INTEGER,
    NUMBER,
    BOOLEAN,
    NOTHING
  }

  /// Finds the places inside a scalar.
  interface Inside {
    Place place(Scalar scalar, int offset);
  }
}
