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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a pipeline's pictures are drawn from.
///
/// @param changes those that have not ended and the last ones that have, newest first
/// @param figures of each stage; one without trials may be missing
/// @param window what the figures are of
/// @param turns what is known of its queue besides its changes
/// @param shifts how its stages are not what they were; without those that are
public record Flow(
    Definition definition,
    List<Change> changes,
    Map<StageName, Figures> figures,
    Window window,
    Turns turns,
    Map<StageName, Shift> shifts) {
  public Flow {
    shifts = Map.copyOf(shifts);
    changes = List.copyOf(changes);
    figures = Map.copyOf(figures);
  }

  public Flow(Definition definition, List<Change> changes, Map<StageName, Figures> figures, Window window) {
    this(definition, changes, figures, window, Turns.NONE, Map.of());
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
    return figures(stage).recent();
  }

  /// The newest trials of each stage.
  public static Map<StageName, Summary> recent(Map<StageName, Figures> figures) {
    return figures.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().recent()));
  }

  /// The changes on their way to the target, in the order of their turn.
  List<Change> queue() {
    return queues().stream().flatMap(queue -> Stream.concat(queue.changes().stream(), queue.leaving().stream())).toList();
  }

  /// Whose turn it is, from 1; 0 when it cannot land any more.
  int position(ChangeId id) {
    for (IntegrationQueue queue : queues()) {
      int at = queue.changes().stream().map(Change::id).toList().indexOf(id);
      if (at >= 0) {
        return at + 1;
      }
    }
    return 0;
  }

  /// What a change that waits is tested in.
  Optional<Carrier> carrier(ChangeId id) {
    return queues().stream().flatMap(queue -> queue.carrier(id).stream()).findFirst();
  }

  /// Whose turn comes before this one's, if it has to wait for one.
  Optional<ChangeId> before(ChangeId id) {
    for (IntegrationQueue queue : queues()) {
      @Nullable ChangeId before = null;
      for (Change change : queue.changes()) {
        if (change.id().equals(id)) {
          return Optional.ofNullable(before);
        }
        before = change.id();
      }
    }
    return Optional.empty();
  }

  /// How long a change that has not ended will still take, with what comes before it.
  Estimate estimate(Change change, Instant now) {
    return estimate(change, changes.stream().filter(one -> !one.ended()).toList(), recent(figures), now);
  }

  /// @param inFlight the changes of its pipeline that have not ended
  public static Estimate estimate(
      Change change, List<Change> inFlight, Map<StageName, Summary> statistics, Instant now) {
    Map<ChangeId, Change> byId = inFlight.stream().collect(Collectors.toMap(Change::id, one -> one));
    for (IntegrationQueue queue : IntegrationQueue.of(inFlight).values()) {
      List<Change> order =
          queue.changes().stream().flatMap(entry -> Stream.ofNullable(byId.get(entry.id()))).toList();
      if (order.stream().anyMatch(one -> one.id().equals(change.id()))) {
        return Estimate.turns(order, statistics, now).getOrDefault(change.id(), Estimate.UNKNOWN);
      }
    }
    return change.state() instanceof ChangeState.Moving ? Estimate.left(change, statistics, now) : Estimate.whole(change, statistics);
  }

  private Collection<IntegrationQueue> queues() {
    return IntegrationQueue.of(changes.stream().filter(change -> !change.ended()).toList()).values();
  }

  Change change(ChangeId id) {
    return changes.stream().filter(change -> change.id().equals(id)).findFirst().orElseThrow();
  }
}
