package dev.millrace.web.view;

import dev.millrace.statistics.Estimate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// When something should be done, for people. `live.js` counts it down in the same words.
///
/// @param text `done in about 3 min, usually within 6 min`; empty where nothing is to be said
/// @param brief the same where there is little room: `about 3 min left`
/// @param iso when that is, for machines; empty when nobody knows
/// @param late when it usually is at the latest; empty like it
/// @param full both times, for who points at it
public record Forecast(String text, String brief, String iso, String late, String full) {
  static final Forecast NONE = new Forecast("", "", "", "", "");

  /// Its turn comes after one of which nobody knows when it ends.
  static final Forecast HELD_UP =
      new Forecast("end not known: one before it takes longer than 95 of 100 did", "", "", "", "Its turn comes when those before it have landed or failed");

  static Forecast of(Estimate estimate, Instant now) {
    return switch (estimate) {
      case Estimate.Unknown _ ->
          new Forecast("end not known yet: too few passes", "", "", "", "It is known from " + Estimate.ENOUGH + " passes of every stage on");
      case Estimate.Overdue _ ->
          new Forecast("taking longer than 95 of 100 did", "longer than 95 of 100", "", "", "It may end at any time, or never: have a look");
      case Estimate.Known(Duration usual, Duration late) -> {
        String about = Prose.roughly(usual);
        String within = Prose.roughly(late);
        Instant due = now.plus(usual).truncatedTo(ChronoUnit.SECONDS);
        Instant last = now.plus(late).truncatedTo(ChronoUnit.SECONDS);
        yield new Forecast(
            "done in " + about + (within.equals(about) ? "" : ", usually within " + within.replace("about ", "")),
            about + " left",
            due.toString(),
            last.toString(),
            "About " + Prose.time(due) + ", in 95 of 100 cases by " + Prose.time(last));
      }
    };
  }
}
