package dev.millrace.statistics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Finds where trials became slower, faster, flakier or steadier, with a stated error and without chance: the same trials
/// always give the same answer.
///
/// **Durations** of the trials that passed: every place that leaves [#LEAST] of them on both sides is a candidate. At
/// each, the Mann-Whitney statistic compares the ranks before and after, with the correction for ties; the largest one in
/// absolute value is the test (Hawkins and Deng, "A nonparametric change-point control chart", Journal of Quality
/// Technology 42, 2010). Ranks know no distribution and mind no outlier. That the largest of many is looked at is
/// accounted for by the tail of the largest standardised Brownian bridge (Csörgő and Horváth, Limit Theorems in
/// Change-Point Analysis, 1997, equation 1.3.26), which is a little too careful for few trials.
///
/// **Failures**: at each place Fisher's exact test compares the outcomes before and after; the smallest of its values is
/// the test. Its own chance is exact: of all orders in which the same outcomes could have come, all equally likely if
/// nothing changed, the share whose smallest value is as small. The orders are counted as paths, step by step.
///
/// **Several changes** are found by cutting at the place found and searching both parts (binary segmentation; Vostrikova,
/// Soviet Mathematics Doklady 24, 1981). A part is only searched when the whole was cut, so trials that never changed are
/// called changed with a probability of at most [#ALARM]. Cuts that do not matter are mended afterwards: medians that
/// differ by less than a tenth or a second, failure rates that differ by less than five of a hundred.
///
/// What it assumes: that trials do not depend on their neighbours. A slow hour of the machine can look like a change.
public final class ChangePoints {
  /// How likely trials that never changed are called changed, at most, for durations and for failures each.
  public static final double ALARM = 0.005;

  /// So many trials must lie on each side of a change.
  public static final int LEAST = 10;

  private static final double SHARE = 0.10;
  private static final Duration SMALLEST = Duration.ofSeconds(1);
  private static final double POINTS = 0.05;

  private ChangePoints() {}

  /// All shifts, oldest first.
  ///
  /// @param trials oldest first
  public static List<Shift> of(List<ChangeTrial> trials) {
    var shifts = new ArrayList<Shift>(durations(trials));
    shifts.addAll(failures(trials));
    shifts.sort(Comparator.comparing(Shift::at).thenComparing(Shift::kind));
    return List.copyOf(shifts);
  }

  /// The newest shift, if there is any.
  ///
  /// @param trials oldest first
  public static Optional<Shift> newest(List<ChangeTrial> trials) {
    return of(trials).stream().reduce((_, later) -> later);
  }

  /// Whether there are enough trials to find any shift of their duration.
  public static boolean enough(Tally figures) {
    return figures.trials() - figures.failed() >= 2 * LEAST;
  }

  static List<Shift> durations(List<ChangeTrial> trials) {
    List<ChangeTrial> passed = trials.stream().filter(ChangeTrial::passed).toList();
    double[] nanos = nanos(passed);
    TreeMap<Integer, Double> cuts = cuts(nanos.length, (from, to) -> byRank(nanos, from, to));
    mend(
        cuts,
        nanos.length,
        (from, cut, to) -> {
          double before = median(nanos, from, cut);
          double after = median(nanos, cut, to);
          double difference = Math.abs(after - before);
          return Math.min(difference / Math.max(1, before) / SHARE, difference / SMALLEST.toNanos());
        });
    var shifts = new ArrayList<Shift>();
    cuts.forEach(
        (cut, chance) ->
            shifts.add(
                new Shift.OfDuration(
                    passed.get(cut).at(),
                    passed.get(cut).change(),
                    Duration.ofNanos((long) median(nanos, before(cuts, cut), cut)),
                    Duration.ofNanos((long) median(nanos, cut, after(cuts, cut, nanos.length))),
                    chance)));
    return shifts;
  }

  static List<Shift> failures(List<ChangeTrial> trials) {
    int[] failed = failed(trials);
    TreeMap<Integer, Double> cuts = cuts(trials.size(), (from, to) -> byOutcome(failed, from, to));
    mend(
        cuts,
        trials.size(),
        (from, cut, to) -> Math.abs(rate(failed, cut, to) - rate(failed, from, cut)) / POINTS);
    var shifts = new ArrayList<Shift>();
    cuts.forEach(
        (cut, chance) ->
            shifts.add(
                new Shift.OfFailures(
                    trials.get(cut).at(),
                    trials.get(cut).change(),
                    rate(failed, before(cuts, cut), cut),
                    rate(failed, cut, after(cuts, cut, trials.size())),
                    chance)));
    return shifts;
  }

