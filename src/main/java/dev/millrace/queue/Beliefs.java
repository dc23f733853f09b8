package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import dev.millrace.queue.Evidence.Trial;
import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;

/// What the evidence says of each change, by Bayes' rule.
///
/// A red candidate has a cause: a change that is bad by itself, two that do not go together, or chance. Reds that share
/// changes are explained together: of the likeliest sets of causes, each is as probable as its causes are, times
/// the chance that the reds that they leave unexplained are flakes. A green candidate clears all that it holds.
final class Beliefs {
  private static final double LEAST = 1e-3;
  private static final int CAUSES = 48;
  private static final int MOST_CAUSES = 6;
  private static final int GUESSES = 40;
  private static final int REDS = 60;
  /// What is left of the risk of a change that passed, on a head that has moved since.
  private static final double STALE = 0.1;

  private final Evidence evidence;
  private final double conflict;
  private final double flakiness;
  private final long cleared;
  private final long[] greens;
  private final double[] risk;
  private final long[] mergeConflicts;
  private final List<Knot> knots = new ArrayList<>();
  private long knotted;

  /// Reds that share changes, and what may explain them.
  private record Knot(long members, List<Explanation> explanations) {}

  /// @param clashes pairs of changes that do not go together
  private record Explanation(long bad, List<Long> clashes, double weight) {
    /// Whether the change is the later one of such a pair.
    boolean clashesLast(int bit) {
      return clashes.stream().anyMatch(clash -> 63 - Long.numberOfLeadingZeros(clash) == bit);
    }
  }

  Beliefs(Evidence evidence, double flakiness, double conflict) {
    this.evidence = evidence;
    this.conflict = conflict;
    this.flakiness = Math.clamp(flakiness, 0.002, 0.2);
    greens = masks(evidence.trials(Verdict.GREEN));
    long clear = 0;
    long stale = 0;
    for (Trial trial : evidence.trials(Verdict.GREEN)) {
      if (trial.tried().current()) {
        clear |= trial.line().mask();
      } else {
        stale |= trial.line().mask();
      }
    }
    cleared = clear;
    risk = new double[evidence.size()];
    for (int bit = 0; bit < risk.length; bit++) {
      double known = Math.clamp(evidence.risk(bit), 0.01, 0.95);
      boolean once = (stale >> bit & 1) != 0;
      risk[bit] = (cleared >> bit & 1) != 0 ? 0 : once ? known * STALE : known;
    }
    mergeConflicts =
        masks(evidence.current(Verdict.CONFLICT).stream().filter(trial -> trial.line().size() > 1).toList());
    long[] reds = masks(evidence.trials(Verdict.RED));
    explain(
        Arrays.stream(reds)
            .boxed()
            .sorted(Comparator.comparingInt(Long::bitCount))
            .mapToLong(Long::longValue)
            .toArray());
  }

  /// How probable it is that the change is bad by itself.
  double bad(int bit) {
    for (Knot knot : knots) {
      if ((knot.members >> bit & 1) != 0) {
        return knot.explanations.stream()
            .filter(explanation -> (explanation.bad >> bit & 1) != 0)
            .mapToDouble(Explanation::weight)
            .sum();
      }
    }
    return risk[bit];
  }

  /// How probable it is that the change is at fault: bad by itself, or the later one of two that do not go together.
  double blame(int bit) {
    double blame = bad(bit);
    for (Knot knot : knots) {
      for (Explanation explanation : knot.explanations) {
        blame += (explanation.bad >> bit & 1) == 0 && explanation.clashesLast(bit) ? explanation.weight : 0;
      }
    }
    return blame;
  }

  double blame(ChangeId change) {
    return evidence.reaches(change) ? blame(evidence.bit(change)) : 0;
  }

  double flakiness() {
    return flakiness;
  }

  /// So many worlds, each as probable as the others. The same ones for the same evidence.
  List<World> worlds(int count) {
    long[] bad = new long[count];
    var clashes = new ArrayList<List<Long>>(count);
    for (int world = 0; world < count; world++) {
      clashes.add(new ArrayList<>(4));
      for (long conflicting : mergeConflicts) {
        clashes.get(world).add(conflicting);
      }
    }
    for (Knot knot : knots) {
      long seed = Lot.seed(evidence.change(Long.numberOfTrailingZeros(knot.members)));
      for (int world = 0; world < count; world++) {
        Explanation explanation = pick(knot, Lot.share(seed, world, count));
        bad[world] |= explanation.bad;
        clashes.get(world).addAll(explanation.clashes);
      }
    }
    for (int bit = 0; bit < risk.length; bit++) {
      long seed = Lot.seed(evidence.change(bit));
      if ((knotted >> bit & 1) == 0 && risk[bit] > 0) {
        for (int world = 0; world < count; world++) {
          if (Lot.share(seed, world, count) < risk[bit]) {
            bad[world] |= 1L << bit;
          }
        }
      }
      for (int other = 0; other < bit; other++) {
        long pair = 1L << bit | 1L << other;
        if (!tested(pair) && !explained(pair)) {
          long lot = Lot.mix(seed ^ Long.rotateLeft(Lot.seed(evidence.change(other)), 17));
          double times = conflict * count + Lot.unit(lot);
          for (int time = 1; time <= times; time++) {
            lot = Lot.mix(lot);
            clashes.get((int) Math.floorMod(lot, (long) count)).add(pair);
          }
        }
      }
    }
    var worlds = new ArrayList<World>(count);
    for (int world = 0; world < count; world++) {
      worlds.add(new World(bad[world], clashes.get(world).stream().mapToLong(Long::longValue).toArray()));
    }
    return worlds;
  }

