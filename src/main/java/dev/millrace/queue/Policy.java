package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import dev.millrace.queue.Evidence.Trial;
import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Decides which candidates are tried, dropped and landed: a pure function of the train.
///
/// What is not known is imagined: a hundred worlds, as probable as the evidence makes them, in each of which every change
/// is good or bad and any two go together or do not ([Beliefs]). A candidate is worth what it is expected to land in
/// them, given all that runs already ([Forecast]); the best is started, again and again, while there is room and it is
/// worth it. Groups, bets against a change and second looks all follow from that. Three things do not: a change that is
/// more likely bad than good, or much likelier to be bad than the others, goes to the side lane, where it is tried by
/// itself while the others go on without it; only what failed by itself, and failed twice with nothing else to blame, is
/// refused; and what lands has passed as it lands.
public final class Policy {
  static final int WORLDS = 128;
  /// How many changes that have not been tried are thought of.
  private static final int FRESH = 24;

  /// So many reds that nothing else explains are no chance, whatever the probabilities say.
  private static final int PROOF = 3;

  /// How many times as probable as of the others it must be that a change fails, for it to be tried by itself first.
  private static final double RISKIER = 2;

  /// What a candidate is worth, for each landing it brings, that leaves out one that may well pass.
  private static final double OUT_OF_ORDER = 0.85;

  private static final Comparator<Ending> ORDER =
      Comparator.comparing(Ending::remaining)
          .thenComparing(ending -> ending.line.size())
          .thenComparing(ending -> ending.line.mask())
          .thenComparing(ending -> ending.line.changes().toString());

  private final Train train;
  private final Tuning tuning;
  private final Rules rules;
  private final Evidence evidence;
  private final Beliefs beliefs;
  private final List<World> worlds;
  private final double[] weights;
  private final long suspects;
  private final Sentences sentences;

  public static Plan plan(Train train) {
    return plan(train, Tuning.STANDARD);
  }

  static Plan plan(Train train, Tuning tuning) {
    return new Policy(train, tuning).plan();
  }

  private Policy(Train train, Tuning tuning) {
    this.train = train;
    this.tuning = tuning;
    rules = train.rules();
    evidence = new Evidence(train, FRESH);
    beliefs = new Beliefs(evidence, rules.flakiness(), tuning.conflict());
    worlds = beliefs.worlds(WORLDS);
    weights = new double[evidence.size()];
    long suspicious = 0;
    for (int bit = 0; bit < weights.length; bit++) {
      weights[bit] = 1;
      if (beliefs.bad(bit) >= tuning.suspect() || likely(bit)) {
        suspicious |= 1L << bit;
      }
    }
    suspects = suspicious;
    sentences = new Sentences(train, evidence, this::suspect);
  }

  /// Nothing has failed with it yet, but that is to be feared more than of the others. Among them it would be below all
  /// that come later, and these would fall with it.
  private boolean likely(int bit) {
    double risk = beliefs.bad(bit);
    double others = 0;
    for (int other = 0; other < evidence.size(); other++) {
      others += other == bit ? 0 : evidence.risk(other);
    }
    return risk >= tuning.likely()
        && risk * (evidence.size() - 1) > RISKIER * others
        && evidence.trials(Verdict.RED).stream().noneMatch(trial -> (trial.line().mask() >> bit & 1) != 0);
  }

  private boolean suspect(ChangeId change) {
    return evidence.reaches(change) && (suspects >> evidence.bit(change) & 1) != 0
        || beliefs.blame(change) >= tuning.suspect();
  }

