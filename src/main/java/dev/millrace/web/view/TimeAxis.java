package dev.millrace.web.view;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// Instants as places between 0 and 100 percent. Long pauses in which nothing happened are drawn short: a stage run again
/// the next morning would otherwise leave nothing to see of the day before.
final class TimeAxis {
  private static final double PAUSE_WIDTH = 3;
  private static final double LONG = 0.15;
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(30);
  private static final long[] STEPS = {1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400, 604_800};
  private static final int TICKS = 6;

  /// From when to when something happened.
  record Span(Instant from, Instant to) {
    Duration length() {
      return Duration.between(from, to);
    }
  }

  /// A mark on the axis.
  ///
  /// @param pause whether it stands for a pause that was left out
  record Tick(String left, String text, boolean pause) {}

  private record Piece(Span span, double left, double width) {}

  private final List<Piece> pieces;

  private TimeAxis(List<Piece> pieces) {
    this.pieces = pieces;
  }

  static TimeAxis of(List<Span> spans) {
    List<Span> busy = joined(spans, Duration.ZERO);
    Duration active = busy.stream().map(Span::length).reduce(Duration.ZERO, Duration::plus);
    Duration longest = Duration.ofMillis((long) (active.toMillis() * LONG));
    List<Span> kept = joined(busy, longest.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : longest);
    double millis = Math.max(1, kept.stream().mapToLong(span -> span.length().toMillis()).sum());
    double room = 100 - PAUSE_WIDTH * Math.max(0, kept.size() - 1);
    var pieces = new ArrayList<Piece>();
    double left = 0;
    for (Span span : kept) {
      double width = room * span.length().toMillis() / millis;
      pieces.add(new Piece(span, left, width));
      left += width + PAUSE_WIDTH;
    }
    return new TimeAxis(pieces);
  }

  /// Spans that touch, or lie no further apart than this, as one.
  private static List<Span> joined(List<Span> spans, Duration apart) {
    var joined = new ArrayList<Span>();
    for (Span span : spans.stream().sorted(Comparator.comparing(Span::from)).toList()) {
      if (!joined.isEmpty() && !span.from().isAfter(joined.getLast().to().plus(apart))) {
        Span last = joined.removeLast();
        joined.add(new Span(last.from(), last.to().isAfter(span.to()) ? last.to() : span.to()));
      } else {
        joined.add(span);
      }
    }
    return joined;
  }

  double at(Instant instant) {
    double place = 0;
    for (Piece piece : pieces) {
      if (instant.isBefore(piece.span().from())) {
        return place;
      }
      double length = Math.max(1, piece.span().length().toMillis());
      double part = Math.min(1, Duration.between(piece.span().from(), instant).toMillis() / length);
      place = piece.left() + piece.width() * part;
    }
    return place;
  }

  /// Marks at round times since the beginning, and one for each pause.
  List<Tick> ticks() {
    if (pieces.isEmpty()) {
      return List.of();
    }
    Instant start = pieces.getFirst().span().from();
    long total = pieces.stream().mapToLong(piece -> piece.span().length().toSeconds()).sum();
    long step = STEPS[STEPS.length - 1];
    for (int at = STEPS.length - 1; at >= 0 && total / STEPS[at] <= TICKS; at--) {
      step = STEPS[at];
    }
    var ticks = new ArrayList<Tick>();
    Instant before = start;
    for (Piece piece : pieces) {
      if (piece.left() > 0) {
        ticks.add(new Tick(percent(piece.left() - PAUSE_WIDTH / 2), Prose.duration(Duration.between(before, piece.span().from())) + " later", true));
      }
      long from = Duration.between(start, piece.span().from()).toSeconds();
      if (pieces.size() > 1) {
        from = 0;
      }
      for (long seconds = (from + step - 1) / step * step; seconds <= piece.span().length().toSeconds() + from; seconds += step) {
        double place = at(piece.span().from().plusSeconds(seconds - from));
        if (place < 96) {
          ticks.add(new Tick(percent(place), seconds == 0 ? "0" : Prose.duration(Duration.ofSeconds(seconds)), false));
        }
      }
      before = piece.span().to();
    }
    return ticks;
  }

  static String percent(double place) {
    return String.format(Locale.ROOT, "%.3f", place);
  }
}
