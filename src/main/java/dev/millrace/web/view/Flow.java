package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import dev.millrace.queue.Carrier;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.statistics.Estimate;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Shift;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Window;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a pipeline's pictures are drawn from. What follows from the changes in flight is worked out once, when it is first
/// asked for: with hundreds of them each row and each place in the queue would ask anew.
public final class Flow {
  private final Definition definition;
  private final List<Change> changes;
  private final Map<StageName, Figures> figures;
  private final Window window;
  private final Turns turns;
  private final Map<StageName, Shift> shifts;
  private volatile @Nullable Map<StageName, Summary> recent;
  private volatile @Nullable Order order;
  private volatile @Nullable Forecasts forecasts;

  /// @param places whose turn it is, from 1
  /// @param before whose turn comes before a change's
  private record Order(
      Collection<IntegrationQueue> queues, Map<ChangeId, Integer> places, Map<ChangeId, ChangeId> before) {
    static Order of(List<Change> inFlight) {
      Collection<IntegrationQueue> queues = IntegrationQueue.of(inFlight).values();
      var places = new HashMap<ChangeId, Integer>();
      var before = new HashMap<ChangeId, ChangeId>();
      for (IntegrationQueue queue : queues) {
        List<Change> changes = queue.changes();
        for (int at = 0; at < changes.size(); at++) {
          places.put(changes.get(at).id(), at + 1);
          if (at > 0) {
            before.put(changes.get(at).id(), changes.get(at - 1).id());
          }
        }
      }
      return new Order(queues, places, before);
    }
  }

  /// How long each change of a queue will take, as it was expected at that time.
  private record Forecasts(Instant at, Map<ChangeId, Estimate> turns) {}

  /// @param changes those that have not ended and the last ones that have, newest first
  /// @param figures of each stage; one without trials may be missing
  /// @param window what the figures are of
  /// @param turns what is known of its queue besides its changes
  /// @param shifts how its stages are not what they were; without those that are
  public Flow(
      Definition definition,
      List<Change> changes,
      Map<StageName, Figures> figures,
      Window window,
      Turns turns,
      Map<StageName, Shift> shifts) {
    this.definition = definition;
    this.changes = List.copyOf(changes);
    this.figures = Map.copyOf(figures);
    this.window = window;
    this.turns = turns;
    this.shifts = Map.copyOf(shifts);
  }

  public Flow(Definition definition, List<Change> changes, Map<StageName, Figures> figures, Window window) {
    this(definition, changes, figures, window, Turns.NONE, Map.of());
  }

  public Definition definition() {
    return definition;
  }

  public List<Change> changes() {
    return changes;
  }

  public Map<StageName, Figures> figures() {
    return figures;
  }

  public Window window() {
    return window;
  }

  public Turns turns() {
    return turns;
  }

  public Map<StageName, Shift> shifts() {
    return shifts;
  }

  /// The same, and how its stages are not what they were.
  public Flow with(Map<StageName, Shift> found) {
    return new Flow(definition, changes, figures, window, turns, found);
  }

  /// The same, and what is known of its queue.
  public Flow queued(Turns known) {
    return new Flow(definition, changes, figures, window, known, shifts);
  }

  Pipeline pipeline() {
    return definition.pipeline();
  }

  Figures figures(StageName stage) {
    return figures.getOrDefault(stage, Figures.NONE);
  }

  /// The newest trials of a stage, whatever the window is: what is expected of the next one follows from them.
  Summary statistics(StageName stage) {
    return recent().getOrDefault(stage, Summary.NONE);
  }

  /// The newest trials of each stage.
  public static Map<StageName, Summary> recent(Map<StageName, Figures> figures) {
    return figures.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().recent()));
  }

  /// The changes on their way to the target, in the order of their turn.
  List<Change> queue() {
    return order().queues().stream()
        .flatMap(queue -> Stream.concat(queue.changes().stream(), queue.leaving().stream()))
        .toList();
  }

  /// Whose turn it is, from 1; 0 when it cannot land any more.
  int position(ChangeId id) {
    return order().places().getOrDefault(id, 0);
  }

  /// What a change that waits is tested in.
  Optional<Carrier> carrier(ChangeId id) {
    return order().queues().stream().flatMap(queue -> queue.carrier(id).stream()).findFirst();
  }

  /// Whose turn comes before this one's, if it has to wait for one.
  Optional<ChangeId> before(ChangeId id) {
    return Optional.ofNullable(order().before().get(id));
  }

  /// How long a change that has not ended will still take, with what comes before it.
  Estimate estimate(Change change, Instant now) {
    Forecasts known = forecasts;
    if (known == null || !known.at().equals(now)) {
      known = new Forecasts(now, turns(order().queues(), recent(), now));
      forecasts = known;
    }
    Estimate turn = known.turns().get(change.id());
    return turn == null ? alone(change, recent(), now) : turn;
  }

  /// @param inFlight the changes of its pipeline that have not ended
  public static Estimate estimate(
      Change change, List<Change> inFlight, Map<StageName, Summary> statistics, Instant now) {
    Estimate turn = turns(IntegrationQueue.of(inFlight).values(), statistics, now).get(change.id());
    return turn == null ? alone(change, statistics, now) : turn;
  }

  private static Map<ChangeId, Estimate> turns(
      Collection<IntegrationQueue> queues, Map<StageName, Summary> statistics, Instant now) {
    var turns = new HashMap<ChangeId, Estimate>();
    for (IntegrationQueue queue : queues) {
      turns.putAll(Estimate.turns(queue.changes(), statistics, now));
    }
    return turns;
  }

  private static Estimate alone(Change change, Map<StageName, Summary> statistics, Instant now) {
    return change.state() instanceof ChangeState.Moving
        ? Estimate.left(change, statistics, now)
        : Estimate.whole(change, statistics);
  }

  private Map<StageName, Summary> recent() {
    Map<StageName, Summary> known = recent;
    if (known == null) {
      known = recent(figures);
      recent = known;
    }
    return known;
  }

  private Order order() {
    Order known = order;
    if (known == null) {
      known = Order.of(changes.stream().filter(change -> !change.ended()).toList());
      order = known;
    }
    return known;
  }

  Change change(ChangeId id) {
    return changes.stream().filter(change -> change.id().equals(id)).findFirst().orElseThrow();
  }
}