  private Plan plan() {
    Optional<Plan.Landing> landing = train.held() ? Optional.empty() : landing();
    if (landing.isPresent()) {
      return new Plan(landing, List.of(), List.of(), List.of(), places(Set.of(), Set.of()));
    }
    List<Plan.Refusal> refused = refused();
    if (!refused.isEmpty()) {
      return without(refused);
    }
    List<Plan.Drop> drops = drops();
    var gone = new HashSet<Tried>();
    for (Tried tried : train.tried()) {
      if (tried.verdict() == Verdict.RUNNING
          && drops.stream().anyMatch(drop -> drop.stack().equals(tried.stack()) && drop.current() == tried.current())) {
        gone.add(tried);
      }
    }
    List<Plan.Start> starts = train.held() ? List.of() : starts(gone);
    var tested = new HashSet<ChangeId>();
    starts.forEach(start -> tested.addAll(start.stack().changes()));
    return new Plan(Optional.empty(), List.of(), drops, starts, places(gone, tested));
  }

  /// The plan for those that are left, once these are out.
  private Plan without(List<Plan.Refusal> refused) {
    var out = new HashSet<ChangeId>();
    refused.forEach(refusal -> out.add(refusal.change()));
    var drops = new ArrayList<Plan.Drop>();
    var left = new ArrayList<Tried>();
    for (Tried tried : train.tried()) {
      Optional<ChangeId> held = tried.stack().changes().stream().filter(out::contains).findFirst();
      if (held.isEmpty()) {
        left.add(tried);
      } else if (tried.verdict() == Verdict.RUNNING) {
        drops.add(new Plan.Drop(tried.stack(), tried.current(), Sentences.holds(held.get())));
      }
    }
    List<Entry> entries = train.entries().stream().filter(entry -> !out.contains(entry.change())).toList();
    Plan rest = plan(new Train(rules, entries, left, train.held()), tuning);
    drops.addAll(rest.drops());
    return new Plan(rest.landing(), refused, drops, rest.starts(), rest.places());
  }

  private Optional<Plan.Landing> landing() {
    List<Trial> greens =
        evidence.current(Verdict.GREEN).stream()
            .filter(trial -> !rules.everyCommit() || trial.line().size() == 1)
            .sorted(
                Comparator.comparing((Trial trial) -> -trial.line().size())
                    .thenComparing(trial -> trial.line().mask()))
            .toList();
    if (greens.isEmpty()) {
      return Optional.empty();
    }
    Trial best = greens.getFirst();
    if (tuning.patience()) {
      long all = 0;
      for (int bit = 0; bit < evidence.size(); bit++) {
        all |= 1L << bit;
      }
      Forecast later = forecast();
      all(later, Set.of(), List.of());
      double least = running().isEmpty() ? Double.MAX_VALUE : later.waiting(all & ~suspects);
      Trial found = null;
      for (Trial green : greens) {
        Forecast now = forecast();
        now.ends(green.line(), 0, true);
        all(now, Set.of(), List.of());
        double waiting = now.waiting(all & ~suspects);
        if (waiting < least - 1e-9) {
          least = waiting;
          found = green;
        }
      }
      if (found == null) {
        return Optional.empty();
      }
      best = found;
    }
    return Optional.of(new Plan.Landing(best.line().stack(), sentences.lands(best.line().stack())));
  }

  private Forecast forecast() {
    return new Forecast(worlds, rules.everyCommit(), beliefs.flakiness(), weights);
  }

  /// Those that can land.
  private List<Trial> running() {
    return evidence.current(Verdict.RUNNING);
  }

  private record Ending(Line line, double remaining, boolean green) {}

  /// Lets all end that run, or have passed and wait, but for those that are gone, and these that start now; what each
  /// is expected to land that none before it does.
  private Map<Line, Double> all(Forecast forecast, Set<Tried> gone, List<Line> starting) {
    var endings = new ArrayList<Ending>();
    for (Trial trial : evidence.current(Verdict.RUNNING)) {
      if (!gone.contains(trial.tried())) {
        endings.add(new Ending(trial.line(), remaining(trial), false));
      }
    }
    starting.forEach(line -> endings.add(new Ending(line, 1, false)));
    endings.sort(ORDER);
    double soonest = endings.isEmpty() ? 0 : endings.getFirst().remaining;
    evidence.current(Verdict.GREEN).stream()
        .map(trial -> new Ending(trial.line(), soonest, true))
        .sorted(ORDER.reversed())
        .forEach(endings::add);
    if (rules.everyCommit()) {
      endings.sort(Comparator.comparing(ending -> ending.line.size()));
    }
    var gains = new HashMap<Line, Double>();
    endings.forEach(
        ending -> gains.put(ending.line, forecast.ends(ending.line, ending.remaining, ending.green)));
    return gains;
  }

