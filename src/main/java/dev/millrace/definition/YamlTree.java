package dev.millrace.definition;

import dev.millrace.definition.Value.Entry;
import dev.millrace.definition.Value.Kind;
import dev.millrace.definition.Value.Listing;
import dev.millrace.definition.Value.Mapping;
import dev.millrace.definition.Value.Scalar;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.MappingStartEvent;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.events.SequenceStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/// Makes a tree of values out of the text of a YAML file.
///
/// It reads the parser's events and not its nodes: the library composes nodes by recursion without a bound, and a file
/// of brackets would overflow the stack of whoever reads it.
final class YamlTree {
  static final int MOST_BYTES = 1 << 20;
  static final int DEEPEST = 40;
  static final int MOST_VALUES = 50_000;

  private static final LoadSettings SETTINGS = LoadSettings.builder().setCodePointLimit(MOST_BYTES + 1).build();
  private static final ScalarResolver KINDS = new CoreSchema().getScalarResolver();

  private final String path;
  private final SourceLines lines;
  private final Iterator<Event> events;
  private final Problems problems;
  private final Map<Anchor, Anchored> anchors = new HashMap<>();
  private int values;

  /// @param size how many values it is made of, itself included
  private record Anchored(Value value, int size) {}

  private YamlTree(Source source, String text, Problems problems) {
    this.path = source.path();
    this.lines = new SourceLines(path, text);
    this.events = new Parse(SETTINGS).parseString(text).iterator();
    this.problems = problems;
  }

  /// The value the file consists of; null, and a problem, when it is no YAML or too much of it.
  static @Nullable Value read(Source source, Problems problems) {
    String text = source.text().startsWith("\uFEFF") ? source.text().substring(1) : source.text();
    if (text.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      problems.add(Place.startOf(source.path()), "the file is larger than 1 MB");
      return null;
    }
    try {
      return new YamlTree(source, text, problems).document();
    } catch (MarkedYamlEngineException e) {
      problems.add(placeOf(source.path(), e), YamlTrouble.sentence(e));
    } catch (ReaderException e) {
      problems.add(
          SourceLines.placeOf(source.path(), text, e.getPosition()),
          "a character that YAML does not allow: U+%04X".formatted(e.getCodePoint()));
    } catch (Unreadable e) {
      problems.add(e.place, e.sentence);
    }
    return null;
  }

  private static Place placeOf(String path, MarkedYamlEngineException e) {
    Optional<Mark> mark = YamlTrouble.isAboutItsBeginning(e) ? e.getContextMark() : e.getProblemMark();
    return mark.map(at -> place(path, at)).orElse(Place.startOf(path));
  }

  private @Nullable Value document() {
    Value root = null;
    while (events.hasNext()) {
      Event event = events.next();
      switch (event.getEventId()) {
        case StreamStart, StreamEnd, DocumentEnd, Comment -> {}
        case DocumentStart -> {
          if (root != null) {
            throw new Unreadable(place(event), "a second document begins here; a file holds one");
          }
        }
        case Alias, Scalar, SequenceStart, SequenceEnd, MappingStart, MappingEnd -> root = value(event, 0);
      }
    }
    if (root == null || root instanceof Scalar scalar && scalar.kind() == Kind.NOTHING) {
      problems.add(Place.startOf(path), "the file is empty");
      return null;
    }
    return root;
  }

  private Value value(Event event, int depth) {
    values++;
    if (depth > DEEPEST) {
      throw new Unreadable(place(event), "nested too deeply, more than " + DEEPEST + " levels");
    }
    int before = values;
    Value value =
        switch (event) {
          case AliasEvent alias -> aliased(alias);
          case ScalarEvent scalar -> scalar(scalar);
          case SequenceStartEvent start -> listing(start, depth);
          case MappingStartEvent start -> mapping(start, depth);
          default -> throw new IllegalStateException("the parser gave " + event + " where a value begins");
        };
    if (values > MOST_VALUES) {
      throw new Unreadable(place(event), "with its aliases the file has more than " + MOST_VALUES + " values");
    }
    if (!(event instanceof AliasEvent) && event instanceof NodeEvent node) {
      node.getAnchor().ifPresent(anchor -> anchors.put(anchor, new Anchored(value, values - before + 1)));
    }
    return value;
  }

