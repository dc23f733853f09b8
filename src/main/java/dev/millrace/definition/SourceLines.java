package dev.millrace.definition;

import dev.millrace.definition.Value.Inside;
import dev.millrace.definition.Value.Scalar;
import java.util.List;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/// The lines of a file, to find the places inside its scalars. Columns count characters, not Java's half characters.
final class SourceLines {
  private final String path;
  private final List<String> lines;

  SourceLines(String path, String text) {
    this.path = path;
    this.lines = List.of(text.split("\r\n|\r|\n", -1));
  }

  /// @param position in characters
  static Place placeOf(String path, String text, int position) {
    int end = text.offsetByCodePoints(0, Math.min(position, text.codePointCount(0, text.length())));
    String[] before = text.substring(0, end).split("\r\n|\r|\n", -1);
    return new Place(path, before.length, length(before[before.length - 1]) + 1);
  }

  Inside inside(ScalarEvent event) {
    Mark start = event.getStartMark().orElseThrow();
    Mark end = event.getEndMark().orElseThrow();
    if (event.isLiteral()) {
      return (scalar, offset) -> inBlock(scalar, start.getLine() + 1, offset);
    }
    if (event.isFolded() || start.getLine() != end.getLine()) {
      return (scalar, _) -> scalar.place();
    }
    int quote = event.isPlain() ? 0 : 1;
    return (scalar, offset) -> inLine(scalar, start.getLine(), end.getColumn() - quote, offset);
  }

  /// A scalar on one line: exact, unless escapes make what is written differ from what is meant.
  private Place inLine(Scalar scalar, int line, int end, int offset) {
    String whole = lines.get(line);
    String written = whole.substring(0, whole.offsetByCodePoints(0, end));
    if (!written.endsWith(scalar.text())) {
      return scalar.place();
    }
    return new Place(path, line + 1, end - length(scalar.text().substring(offset)) + 1);
  }

  /// A block after `|`: its lines are those of the file without their indentation.
  private Place inBlock(Scalar scalar, int firstLine, int offset) {
    String before = scalar.text().substring(0, offset);
    int row = (int) before.chars().filter(c -> c == '\n').count();
    int begin = before.lastIndexOf('\n') + 1;
    int newline = scalar.text().indexOf('\n', offset);
    String meant = scalar.text().substring(begin, newline < 0 ? scalar.text().length() : newline);
    int line = firstLine + row;
    if (line >= lines.size() || !lines.get(line).endsWith(meant)) {
      return scalar.place();
    }
    int indentation = length(lines.get(line)) - length(meant);
    return new Place(path, line + 1, indentation + length(before.substring(begin)) + 1);
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
