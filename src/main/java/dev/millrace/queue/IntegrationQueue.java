package dev.millrace.queue;

import dev.millrace.change.Aim;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The changes on their way to one target, in the order of their turn; computed from the changes in flight, never
/// stored.
///
/// A change is in it from its push until it has landed or no longer can. Those of higher priority come first, then who
/// came first.
///
/// @param changes those that can still land, in the order of their turn
/// @param leaving those that cannot land any more and only wait for something of theirs to end
public record IntegrationQueue(Target target, List<Change> changes, List<Change> leaving) {
  public IntegrationQueue {
    changes = List.copyOf(changes);
    leaving = List.copyOf(leaving);
  }

  public enum Standing {
    /// It has no candidate of its own; see [#carrier].
    WAITING,
    MERGING,
    TESTING,
    /// Everything before the promotion passed; it waits for those ahead, or is being promoted.
    PASSED,
    /// Still running something, though it cannot land any more.
    LEAVING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The queues of all targets that something is on its way to.
  public static Map<Target, IntegrationQueue> of(Collection<Change> inFlight) {
    Map<Target, List<Change>> byTarget =
        inFlight.stream()
            .filter(change -> change.aim() instanceof Aim.Integrate && !change.ended() && !change.landed())
            .sorted(ORDER)
            .collect(
                Collectors.groupingBy(
                    IntegrationQueue::target, () -> new TreeMap<>(Comparator.comparing(Target::toString)), Collectors.toList()));
    var queues = new TreeMap<Target, IntegrationQueue>(Comparator.comparing(Target::toString));
    byTarget.forEach(
        (target, changes) ->
            queues.put(
                target,
                new IntegrationQueue(
                    target,
                    changes.stream().filter(change -> standing(change) != Standing.LEAVING).toList(),
                    changes.stream().filter(change -> standing(change) == Standing.LEAVING).toList())));
    return queues;
  }

  private static final Comparator<Change> ORDER =
      Comparator.<Change>comparingInt(change -> -change.priority())
          .thenComparing(IntegrationQueue::since)
          .thenComparing(Change::id);

  public static Target target(Change change) {
    return switch (change.aim()) {
      case Aim.Integrate(var _, var into) -> new Target(change.pipeline().repository(), into);
      case Aim.Check _ -> throw new IllegalArgumentException(change.id() + " is not to be integrated");
    };
  }

  /// How many are before this one; 0 for the first, and for one that is not in it.
  public int ahead(ChangeId change) {
    return Math.max(0, changes.stream().map(Change::id).toList().indexOf(change));
  }

  /// What a change that waits is tested in; the smallest one, where there are several.
  public Optional<Carrier> carrier(ChangeId id) {
    if (changes.stream().noneMatch(change -> change.id().equals(id) && standing(change) == Standing.WAITING)) {
      return Optional.empty();
    }
    return changes.stream()
        .flatMap(change -> change.candidacies().stream())
        .filter(candidacy -> candidacy.running() && candidacy.open().contains(id))
        .map(Candidacy::open)
        .min(Comparator.comparingInt(List::size))
        .map(
            open ->
                new Carrier(
                    open.getLast(),
                    open.subList(0, open.size() - 1).stream().filter(other -> !other.equals(id)).toList()));
  }

  public static Standing standing(Change change) {
    return switch (change.state()) {
      case ChangeState.Leaving _, ChangeState.Ended _ -> Standing.LEAVING;
      case ChangeState.Queued _, ChangeState.Merging _, ChangeState.Moving _ -> {
        Standing best = Standing.WAITING;
        for (Candidacy candidacy : change.candidacies()) {
          Standing one =
              switch (candidacy.state()) {
                case Candidacy.State.Merging _ -> Standing.MERGING;
                case Candidacy.State.Testing _ -> Standing.TESTING;
                case Candidacy.State.Passed _ when candidacy.current() -> Standing.PASSED;
                case Candidacy.State.Passed _,
                    Candidacy.State.Failed _,
                    Candidacy.State.Conflicted _,
                    Candidacy.State.Dropped _,
                    Candidacy.State.Landed _ ->
                    Standing.WAITING;
              };
          best = one.compareTo(best) > 0 ? one : best;
        }
        yield best;
      }
    };
  }

