package dev.millrace.queue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// What will have landed in each world when the candidates end one after the other, if each lands that passes and
/// carries what has landed before.
final class Forecast {
  /// Time in trials: a candidate that starts now ends at 1.
  private static final double RESTART = 1.5;

  /// How many candidates are weighed up for a place.
  private static final int LIKELY = 48;

  private final List<World> worlds;
  private final boolean everyCommit;
  private final double flakiness;
  private final double[] weights;
  private final List<Line> lines = new ArrayList<>(List.of(Line.EMPTY));
  /// Which of the lines has landed last, in each world.
  private final int[] landed;
  private double waited;

  Forecast(List<World> worlds, boolean everyCommit, double flakiness, double[] weights) {
    this.worlds = worlds;
    this.everyCommit = everyCommit;
    this.flakiness = flakiness;
    this.weights = weights;
    landed = new int[worlds.size()];
  }

  /// The candidate ends next, at this time from now; how many changes it lands, on the average and by their weight.
  double ends(Line line, double at, boolean sure) {
    boolean[] carried = carried(line);
    int itself = lines.size();
    lines.add(line);
    double gain = 0;
    for (int world = 0; world < landed.length; world++) {
      double gained = gain(line, world, sure, carried);
      if (gained > 0) {
        gain += gained;
        waited += gained * at;
        landed[world] = itself;
      }
    }
    return gain / landed.length;
  }

  /// What it would land, if it ended next.
  double gain(Line line) {
    boolean[] carried = carried(line);
    double gain = 0;
    for (int world = 0; world < landed.length; world++) {
      gain += gain(line, world, false, carried);
    }
    return gain / landed.length;
  }

  /// How many of its changes no candidate tests that it carries.
  int added(Line line) {
    return line.size() - lines.stream().filter(before -> before.carries(line)).mapToInt(Line::size).max().orElse(0);
  }

  private boolean[] carried(Line line) {
    boolean[] carried = new boolean[lines.size()];
    for (int at = 0; at < carried.length; at++) {
      Line before = lines.get(at);
      int more = line.size() - before.size();
      carried[at] = (everyCommit ? more == 1 : more > 0) && before.carries(line);
    }
    return carried;
  }

  private double gain(Line line, int world, boolean sure, boolean[] carried) {
    if (!carried[landed[world]]
        || !worlds.get(world).passes(line.mask())
        || !sure && Lot.unit(Lot.mix(line.mask() * 31 + world)) < flakiness) {
      return 0;
    }
    return weight(line.mask() & ~landed(world).mask());
  }

  private Line landed(int world) {
    return lines.get(landed[world]);
  }

  private double weight(long mask) {
    double weight = 0;
    for (long left = mask; left != 0; left &= left - 1) {
      weight += weights[Long.numberOfTrailingZeros(left)];
    }
    return weight;
  }

  /// How long the good ones among these wait until they land, all together; what no candidate lands starts anew.
  double waiting(long mask) {
    double sum = waited;
    for (int world = 0; world < landed.length; world++) {
      sum += RESTART * weight(mask & ~landed(world).mask() & ~worlds.get(world).bad());
    }
    return sum / landed.length;
  }

  /// Of the candidates that would land all that is good in some world, and what they are built up from, the one that
  /// is worth the most.
  Line best(Evidence evidence, List<Integer> order, int most, ToDoubleFunction<Line> value) {
    Map<Line, Map<Long, int[]>> found = new IdentityHashMap<>();
    for (int world = 0; world < landed.length; world++) {
      World given = worlds.get(world);
      long mask = landed(world).mask();
      Map<Long, int[]> onTop = found.computeIfAbsent(landed(world), _ -> new HashMap<>());
      int added = 0;
      for (int at = 0; at < order.size() && added < most; at++) {
        long more = mask | 1L << order.get(at);
        if (more != mask && given.passes(more)) {
          mask = more;
          added++;
          onTop.computeIfAbsent(mask, _ -> new int[1])[0]++;
        }
      }
    }
    var likely = new ArrayList<Route>();
    found.forEach(
        (base, masks) ->
            masks.forEach(
                (mask, times) -> likely.add(new Route(base, mask, times[0] * Long.bitCount(mask & ~base.mask())))));
    likely.sort(Comparator.comparingInt((Route route) -> -route.weight).thenComparingLong(Route::mask));
    Line best = Line.EMPTY;
    double highest = 0;
    for (Route route : likely.subList(0, Math.min(likely.size(), LIKELY))) {
      Line line = route.line(evidence, order);
      double worth = value.applyAsDouble(line);
      if (worth > highest) {
        highest = worth;
        best = line;
      }
    }
    return best;
  }

  /// @param weight in how many worlds it is right, times how many it adds
  private record Route(Line base, long mask, int weight) {
    Line line(Evidence evidence, List<Integer> order) {
      Line line = base;
      for (int bit : order) {
        if ((mask & ~line.mask() & 1L << bit) != 0) {
          line = line.with(evidence.change(bit), bit);
        }
      }
      return line;
    }
  }
}
