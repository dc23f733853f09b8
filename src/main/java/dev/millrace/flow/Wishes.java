package dev.millrace.flow;

import dev.millrace.pipeline.PipelineName;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What somebody wants of a push besides what it brings.
///
/// @param priority what comes first in the queue: the higher one; 0 as a rule
/// @param pipeline the only one that is to take it; null for every one that would
/// @param parameters by name; each pipeline takes those that it declares
public record Wishes(int priority, @Nullable PipelineName pipeline, Map<String, String> parameters) {
  public static final Wishes NONE = new Wishes(0, null, Map.of());

  /// The priority of what is to go before others.
  public static final int URGENT = 1;

  public Wishes {
    parameters = Map.copyOf(parameters);
  }
}