  private static Explanation pick(Knot knot, double share) {
    double left = share;
    for (Explanation explanation : knot.explanations) {
      left -= explanation.weight;
      if (left <= 0) {
        return explanation;
      }
    }
    return knot.explanations.getFirst();
  }

  private void explain(long[] reds) {
    long[] open = new long[reds.length];
    int count = 0;
    for (long red : reds) {
      long members = suspects(red);
      if (members != 0 && count < REDS) {
        open[count++] = members;
      }
    }
    boolean[] done = new boolean[count];
    for (int first = 0; first < count; first++) {
      if (!done[first]) {
        long members = open[first];
        for (boolean grown = true; grown; ) {
          grown = false;
          for (int red = first; red < count; red++) {
            if (!done[red] && (open[red] & members) != 0) {
              done[red] = true;
              grown |= (open[red] & ~members) != 0;
              members |= open[red];
            }
          }
        }
        var together = new ArrayList<Long>();
        for (int red = 0; red < count; red++) {
          if ((open[red] & members) != 0) {
            together.add(open[red]);
          }
        }
        knots.add(new Knot(members, explanations(members, together)));
        knotted |= members;
      }
    }
  }

  /// Those of a red candidate that may be to blame, alone or with another.
  private long suspects(long red) {
    long suspects = 0;
    for (long left = red; left != 0; left &= left - 1) {
      int bit = Long.numberOfTrailingZeros(left);
      boolean alone = risk[bit] > 0;
      boolean together = false;
      for (long others = red & ~(1L << bit); others != 0 && !together; others &= others - 1) {
        together = !tested(1L << bit | Long.lowestOneBit(others));
      }
      if (alone || together) {
        suspects |= 1L << bit;
      }
    }
    return suspects;
  }

  /// @param bad a change, or none
  /// @param clash two changes, or none
  /// @param explained the reds that hold it, as bits
  private record Cause(long bad, long clash, double odds, long explained) {}

  /// Sets of causes, built up one cause at a time from the likeliest sets; each cause explains one red more at least.
  private List<Explanation> explanations(long members, List<Long> reds) {
    List<Cause> causes = causes(members, reds);
    var found = new ArrayList<Guess>();
    List<Guess> likeliest = List.of(new Guess(0, 0, 1, Math.pow(flakiness, reds.size())));
    for (int size = 0; size <= MOST_CAUSES; size++) {
      found.addAll(likeliest);
      var larger = new HashMap<Long, Guess>();
      for (Guess guess : likeliest) {
        for (int at = 0; at < causes.size(); at++) {
          Cause cause = causes.get(at);
          long explained = guess.explained | cause.explained;
          if (explained != guess.explained) {
            double odds = guess.odds * cause.odds;
            double weight = odds * Math.pow(flakiness, reds.size() - Long.bitCount(explained));
            long chosen = guess.causes | 1L << at;
            larger.put(chosen, new Guess(chosen, explained, odds, weight));
          }
        }
      }
      likeliest =
          larger.values().stream()
              .sorted(Comparator.comparingDouble((Guess guess) -> -guess.weight).thenComparingLong(Guess::causes))
              .limit(GUESSES)
              .toList();
    }
    double heaviest = found.stream().mapToDouble(Guess::weight).max().orElseThrow();
    found.removeIf(guess -> guess.weight < heaviest * LEAST);
    double sum = found.stream().mapToDouble(Guess::weight).sum();
    return found.stream().map(guess -> explanation(guess, causes, sum)).toList();
  }

  /// @param causes as bits
  private record Guess(long causes, long explained, double odds, double weight) {}

  private static Explanation explanation(Guess guess, List<Cause> causes, double sum) {
    long bad = 0;
    var clashes = new ArrayList<Long>();
    for (long left = guess.causes; left != 0; left &= left - 1) {
      Cause cause = causes.get(Long.numberOfTrailingZeros(left));
      bad |= cause.bad;
      if (cause.clash != 0) {
        clashes.add(cause.clash);
      }
    }
    return new Explanation(bad, clashes, guess.weight / sum);
  }

  /// The likeliest ones, by what they explain.
  private List<Cause> causes(long members, List<Long> reds) {
    var causes = new ArrayList<Cause>();
    for (long left = members; left != 0; left &= left - 1) {
      long one = Long.lowestOneBit(left);
      double known = risk[Long.numberOfTrailingZeros(left)];
      if (known > 0) {
        causes.add(new Cause(one, 0, known / (1 - known), explained(one, reds)));
      }
      for (long others = left & left - 1; others != 0; others &= others - 1) {
        long pair = one | Long.lowestOneBit(others);
        long explained = explained(pair, reds);
        if (explained != 0 && !tested(pair)) {
          causes.add(new Cause(0, pair, conflict / (1 - conflict), explained));
        }
      }
    }
    causes.sort(
        Comparator.comparingDouble(
            cause -> Math.log(flakiness) * Long.bitCount(cause.explained) - Math.log(cause.odds)));
    return causes.subList(0, Math.min(causes.size(), CAUSES));
  }

  /// Which of the reds hold all of the cause, as bits.
  private static long explained(long cause, List<Long> reds) {
    long explained = 0;
    for (int red = 0; red < reds.size(); red++) {
      if ((reds.get(red) & cause) == cause) {
        explained |= 1L << red;
      }
    }
    return explained;
  }

  /// Whether the two are in one knot, whose explanations say whether they go together.
  private boolean explained(long pair) {
    for (Knot knot : knots) {
      if ((knot.members & pair) == pair) {
        return true;
      }
    }
    return false;
  }

  private boolean tested(long mask) {
    for (long green : greens) {
      if ((green & mask) == mask) {
        return true;
      }
    }
    return false;
  }

  private static long[] masks(List<Trial> trials) {
    return trials.stream().mapToLong(trial -> trial.line().mask()).toArray();
  }
}