  private double remaining(Trial trial) {
    return 1 - Math.clamp(trial.tried().progress(), 0, 1);
  }

  private List<Plan.Refusal> refused() {
    var refused = new ArrayList<Plan.Refusal>();
    for (int bit = 0; bit < evidence.size(); bit++) {
      long only = 1L << bit;
      Stack alone = Stack.of(evidence.change(bit));
      if (evidence.current(Verdict.CONFLICT).stream().anyMatch(trial -> trial.line().mask() == only)) {
        refused.add(new Plan.Refusal(alone.top(), alone, Sentences.conflicts(alone.top())));
        continue;
      }
      int reds = 0;
      boolean byItself = false;
      for (Trial trial : evidence.trials(Verdict.RED)) {
        long mask = trial.line().mask();
        if ((mask & only) != 0 && innocent(mask & ~only)) {
          reds++;
          byItself |= mask == only;
        }
      }
      if (byItself && reds > 1 && (beliefs.bad(bit) >= tuning.suspect() || reds > PROOF)) {
        refused.add(new Plan.Refusal(alone.top(), alone, Sentences.refused(alone.top(), reds)));
      }
    }
    return refused;
  }

  private boolean innocent(long mask) {
    return mask == 0
        || evidence.trials(Verdict.GREEN).stream().anyMatch(trial -> (mask & ~trial.line().mask()) == 0);
  }

  private List<Plan.Drop> drops() {
    var drops = new ArrayList<Plan.Drop>();
    Map<Line, Double> gains = all(forecast(), Set.of(), List.of());
    for (Trial trial : running()) {
      Line line = trial.line();
      boolean sideLane = line.size() == 1 && (line.mask() & suspects) != 0;
      if (!sideLane) {
        if (passes(line) < tuning.hopeless()) {
          drops.add(new Plan.Drop(line.stack(), true, sentences.hopeless(line.stack())));
        } else if (!rules.everyCommit() && trial.tried().progress() > 0 && gains.getOrDefault(line, 0.0) < tuning.idle()) {
          drops.add(new Plan.Drop(line.stack(), true, Sentences.idle()));
        }
      }
    }
    for (Trial trial : evidence.trials(Verdict.RUNNING)) {
      boolean sideLane = trial.line().size() == 1 && (trial.line().mask() & suspects) != 0;
      if (!trial.tried().current() && !sideLane) {
        drops.add(new Plan.Drop(trial.line().stack(), false, Sentences.stranded()));
      }
    }
    return drops;
  }

  private double passes(Line line) {
    int passing = 0;
    for (World world : worlds) {
      passing += world.passes(line.mask()) ? 1 : 0;
    }
    return passing / (double) WORLDS;
  }

