package dev.millrace.definition;

import java.util.Comparator;

/// A place in a file of the pipeline repository; lines and columns count from 1.
public record Place(String path, int line, int column) implements Comparable<Place> {
  private static final Comparator<Place> ORDER =
      Comparator.comparing(Place::path).thenComparingInt(Place::line).thenComparingInt(Place::column);

  static Place startOf(String path) {
    return new Place(path, 1, 1);
  }

  @Override
  public int compareTo(Place other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return path + ":" + line + ":" + column;
  }
}
