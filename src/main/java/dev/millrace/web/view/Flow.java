package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Window;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a pipeline's pictures are drawn from.
///
/// @param changes those that have not ended and the last ones that have, newest first
/// @param figures of each stage; one without trials may be missing
/// @param window what the figures are of
public record Flow(Definition definition, List<Change> changes, Map<StageName, Figures> figures, Window window) {
  public Flow {
    changes = List.copyOf(changes);
    figures = Map.copyOf(figures);
  }

  Pipeline pipeline() {
    return definition.pipeline();
  }

  Figures figures(StageName stage) {
    return figures.getOrDefault(stage, Figures.NONE);
  }

  /// The newest trials of every stage that has some.
  public Map<StageName, Summary> statistics() {
    return figures.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().recent()));
  }

  /// The newest trials of a stage, whatever the window is: what is expected of the next one follows from them.
  Summary statistics(StageName stage) {
    return figures(stage).recent();
  }

  /// The changes on their way to the target, in the order of their turn.
  List<IntegrationQueue.Entry> queue() {
    return queues().stream().flatMap(queue -> queue.entries().stream()).toList();
  }

  /// Whose turn comes before this one's, if it has to wait for one.
  Optional<ChangeId> before(ChangeId id) {
    for (IntegrationQueue queue : queues()) {
      @Nullable ChangeId before = null;
      for (IntegrationQueue.Entry entry : queue.entries()) {
        if (entry.change().equals(id)) {
          return Optional.ofNullable(before);
        }
        before = entry.standing() == IntegrationQueue.Standing.LOST ? before : entry.change();
      }
    }
    return Optional.empty();
  }

  private Collection<IntegrationQueue> queues() {
    return IntegrationQueue.of(changes.stream().filter(change -> !change.ended()).toList()).values();
  }

  Change change(ChangeId id) {
    return changes.stream().filter(change -> change.id().equals(id)).findFirst().orElseThrow();
  }
}