  private List<Plan.Start> starts(Set<Tried> gone) {
    var starts = new ArrayList<Plan.Start>();
    int used = 0;
    for (Tried tried : train.tried()) {
      if (tried.verdict() == Verdict.RUNNING && !gone.contains(tried)) {
        used++;
      }
    }
    var taken = new HashSet<Stack>();
    for (Tried tried : train.tried()) {
      boolean runs = tried.verdict() == Verdict.RUNNING && !gone.contains(tried);
      boolean known = tried.verdict() == Verdict.GREEN || tried.verdict() == Verdict.CONFLICT;
      boolean failed = tried.verdict() == Verdict.RED && tried.stack().changes().size() > 1;
      if (runs || tried.current() && (known || failed)) {
        taken.add(tried.stack());
      }
    }
    var starting = new ArrayList<Line>();
    var lane = new ArrayList<Line>();
    var order = new ArrayList<Integer>();
    double cumulated = 0;
    for (int bit = 0; bit < evidence.size(); bit++) {
      if ((suspects >> bit & 1) == 0) {
        if (order.size() < 4 || cumulated <= tuning.reachRisk()) {
          order.add(bit);
        }
        cumulated += beliefs.blame(bit) + tuning.conflict() * 8;
      } else {
        long only = 1L << bit;
        if (evidence.trials(Verdict.RUNNING).stream().noneMatch(trial -> trial.line().mask() == only)
            && !taken.contains(Stack.of(evidence.change(bit)))) {
          lane.add(Line.EMPTY.with(evidence.change(bit), bit));
        }
      }
    }
    int most =
        rules.everyCommit() ? 1 : Math.clamp(Math.ceilDiv(order.size(), rules.room()), 1, rules.batch());
    while (used < rules.room()) {
      Forecast forecast = forecast();
      all(forecast, gone, starting);
      Line best =
          forecast.best(
              evidence,
              order,
              most,
              line ->
                  taken.contains(line.stack()) || passes(line) < tuning.hopeless()
                      ? 0
                      : forecast.gain(line) * (inOrder(line, order) ? 1 : OUT_OF_ORDER));
      double gain = best.mask() == 0 ? 0 : forecast.gain(best);
      if (!lane.isEmpty()) {
        Line first = lane.getFirst();
        double good = 1 - beliefs.bad(evidence.bit(first.changes().getFirst()));
        if (Math.max(good, tuning.worth()) >= gain) {
          lane.removeFirst();
          starting.add(first);
          taken.add(first.stack());
          starts.add(new Plan.Start(first.stack(), sentences.aside(first.changes().getFirst())));
          used++;
          continue;
        }
      }
      if (best.mask() == 0 || gain < tuning.worth() && used > 0) {
        break;
      }
      starts.add(new Plan.Start(best.stack(), sentences.starts(best.stack(), forecast.added(best))));
      starting.add(best);
      taken.add(best.stack());
      used++;
    }
    if (used == 0 && !train.entries().isEmpty()) {
      Stack first = Stack.of(train.entries().getFirst().change());
      if (!taken.contains(first)) {
        starts.add(new Plan.Start(first, sentences.starts(first, 1)));
      }
    }
    return starts;
  }

  /// Whether it leaves out none that is ahead of one it holds.
  private static boolean inOrder(Line line, List<Integer> order) {
    int last = 63 - Long.numberOfLeadingZeros(line.mask());
    return order.stream().allMatch(bit -> bit > last || (line.mask() >> bit & 1) != 0);
  }

  private Map<ChangeId, Plan.Place> places(Set<Tried> gone, Set<ChangeId> starting) {
    var tested = new HashSet<>(starting);
    for (Tried tried : train.tried()) {
      if (tried.current() && tried.verdict() == Verdict.GREEN
          || tried.verdict() == Verdict.RUNNING && !gone.contains(tried)) {
        tested.addAll(tried.stack().changes());
      }
    }
    var blocked = new HashSet<ChangeId>();
    for (Trial trial : evidence.current(Verdict.CONFLICT)) {
      blocked.add(trial.tried().stack().top());
    }
    var places = new HashMap<ChangeId, Plan.Place>();
    for (Entry entry : train.entries()) {
      ChangeId change = entry.change();
      double risk = evidence.reaches(change) ? beliefs.blame(change) : entry.risk();
      Plan.Standing standing =
          risk >= tuning.suspect() || suspect(change)
              ? Plan.Standing.SUSPECT
              : tested.contains(change)
                  ? Plan.Standing.TESTED
                  : blocked.contains(change) ? Plan.Standing.BLOCKED : Plan.Standing.WAITING;
      places.put(change, new Plan.Place(places.size() + 1, standing, risk));
    }
    return places;
  }
}