  /// How likely durations as changed as these are when nothing changed: that of the most striking place.
  static double chanceOfDurations(List<ChangeTrial> passed) {
    return byRank(nanos(passed), 0, passed.size()).chance();
  }

  /// How likely outcomes as changed as these are when nothing changed.
  static double chanceOfFailures(List<ChangeTrial> trials) {
    return byOutcome(failed(trials), 0, trials.size()).chance();
  }

  private static double[] nanos(List<ChangeTrial> trials) {
    return trials.stream().mapToDouble(trial -> trial.duration().toNanos()).toArray();
  }

  /// How many of the first so many failed.
  private static int[] failed(List<ChangeTrial> trials) {
    int[] failed = new int[trials.size() + 1];
    for (int at = 0; at < trials.size(); at++) {
      failed[at + 1] = failed[at] + (trials.get(at).passed() ? 0 : 1);
    }
    return failed;
  }

  /// The most striking place between two, and how likely one as striking is when nothing changed.
  private record Cut(int at, double chance) {}

  private interface Search {
    Cut in(int from, int to);
  }

  /// How much a cut matters: 1 and more is worth telling.
  private interface Weight {
    double of(int from, int cut, int to);
  }

  private static TreeMap<Integer, Double> cuts(int many, Search search) {
    var cuts = new TreeMap<Integer, Double>();
    cut(0, many, search, cuts);
    return cuts;
  }

  private static void cut(int from, int to, Search search, TreeMap<Integer, Double> cuts) {
    if (to - from < 2 * LEAST) {
      return;
    }
    Cut cut = search.in(from, to);
    if (cut.chance() <= ALARM) {
      cuts.put(cut.at(), cut.chance());
      cut(from, cut.at(), search, cuts);
      cut(cut.at(), to, search, cuts);
    }
  }

  /// Takes the cut away that matters least, until all that are left matter.
  private static void mend(TreeMap<Integer, Double> cuts, int many, Weight weight) {
    while (!cuts.isEmpty()) {
      int least = 0;
      double lightest = Double.POSITIVE_INFINITY;
      for (int cut : cuts.keySet()) {
        double its = weight.of(before(cuts, cut), cut, after(cuts, cut, many));
        if (its < lightest) {
          least = cut;
          lightest = its;
        }
      }
      if (lightest >= 1) {
        return;
      }
      cuts.remove(least);
    }
  }

  private static int before(TreeMap<Integer, Double> cuts, int cut) {
    Integer lower = cuts.lowerKey(cut);
    return lower == null ? 0 : lower;
  }

  private static int after(TreeMap<Integer, Double> cuts, int cut, int many) {
    Integer higher = cuts.higherKey(cut);
    return higher == null ? many : higher;
  }

  private static double median(double[] values, int from, int to) {
    double[] sorted = Arrays.copyOfRange(values, from, to);
    Arrays.sort(sorted);
    return sorted[(sorted.length + 1) / 2 - 1];
  }

  private static double rate(int[] failed, int from, int to) {
    return (double) (failed[to] - failed[from]) / (to - from);
  }

  private static Cut byRank(double[] values, int from, int to) {
    int many = to - from;
    double[] part = Arrays.copyOfRange(values, from, to);
    double[] sorted = part.clone();
    Arrays.sort(sorted);
    double ties = 0;
    var ranks = new double[many];
    for (int at = 0; at < many; at++) {
      int first = first(sorted, part[at]);
      int behind = first(sorted, Math.nextUp(part[at]));
      ranks[at] = (first + 1 + behind) / 2.0;
      double alike = behind - first;
      ties += alike * alike - 1;
    }
    double variance = ((many + 1) - ties / ((double) many * (many - 1))) / 12;
    double sum = 0;
    int best = LEAST;
    double largest = 0;
    for (int cut = 1; cut <= many - LEAST; cut++) {
      sum += ranks[cut - 1];
      if (cut >= LEAST && variance > 0) {
        double z = Math.abs(sum - cut * (many + 1) / 2.0) / Math.sqrt((double) cut * (many - cut) * variance);
        if (z > largest) {
          largest = z;
          best = cut;
        }
      }
    }
    double chance = tail(largest, many);
    return new Cut(from + (chance <= ALARM ? place(part, best) : best), chance);
  }

