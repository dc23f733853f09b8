package dev.millrace.web.view;

import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import java.time.Duration;
import java.util.Locale;

/// Whether a stage took longer or shorter than it did before, said only when that is unusual: when the time lies outside
/// the middle 90 % of the last passes, of which there must be enough to know.
///
/// @param kind `slower`, `faster` or `same`
record Pace(String kind, String sentence) {
  static final String RULE =
      "A stage counts as slower or faster only when its time lies outside the middle 90 % of the passes among its"
          + " last 30 attempts, and there are at least 20 of them.";

  private static final int ENOUGH = 20;

  static Pace of(Duration before, Duration now, Summary summary) {
    var passes = new Summary(summary.trials().stream().filter(Trial::passed).toList());
    int order = now.compareTo(before);
    if (order == 0 || passes.count() < ENOUGH) {
      return new Pace("same", "");
    }
    boolean slower = order > 0 && now.compareTo(passes.percentile(95).orElseThrow()) > 0;
    boolean faster = order < 0 && now.compareTo(passes.percentile(5).orElseThrow()) < 0;
    if (!slower && !faster) {
      return new Pace("same", "");
    }
    Duration difference = now.minus(before).abs();
    long percent = before.isZero() ? 0 : Math.round(100.0 * difference.toMillis() / before.toMillis());
    return new Pace(
        slower ? "slower" : "faster",
        String.format(Locale.ROOT, "%s %s%s", Prose.duration(difference), slower ? "slower" : "faster", percent == 0 ? "" : ", " + percent + " %"));
  }
}
