package dev.millrace.statistics;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// How long something will still take, from how long it took before when it passed.
///
/// It says how long it takes if nothing fails, and nothing at all where too little is known: a guess that is shown is
/// taken for a promise.
public sealed interface Estimate {
  /// How many passes there have to be before anything is said.
  int ENOUGH = 3;

  /// There were too few passes of something that is still to be done.
  record Unknown() implements Estimate {}

  /// @param usual what half of the passes needed no longer than
  /// @param late what 95 of 100 needed no longer than. Where things follow each other it is the sum, as if one slow day
  ///     made all of them slow, so it is rather too late than too early
  record Known(Duration usual, Duration late) implements Estimate {}

  /// Something in it takes longer than 95 of 100 passes did: it may end at any time, or never.
  record Overdue() implements Estimate {}

  Estimate UNKNOWN = new Unknown();
  Estimate NOTHING = new Known(Duration.ZERO, Duration.ZERO);

  /// What is left of one stage: what those passes still needed that had not ended after so long either.
  ///
  /// @param spent how long it has been running; zero if it has not begun
  static Estimate of(Summary summary, Duration spent) {
    List<Duration> passes = summary.passes();
    if (passes.size() < ENOUGH) {
      return UNKNOWN;
    }
    if (spent.compareTo(Summary.percentile(95, passes)) > 0) {
      return new Overdue();
    }
    int shorter = 0;
    while (passes.get(shorter).compareTo(spent) < 0) {
      shorter++;
    }
    List<Duration> longer = passes.subList(shorter, passes.size());
    return new Known(
        Summary.percentile(50, longer).minus(spent), Summary.percentile(95, longer).minus(spent));
  }

  /// First this, then the other.
  default Estimate then(Estimate next) {
    return switch (this) {
      case Unknown _ -> this;
      case Overdue _ -> next instanceof Unknown ? next : this;
      case Known(Duration usual, Duration late) ->
          switch (next) {
            case Unknown _, Overdue _ -> next;
            case Known(Duration more, Duration later) -> new Known(usual.plus(more), late.plus(later));
          };
    };
  }

  /// Both side by side.
  default Estimate and(Estimate other) {
    return switch (this) {
      case Unknown _ -> this;
      case Overdue _ -> other instanceof Unknown ? other : this;
      case Known(Duration usual, Duration late) ->
          switch (other) {
            case Unknown _, Overdue _ -> other;
            case Known(Duration more, Duration later) -> new Known(longer(usual, more), longer(late, later));
          };
    };
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) >= 0 ? one : other;
  }

  /// What is left of a change from now on: the longest way through the stages that have not passed.
  static Estimate left(Change change, Map<StageName, Summary> statistics, Instant now) {
    return left(change, all(change), statistics, now);
  }

  /// The same of its way to the target only.
  static Estimate leftToLanding(Change change, Map<StageName, Summary> statistics, Instant now) {
    return left(change, landing(change), statistics, now);
  }

  /// The whole way of a change that has not begun, or begins again.
  static Estimate whole(Change change, Map<StageName, Summary> statistics) {
    return whole(change, all(change), stage -> of(statistics.getOrDefault(stage, Summary.NONE), Duration.ZERO));
  }

  /// How long each of those will still take that are to land one behind the other. What is tested already stands on those
  /// ahead of it and lands with its own candidate; what waits is taken to begin when all that is tested has landed, which
  /// is late where there is more room.
  ///
  /// @param changes in the order of their turn
  static Map<ChangeId, Estimate> turns(List<Change> changes, Map<StageName, Summary> statistics, Instant now) {
    var turns = new LinkedHashMap<ChangeId, Estimate>();
    // of a stage that has not begun the same is expected, whosever it is: thousands may wait
    var known = new HashMap<StageName, Estimate>();
    Function<StageName, Estimate> fresh =
        stage -> known.computeIfAbsent(stage, its -> of(statistics.getOrDefault(its, Summary.NONE), Duration.ZERO));
    Estimate free = NOTHING;
    for (Change change : changes) {
      boolean begun = change.state() instanceof ChangeState.Moving;
      Set<StageName> landing = landing(change);
      turns.put(change.id(), begun ? left(change, statistics, now) : free.then(whole(change, all(change), fresh)));
      free = begun ? free.and(left(change, landing, statistics, now)) : free.then(whole(change, landing, fresh));
    }
    return turns;
  }

  private static Estimate left(Change change, Set<StageName> counted, Map<StageName, Summary> statistics, Instant now) {
    Map<StageName, StageState> states = change.stages();
    Map<StageName, Map<StepName, Attempt>> attempts = change.counting();
    return longest(
        change,
        counted,
        stage -> {
          StageState state = states.get(stage.name());
          return state == StageState.PASSED || state == StageState.SKIPPED
              ? NOTHING
              : of(statistics.getOrDefault(stage.name(), Summary.NONE), spent(attempts.getOrDefault(stage.name(), Map.of()), now));
        });
  }

  /// @param fresh what a stage takes that has not begun
  private static Estimate whole(Change change, Set<StageName> counted, Function<StageName, Estimate> fresh) {
    Map<StageName, StageState> states = change.stages();
    return longest(
        change, counted, stage -> states.get(stage.name()) == StageState.SKIPPED ? NOTHING : fresh.apply(stage.name()));
  }

  private static Estimate longest(Change change, Set<StageName> counted, Function<Stage, Estimate> one) {
    var ends = new HashMap<StageName, Estimate>();
    Estimate end = NOTHING;
    for (Stage stage : change.pipeline().stages()) {
      if (counted.contains(stage.name())) {
        Estimate before = NOTHING;
        for (StageName need : stage.needs()) {
          before = before.and(ends.getOrDefault(need, NOTHING));
        }
        Estimate its = before.then(one.apply(stage));
        ends.put(stage.name(), its);
        end = end.and(its);
      }
    }
    return end;
  }

  /// How long a stage has been running.
  private static Duration spent(Map<StepName, Attempt> attempts, Instant now) {
    return attempts.values().stream()
        .flatMap(attempt -> attempt.startedAt().stream())
        .min(java.util.Comparator.naturalOrder())
        .map(started -> Duration.between(started, now))
        .filter(Duration::isPositive)
        .orElse(Duration.ZERO);
  }

  private static Set<StageName> all(Change change) {
    return new HashSet<>(change.pipeline().stages().stream().map(Stage::name).toList());
  }

  /// The promotions and all that they need; everything where nothing promotes.
  private static Set<StageName> landing(Change change) {
    var counted = new HashSet<StageName>();
    for (Stage stage : change.pipeline().stages().reversed()) {
      if (stage.promotes() || counted.contains(stage.name())) {
        counted.add(stage.name());
        counted.addAll(stage.needs());
      }
    }
    return counted.isEmpty() ? all(change) : counted;
  }
}