  /// What the policy decides from. A candidate is tested by the definition of its top and vouches for all it holds, so
  /// only as many changes as follow one definition are on the train; the others follow when these have gone.
  public Train train(Map<PipelineName, Odds> odds, boolean held) {
    List<Change> alike = alike();
    Set<ChangeId> ids = alike.stream().map(Change::id).collect(Collectors.toCollection(HashSet::new));
    List<Entry> entries = alike.stream().map(change -> new Entry(change.id(), risk(change, odds))).toList();
    var tried = new ArrayList<Tried>();
    for (Change change : alike) {
      for (Candidacy candidacy : change.candidacies()) {
        if (!candidacy.open().isEmpty() && ids.containsAll(candidacy.open())) {
          verdict(candidacy)
              .ifPresent(
                  verdict ->
                      tried.add(
                          new Tried(
                              new Stack(candidacy.open()), verdict, candidacy.current(), progress(change, candidacy))));
        }
      }
    }
    return new Train(rules(alike), entries, tried, held);
  }

  /// Those at the front that follow the same definition.
  private List<Change> alike() {
    return changes.isEmpty()
        ? List.of()
        : changes.stream().takeWhile(change -> alike(changes.getFirst(), change)).toList();
  }

  private static boolean alike(Change one, Change other) {
    return one.id().pipeline().equals(other.id().pipeline())
        && one.values().equals(other.values())
        && (one.definition() == other.definition() || one.definition().text().equals(other.definition().text()));
  }

  /// How often one in a hundred candidates fails that should not; until the pipeline has shown otherwise.
  private static final double FLAKINESS = 0.02;

  private static Rules rules(List<Change> alike) {
    Integration integration = alike.isEmpty() ? null : alike.getFirst().pipeline().integration();
    return integration == null
        ? new Rules(1, 1, false, FLAKINESS)
        : new Rules(integration.parallel(), integration.batch(), integration.everyCommit(), FLAKINESS);
  }

  /// How probable it is that the change fails, as far as one knows before it is tried.
  public static double risk(Change change, Map<PipelineName, Odds> odds) {
    return odds.getOrDefault(change.id().pipeline(), Odds.UNKNOWN).risk(change.commit().author(), 0);
  }

  private static Optional<Tried.Verdict> verdict(Candidacy candidacy) {
    return switch (candidacy.state()) {
      case Candidacy.State.Merging _, Candidacy.State.Testing _ -> Optional.of(Tried.Verdict.RUNNING);
      case Candidacy.State.Passed _ -> Optional.of(Tried.Verdict.GREEN);
      case Candidacy.State.Failed _ -> Optional.of(Tried.Verdict.RED);
      case Candidacy.State.Conflicted _ -> Optional.of(Tried.Verdict.CONFLICT);
      case Candidacy.State.Dropped _, Candidacy.State.Landed _ -> Optional.empty();
    };
  }

  private static double progress(Change change, Candidacy candidacy) {
    return switch (candidacy.state()) {
      case Candidacy.State.Merging _ -> 0;
      case Candidacy.State.Testing(var _, Candidate candidate, var _) -> {
        Map<StageName, StageState> stages = change.on(candidate).stages();
        Set<StageName> tests = change.pipeline().tests();
        long passed = tests.stream().filter(stage -> stages.get(stage) == StageState.PASSED).count();
        yield tests.isEmpty() ? 1 : (double) passed / tests.size();
      }
      case Candidacy.State.Passed _,
          Candidacy.State.Failed _,
          Candidacy.State.Conflicted _,
          Candidacy.State.Dropped _,
          Candidacy.State.Landed _ ->
          1;
    };
  }

  public static Instant since(Change change) {
    return switch (change.state()) {
      case ChangeState.Queued(var since, var _) -> since;
      case ChangeState.Merging(var since, var _) -> since;
      case ChangeState.Moving(var since) -> since;
      case ChangeState.Leaving leaving -> leaving.since();
      case ChangeState.Ended ended -> ended.at();
    };
  }

  /// `main <- shop#1(testing main+shop#1) <- shop#2(waiting)`
  @Override
  public String toString() {
    var line = new StringBuilder(target.branch().text());
    for (Change change : changes) {
      line.append(" <- ").append(change.id()).append('(').append(standing(change));
      change.candidacies().stream()
          .filter(Candidacy::running)
          .filter(its -> its.open().size() > 1)
          .forEach(its -> line.append(' ').append(new Stack(its.open())));
      line.append(')');
    }
    leaving.forEach(change -> line.append(" <- ").append(change.id()).append("(leaving)"));
    return line.toString();
  }
}
