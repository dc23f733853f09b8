package dev.millrace.flow;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.queue.Hold;
import dev.millrace.queue.Target;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// All that decisions are made from.
///
/// @param definitions today's definition of every pipeline
/// @param numbers the number of each pipeline's last change; also of pipelines that are no longer defined
/// @param changes the changes that have not ended
/// @param holds the queues that people have stopped
/// @param experience what earlier changes have shown
public record InFlight(
    Map<PipelineName, Definition> definitions,
    Map<PipelineName, Integer> numbers,
    SortedMap<ChangeId, Change> changes,
    Map<Target, Hold> holds,
    Experience experience) {
  public InFlight {
    definitions = Map.copyOf(definitions);
    numbers = Map.copyOf(numbers);
    changes = Collections.unmodifiableSortedMap(new TreeMap<>(changes));
    holds = Map.copyOf(holds);
  }

  /// Without a queue that is held, and without experience.
  public InFlight(
      Map<PipelineName, Definition> definitions,
      Map<PipelineName, Integer> numbers,
      SortedMap<ChangeId, Change> changes) {
    this(definitions, numbers, changes, Map.of(), Experience.NONE);
  }

  public static final InFlight NOTHING = new InFlight(Map.of(), Map.of(), new TreeMap<>());
}