  /// The place near the one found at which the durations before and after are closest to their medians: ranks say best
  /// whether there is a change, but draw it to the middle.
  private static int place(double[] values, int found) {
    int best = found;
    double least = Double.POSITIVE_INFINITY;
    for (int cut = Math.max(LEAST, found - LEAST); cut <= Math.min(values.length - LEAST, found + LEAST); cut++) {
      double off = deviation(values, 0, cut) + deviation(values, cut, values.length);
      if (off < least) {
        least = off;
        best = cut;
      }
    }
    return best;
  }

  private static double deviation(double[] values, int from, int to) {
    double median = median(values, from, to);
    double sum = 0;
    for (int at = from; at < to; at++) {
      sum += Math.abs(values[at] - median);
    }
    return sum;
  }

  /// How many of the sorted values are smaller.
  private static int first(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] < value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// How likely the largest of the standardised statistics is at least this large when nothing changed.
  static double tail(double largest, int many) {
    if (largest < 2) {
      return 1;
    }
    double square = largest * largest;
    double wide = 2 * Math.log((double) (many - LEAST) / LEAST);
    double tail =
        largest * Math.exp(-square / 2) / Math.sqrt(2 * Math.PI) * (wide * (1 - 1 / square) + 4 / square);
    return Math.min(1, tail);
  }

  private static Cut byOutcome(int[] failed, int from, int to) {
    int many = to - from;
    int bad = failed[to] - failed[from];
    if (bad == 0 || bad == many) {
      return new Cut(from + LEAST, 1);
    }
    // which of the two outcomes is counted makes no difference; the rarer one has fewer paths
    boolean swapped = bad > many / 2;
    int rare = swapped ? many - bad : bad;
    double[][] fisher = fisher(many, rare);
    int best = LEAST;
    double smallest = 2;
    for (int cut = LEAST; cut <= many - LEAST; cut++) {
      int so = failed[from + cut] - failed[from];
      double its = fisher[cut][swapped ? cut - so : so];
      if (its < smallest) {
        smallest = its;
        best = cut;
      }
    }
    return new Cut(from + best, share(fisher, many, rare, smallest * (1 + 1e-9)));
  }

  /// The share of all orders in which some place has a value of at most `limit`.
  private static double share(double[][] fisher, int many, int rare, double limit) {
    var at = new double[rare + 1];
    at[0] = 1;
    double reached = 0;
    for (int cut = 1; cut <= many - LEAST; cut++) {
      for (int so = Math.min(cut, rare); so >= 0; so--) {
        double left = many - cut + 1;
        double stay = at[so] * Math.max(0, (left - (rare - so)) / left);
        double rise = so == 0 ? 0 : at[so - 1] * (rare - so + 1) / left;
        at[so] = stay + rise;
      }
      if (cut >= LEAST) {
        for (int so = 0; so <= Math.min(cut, rare); so++) {
          if (at[so] > 0 && fisher[cut][so] <= limit) {
            reached += at[so];
            at[so] = 0;
          }
        }
      }
    }
    return Math.min(1, reached);
  }

  /// For each place, and each number of rare outcomes before it: twice the smaller tail of Fisher's exact test.
  private static double[][] fisher(int many, int rare) {
    var factorial = new double[many + 1];
    for (int at = 2; at <= many; at++) {
      factorial[at] = factorial[at - 1] + Math.log(at);
    }
    var values = new double[many + 1][];
    for (int cut = LEAST; cut <= many - LEAST; cut++) {
      var upTo = new double[rare + 1];
      double ways = choose(factorial, many, cut);
      double sum = 0;
      var likely = new double[rare + 1];
      for (int so = 0; so <= rare; so++) {
        likely[so] =
            so > cut || rare - so > many - cut
                ? 0
                : Math.exp(choose(factorial, rare, so) + choose(factorial, many - rare, cut - so) - ways);
        sum += likely[so];
        upTo[so] = sum;
      }
      double from = 0;
      for (int so = rare; so >= 0; so--) {
        from += likely[so];
        upTo[so] = Math.min(1, 2 * Math.min(upTo[so], from));
      }
      values[cut] = upTo;
    }
    return values;
  }

  private static double choose(double[] factorial, int of, int some) {
    return factorial[of] - factorial[some] - factorial[of - some];
  }
}
