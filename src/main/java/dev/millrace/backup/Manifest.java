package dev.millrace.backup;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a backup says of itself: the last file in it, so that one that has it is whole.
///
/// As text: lines of `key: value`, an empty line, and what `sha256sum` prints for each of the other files.
///
/// @param layout the number of the way in which a data directory is laid out
/// @param version the Millrace that took it, for people
/// @param schema the number of the newest script that its database has seen
/// @param installation whose it is
/// @param checksums SHA-256 in hexadecimal, by path
record Manifest(
    int layout, String version, int schema, String installation, Instant takenAt, SortedMap<String, String> checksums) {
  static final String NAME = "manifest";

  /// To be raised when what is beside the database moves to other places, or means something else.
  static final int LAYOUT = 1;

  private static final String TITLE = "Millrace backup, layout ";

  String text() {
    var text = new StringBuilder();
    text.append(TITLE).append(layout).append('\n');
    text.append("version: ").append(version).append('\n');
    text.append("schema: ").append(schema).append('\n');
    text.append("installation: ").append(installation).append('\n');
    text.append("taken: ").append(takenAt).append("\n\n");
    checksums.forEach((path, sum) -> text.append(sum).append("  ").append(path).append('\n'));
    return text.toString();
  }

  /// Null when it is no such text. Of a layout that is not known only the head is read.
  static @Nullable Manifest read(String text) {
    try {
      int head = text.indexOf("\n\n");
      String[] lines = text.substring(0, head).split("\n");
      if (!lines[0].startsWith(TITLE)) {
        return null;
      }
      int layout = Integer.parseInt(lines[0].substring(TITLE.length()));
      var said = new TreeMap<String, String>();
      for (int i = 1; i < lines.length; i++) {
        int colon = lines[i].indexOf(": ");
        said.put(lines[i].substring(0, colon), lines[i].substring(colon + 2));
      }
      var checksums = new TreeMap<String, String>();
      if (layout == LAYOUT) {
        text.substring(head + 2).lines().forEach(line -> checksums.put(line.substring(66), line.substring(0, 64)));
      }
      return new Manifest(
          layout,
          said.getOrDefault("version", "?"),
          Integer.parseInt(said.getOrDefault("schema", "")),
          said.getOrDefault("installation", ""),
          Instant.parse(said.getOrDefault("taken", "")),
          checksums);
    } catch (NumberFormatException | IndexOutOfBoundsException | DateTimeException e) {
      return null;
    }
  }
}