  private Value aliased(AliasEvent alias) {
    Anchored anchored = anchors.get(alias.getAlias());
    if (anchored == null) {
      String name = alias.getAlias().getValue();
      throw new Unreadable(
          place(alias), "no value above is marked &" + name + "; if *" + name + " is a text, put it in quotes");
    }
    values += anchored.size() - 1;
    return anchored.value();
  }

  private Listing listing(SequenceStartEvent start, int depth) {
    refuseTag(start, start.getTag());
    List<Value> items = new ArrayList<>();
    for (Event next = events.next(); next.getEventId() != Event.ID.SequenceEnd; next = events.next()) {
      items.add(value(next, depth + 1));
    }
    return new Listing(place(start), items);
  }

  private Mapping mapping(MappingStartEvent start, int depth) {
    refuseTag(start, start.getTag());
    Map<String, Entry> entries = new LinkedHashMap<>();
    for (Event next = events.next(); next.getEventId() != Event.ID.MappingEnd; next = events.next()) {
      Place at = place(next);
      Value key = value(next, depth + 1);
      Value value = value(events.next(), depth + 1);
      if (!(key instanceof Scalar word)) {
        problems.add(at, "a key is a word; this is " + key.kindInWords());
        continue;
      }
      if (value instanceof Scalar nothing && nothing.kind() == Kind.NOTHING && nothing.text().isEmpty()) {
        // the place of what is not there is of no use to anybody
        value = new Scalar(at, "", Kind.NOTHING, nothing.source());
      }
      Entry first = entries.putIfAbsent(word.text(), new Entry(at, value));
      if (first != null) {
        problems.add(at, "\"" + word.text() + "\" stands twice, first in line " + first.key().line());
      }
    }
    return new Mapping(place(start), entries);
  }

  private Scalar scalar(ScalarEvent event) {
    Place place = place(event);
    if (event.getValue().indexOf('\0') >= 0) {
      problems.add(place, "a NUL character, which no command and no variable can hold");
    }
    return new Scalar(place, event.getValue(), kind(event), lines.inside(event));
  }

  private Kind kind(ScalarEvent event) {
    Optional<String> tag = event.getTag();
    if (tag.isPresent() && !tag.get().equals("!") && !tag.get().equals(Tag.STR.getValue())) {
      refuseTag(event, tag);
    }
    if (tag.isPresent() || !event.isPlain()) {
      return Kind.TEXT;
    }
    Tag resolved = KINDS.resolve(event.getValue(), true);
    if (resolved.equals(Tag.INT)) {
      return Kind.INTEGER;
    } else if (resolved.equals(Tag.FLOAT)) {
      return Kind.NUMBER;
    } else if (resolved.equals(Tag.BOOL)) {
      return Kind.BOOLEAN;
    }
    return resolved.equals(Tag.NULL) ? Kind.NOTHING : Kind.TEXT;
  }

  private void refuseTag(Event event, Optional<String> tag) {
    if (tag.isPresent() && !(event instanceof CollectionStartEvent && tag.get().equals("!"))) {
      problems.add(place(event), "tags have no meaning here: " + tag.get());
    }
  }

  private Place place(Event event) {
    return event.getStartMark().map(mark -> place(path, mark)).orElse(Place.startOf(path));
  }

  private static Place place(String path, Mark mark) {
    return new Place(path, mark.getLine() + 1, mark.getColumn() + 1);
  }

  /// Reading cannot go on behind this.
  private static final class Unreadable extends RuntimeException {
    private final Place place;
    private final String sentence;

    Unreadable(Place place, String sentence) {
      super(sentence, null, false, false);
      this.place = place;
      this.sentence = sentence;
    }
  }
}
