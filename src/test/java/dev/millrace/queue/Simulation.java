package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/// A day of a team, in simulated minutes: changes come, candidates are tried as a contender plans it, and land.
///
/// Which change is bad, which do not go together and how long a trial takes is drawn beforehand from the seed, so that
/// all contenders meet the same. Whether a trial is a flake is drawn at its start. Merging and landing take no time.
public final class Simulation {
  static final double MINUTES = 10;
  private static final double SPREAD = 0.25;

  /// @param perHour how many changes come
  /// @param bad the share of changes that fail by themselves
  /// @param conflicts the share of changes that do not go with one of the eight before them
  /// @param flakes how probable it is that a candidate fails that should pass
  /// @param hint how far a change's risk is known beforehand: the smaller, the better; infinite for not at all
  public record Load(
      String name, double perHour, int room, double bad, double conflicts, double flakes, double hint) {
    public static Load of(String name, double perHour, int room) {
      return new Load(name, perHour, room, 0.06, 0.06, 0.02, 5);
    }

    public Load flakes(double more) {
      return new Load(name, perHour, room, bad, conflicts, more, hint);
    }

    public Load hint(double other) {
      return new Load(name, perHour, room, bad, conflicts, flakes, other);
    }

    public Load named(String other) {
      return new Load(other, perHour, room, bad, conflicts, flakes, hint);
    }
  }

  /// Who decides.
  public interface Contender {
    Plan plan(Train train);
  }

  /// @param turnarounds minutes from the push to the landing, of all that landed
  /// @param landedInTime how many had landed when the last change came
  public record Outcome(
      List<Double> turnarounds, int started, int good, int refusedGood, int landedInTime, double planMillis, int plans) {}

  private record Arrival(ChangeId change, double at, boolean bad, double risk, Set<ChangeId> enemies) {}

  private static final class Candidate {
    final Stack made;
    final int base;
    final double startedAt;
    final double endsAt;
    final boolean passes;
    Verdict verdict = Verdict.RUNNING;

    Candidate(Stack made, int base, double startedAt, double endsAt, boolean passes) {
      this.made = made;
      this.base = base;
      this.startedAt = startedAt;
      this.endsAt = endsAt;
      this.passes = passes;
    }
  }

  private final Load load;
  private final Random random;
  private final List<Arrival> arrivals = new ArrayList<>();
  private final double[] durations = new double[1 << 12];
  private int drawn;

  private final List<ChangeId> landed = new ArrayList<>();
  private final Set<ChangeId> landedSet = new HashSet<>();
  private final Set<ChangeId> gone = new HashSet<>();
  private final List<Arrival> waiting = new ArrayList<>();
  private final List<Candidate> candidates = new ArrayList<>();
  private double now;
  private double lastLanding;

  public Simulation(Load load, int changes, long seed) {
    this.load = load;
    random = new Random(seed);
    var pipeline = new PipelineName("shop");
    double at = 0;
    for (int number = 1; number <= changes; number++) {
      at += -Math.log(1 - random.nextDouble()) * 60 / load.perHour;
      double risk = Double.isInfinite(load.hint) ? load.bad : beta(load.bad * load.hint, (1 - load.bad) * load.hint);
      boolean bad = random.nextDouble() < risk;
      var enemies = new HashSet<ChangeId>();
      boolean conflicts = random.nextDouble() < load.conflicts;
      int before = 1 + random.nextInt(8);
      var change = new ChangeId(pipeline, number);
      if (conflicts && number > before) {
        Arrival enemy = arrivals.get(number - 1 - before);
        enemies.add(enemy.change);
        enemy.enemies.add(change);
      }
      arrivals.add(new Arrival(change, at, bad, Math.clamp(risk, 0.0, 1.0), enemies));
    }
    for (int trial = 0; trial < durations.length; trial++) {
      durations[trial] = MINUTES * Math.exp(SPREAD * random.nextGaussian() - SPREAD * SPREAD / 2);
    }
  }

  private double beta(double a, double b) {
    double x = gamma(a);
    double y = gamma(b);
    return x / (x + y);
  }

