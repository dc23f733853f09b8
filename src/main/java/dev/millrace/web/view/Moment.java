package dev.millrace.web.view;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// A `<time>` element.
///
/// @param iso for machines
/// @param text how long ago
/// @param full the whole date, for who points at it
public record Moment(String iso, String text, String full) {
  static Moment of(Instant at, Instant now) {
    return new Moment(at.truncatedTo(ChronoUnit.SECONDS).toString(), Prose.ago(at, now), Prose.full(at));
  }
}
