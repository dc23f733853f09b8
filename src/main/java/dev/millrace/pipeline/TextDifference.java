package dev.millrace.pipeline;

import java.util.List;

/// How a text came to be another: what was taken away and what was added, with some lines around each place.
public record TextDifference(List<Place> places) {
  public TextDifference {
    places = List.copyOf(places);
  }

  public boolean isEmpty() {
    return places.isEmpty();
  }

  public long added() {
    return places.stream().flatMap(place -> place.lines().stream()).filter(line -> line.kind() == Kind.ADDED).count();
  }

  public long removed() {
    return places.stream().flatMap(place -> place.lines().stream()).filter(line -> line.kind() == Kind.REMOVED).count();
  }

  /// Lines that stand together.
  public record Place(List<Line> lines) {
    public Place {
      lines = List.copyOf(lines);
    }
  }

  /// @param before its number in the first text, from 1; 0 if it is not there
  /// @param after the same in the second
  public record Line(Kind kind, int before, int after, String text) {}

  public enum Kind {
    SAME,
    REMOVED,
    ADDED
  }
}
