package dev.millrace.statistics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The trials of one stage or step in a period, as a whole and bucket by bucket, and when they became others.
///
/// @param buckets one for each bucket of the period
/// @param shifts of the newest [#NEWEST] trials, oldest first
public record Series(Tally whole, List<Tally> buckets, List<Shift> shifts) {
  /// So many of the newest trials are searched for shifts.
  public static final int NEWEST = 500;

  public Series {
    buckets = List.copyOf(buckets);
    shifts = List.copyOf(shifts);
  }

  /// @param trials in any order; those outside the period are left out
  public static Series of(List<ChangeTrial> trials, Period period) {
    List<ChangeTrial> ordered =
        trials.stream()
            .filter(trial -> !trial.at().isBefore(period.from()) && !trial.at().isAfter(period.to()))
            .sorted(Comparator.comparing(ChangeTrial::at).thenComparing(ChangeTrial::change))
            .toList();
    var parts = new ArrayList<List<ChangeTrial>>();
    for (int at = 0; at < period.buckets(); at++) {
      parts.add(new ArrayList<>());
    }
    ordered.forEach(trial -> parts.get(period.bucket(trial.at())).add(trial));
    return new Series(
        Tally.of(ordered),
        parts.stream().map(Tally::of).toList(),
        ChangePoints.of(ordered.subList(Math.max(0, ordered.size() - NEWEST), ordered.size())));
  }
}