  private double gamma(double shape) {
    if (shape < 1) {
      return gamma(shape + 1) * Math.pow(random.nextDouble(), 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double x = random.nextGaussian();
      double v = Math.pow(1 + c * x, 3);
      if (v > 0 && Math.log(random.nextDouble()) < x * x / 2 + d - d * v + d * Math.log(v)) {
        return d * v;
      }
    }
  }

  /// What one would do who knows all results: each good change is tried once, on the good ones ahead of it, as soon as
  /// there is room, and lands when those ahead have. Each bad one is tried once too, so that its author sees it fail.
  public Outcome oracle() {
    var room = new PriorityQueue<Double>();
    for (int place = 0; place < load.room; place++) {
      room.add(0.0);
    }
    var turnarounds = new ArrayList<Double>();
    var good = new HashSet<ChangeId>();
    double head = 0;
    int inTime = 0;
    for (Arrival arrival : arrivals) {
      double end = Math.max(room.remove(), arrival.at) + duration();
      room.add(end);
      if (!arrival.bad && arrival.enemies.stream().noneMatch(good::contains)) {
        good.add(arrival.change);
        head = Math.max(head, end);
        turnarounds.add(head - arrival.at);
        inTime += head <= arrivals.getLast().at ? 1 : 0;
      }
    }
    return new Outcome(turnarounds, arrivals.size(), good.size(), 0, inTime, 0, 1);
  }

  public Outcome run(Contender contender, Rules rules) {
    return run(contender, rules, UnaryOperator.identity());
  }

  /// @param seen looks on at all that the contender is given
  Outcome run(Contender contender, Rules rules, UnaryOperator<Train> seen) {
    var turnarounds = new ArrayList<Double>();
    int started = 0;
    int refusedGood = 0;
    int inTime = 0;
    int next = 0;
    long nanos = 0;
    int plans = 0;
    while (next < arrivals.size() || !waiting.isEmpty()) {
      double arrives = next < arrivals.size() ? arrivals.get(next).at : Double.MAX_VALUE;
      Candidate ending =
          candidates.stream()
              .filter(candidate -> candidate.verdict == Verdict.RUNNING)
              .min(Comparator.comparingDouble(candidate -> candidate.endsAt))
              .orElse(null);
      if (ending == null && arrives == Double.MAX_VALUE) {
        throw new IllegalStateException("stuck with " + waiting.size() + ", " + train(rules));
      }
      if (ending == null || arrives <= ending.endsAt) {
        now = arrives;
        waiting.add(arrivals.get(next++));
      } else {
        now = ending.endsAt;
        ending.verdict = ending.passes ? Verdict.GREEN : Verdict.RED;
      }
      for (boolean again = true; again && !waiting.isEmpty(); ) {
        Train train = seen.apply(train(rules));
        long before = System.nanoTime();
        Plan plan = contender.plan(train);
        nanos += System.nanoTime() - before;
        plans++;
        again = plan.landing().isPresent() || !plan.refused().isEmpty();
        for (Plan.Refusal refusal : plan.refused()) {
          Arrival arrival = arrivals.get(refusal.change().number() - 1);
          boolean good = !arrival.bad && arrival.enemies.stream().noneMatch(landed::contains);
          refusedGood += good ? 1 : 0;
          gone.add(arrival.change);
          waiting.remove(arrival);
        }
        for (Plan.Drop drop : plan.drops()) {
          candidates.removeIf(
              candidate ->
                  candidate.verdict == Verdict.RUNNING
                      && current(candidate) == drop.current()
                      && relative(candidate).equals(drop.stack().changes()));
        }
        if (plan.landing().isPresent()) {
          for (ChangeId change : land(plan.landing().get().stack())) {
            double took = now - arrivals.get(change.number() - 1).at;
            turnarounds.add(took);
            inTime += now <= arrivals.getLast().at ? 1 : 0;
          }
        }
        tidy();
        for (Plan.Start start : plan.starts()) {
          started++;
          candidates.add(candidate(start.stack()));
        }
        long running = candidates.stream().filter(candidate -> candidate.verdict == Verdict.RUNNING).count();
        if (running == 0 && !again && !waiting.isEmpty()) {
          throw new IllegalStateException("stuck, with " + train + " and " + plan);
        }
        if (running > rules.room()) {
          throw new IllegalStateException(running + " candidates in room for " + rules.room());
        }
      }
    }
    return new Outcome(turnarounds, started, turnarounds.size() + refusedGood, refusedGood, inTime, nanos / 1e6, plans);
  }

  private Candidate candidate(Stack stack) {
    var all = new HashSet<>(landed);
    all.addAll(stack.changes());
    boolean good = stack.changes().stream().map(change -> arrivals.get(change.number() - 1)).allMatch(it -> fits(it, all));
    boolean flake = random.nextDouble() < load.flakes;
    return new Candidate(stack, landed.size(), now, now + duration(), good && !flake);
  }

  private static boolean fits(Arrival arrival, Set<ChangeId> all) {
    return !arrival.bad && arrival.enemies.stream().noneMatch(all::contains);
  }

  private double duration() {
    return durations[drawn++ % durations.length];
  }

  private List<ChangeId> land(Stack stack) {
    Candidate tested =
        candidates.stream()
            .filter(candidate -> candidate.verdict == Verdict.GREEN && current(candidate))
            .filter(candidate -> relative(candidate).equals(stack.changes()))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(stack + " lands and was not tested so"));
    landed.addAll(stack.changes());
    landedSet.addAll(stack.changes());
    var head = new ArrayList<>(landed.subList(0, tested.base));
    head.addAll(tested.made.changes());
    var all = new HashSet<>(landed);
    if (!head.equals(landed) || !landed.stream().allMatch(change -> fits(arrivals.get(change.number() - 1), all))) {
      throw new IllegalStateException("main is red, or is not what was tested");
    }
    waiting.removeIf(arrival -> stack.contains(arrival.change));
    return stack.changes();
  }

  /// Evidence of changes that have left is none any more.
  private void tidy() {
    candidates.removeIf(
        candidate -> relative(candidate).isEmpty() || candidate.made.changes().stream().anyMatch(gone::contains));
  }

  private List<ChangeId> relative(Candidate candidate) {
    return candidate.made.changes().stream().filter(change -> !isLanded(change)).toList();
  }

  private boolean isLanded(ChangeId change) {
    return landedSet.contains(change);
  }

  private boolean current(Candidate candidate) {
    List<ChangeId> since = landed.subList(candidate.base, landed.size());
    return since.size() <= candidate.made.changes().size()
        && since.equals(candidate.made.changes().subList(0, since.size()));
  }

  private Train train(Rules rules) {
    List<Entry> entries = waiting.stream().map(arrival -> new Entry(arrival.change, arrival.risk)).toList();
    List<Tried> tried =
        candidates.stream()
            .map(
                candidate ->
                    new Tried(
                        new Stack(relative(candidate)),
                        candidate.verdict,
                        current(candidate),
                        candidate.verdict == Verdict.RUNNING
                            ? Math.min(0.99, (now - candidate.startedAt) / MINUTES)
                            : 1))
            .toList();
    return new Train(rules, entries, tried, false);
  }

  public static double percentile(List<Double> values, int percent) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return sorted.length == 0 ? Double.NaN : sorted[Math.min(sorted.length - 1, sorted.length * percent / 100)];
  }
}
