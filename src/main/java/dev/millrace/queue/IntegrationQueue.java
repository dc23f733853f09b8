package dev.millrace.queue;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The changes on their way to one target, first come first served; computed from the changes in flight, never stored.
///
/// A change is in it from its push until it has landed or no longer can. The first ones have a place: a candidate of
/// theirs is made and tested. How many have one is the pipeline's `parallel`.
///
/// @param entries in the order of their turn
public record IntegrationQueue(Target target, List<Entry> entries) {
  public IntegrationQueue {
    entries = List.copyOf(entries);
  }

  /// @param room how many candidates the change's pipeline allows at once
  public record Entry(ChangeId change, Standing standing, int room) {}

  public enum Standing {
    WAITING,
    MERGING,
    TESTING,
    /// Still running something, though it cannot land any more: it holds no place.
    LOST
  }

  /// The queues of all targets that something is on its way to.
  public static Map<Target, IntegrationQueue> of(Collection<Change> inFlight) {
    return inFlight.stream()
        .filter(IntegrationQueue::belongs)
        .sorted(Comparator.comparing(IntegrationQueue::since).thenComparing(Change::id))
        .collect(
            Collectors.groupingBy(
                IntegrationQueue::target,
                () -> new TreeMap<>(Comparator.comparing(Target::toString)),
                Collectors.collectingAndThen(
                    Collectors.toList(), changes -> new IntegrationQueue(target(changes.getFirst()), entries(changes)))));
  }

  public static Target target(Change change) {
    return switch (change.aim()) {
      case Aim.Integrate(var _, var into) -> new Target(change.pipeline().repository(), into);
      case Aim.Check _ -> throw new IllegalArgumentException(change.id() + " is not to be integrated");
    };
  }

  /// Those whose turn has come: waiting ones, as long as there are places.
  public List<ChangeId> admitted() {
    long taken = holders().count();
    return entries.stream()
        .filter(entry -> entry.standing() == Standing.WAITING)
        .limit(Math.max(0, room() - taken))
        .map(Entry::change)
        .toList();
  }

  /// How many are before this one; 0 for the first, and for one that is not in it.
  public int ahead(ChangeId change) {
    List<ChangeId> order =
        entries.stream().filter(entry -> entry.standing() != Standing.LOST).map(Entry::change).toList();
    return Math.max(0, order.indexOf(change));
  }

  private int room() {
    return entries.stream().mapToInt(Entry::room).min().orElse(1);
  }

  private Stream<Entry> holders() {
    return entries.stream()
        .filter(entry -> entry.standing() == Standing.MERGING || entry.standing() == Standing.TESTING);
  }

  private static boolean belongs(Change change) {
    return change.aim() instanceof Aim.Integrate && !change.ended() && !change.landed();
  }

  private static List<Entry> entries(List<Change> changes) {
    return changes.stream().map(change -> new Entry(change.id(), standing(change), room(change))).toList();
  }

  private static int room(Change change) {
    Integration integration = change.pipeline().integration();
    return integration == null ? 1 : integration.parallel();
  }

  private static Standing standing(Change change) {
    return switch (change.state()) {
      case ChangeState.Queued _ -> Standing.WAITING;
      case ChangeState.Merging _ -> Standing.MERGING;
      case ChangeState.Moving _ -> canLand(change) ? Standing.TESTING : Standing.LOST;
      case ChangeState.Cancelling _, ChangeState.Ended _ -> Standing.LOST;
    };
  }

  private static Instant since(Change change) {
    return switch (change.state()) {
      case ChangeState.Queued(var since, var _) -> since;
      case ChangeState.Merging(var since, var _) -> since;
      case ChangeState.Moving(var since) -> since;
      case ChangeState.Cancelling(var since, var _) -> since;
      case ChangeState.Ended ended -> ended.at();
    };
  }

  /// Whether nothing that its promotion needs has failed, be it one step of a stage that still runs others.
  static boolean canLand(Change change) {
    Pipeline pipeline = change.pipeline();
    return pipeline.stages().stream()
        .filter(Stage::promotes)
        .anyMatch(
            gate ->
                closure(pipeline, gate).stream()
                    .flatMap(stage -> change.counting(stage).values().stream())
                    .allMatch(attempt -> !attempt.ended() || attempt.passed()));
  }

  /// The stage and all that it needs, directly or not.
  private static Set<StageName> closure(Pipeline pipeline, Stage stage) {
    var names = new HashSet<>(Set.of(stage.name()));
    stage.needs().forEach(need -> names.addAll(closure(pipeline, pipeline.stage(need))));
    return names;
  }

  /// `main <- shop#1(testing) <- shop#2(waiting)`
  @Override
  public String toString() {
    return entries.stream()
        .map(entry -> " <- " + entry.change() + "(" + entry.standing().name().toLowerCase(java.util.Locale.ROOT) + ")")
        .collect(Collectors.joining("", target.branch().text(), ""));
  }
}
