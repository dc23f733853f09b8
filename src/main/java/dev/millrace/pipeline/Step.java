package dev.millrace.pipeline;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One piece of work of a stage.
public sealed interface Step {
  StepName name();

  /// A command in a fresh container.
  ///
  /// @param image the container image, as `docker run` would name it
  /// @param command what `/bin/sh -ec` executes in the workspace
  /// @param environment variables, those of the pipeline included
  /// @param timeout how long the container may run, from its own start
  /// @param network whether the container reaches a network at all
  record Container(
      StepName name,
      Text image,
      Text command,
      Map<String, Text> environment,
      Duration timeout,
      Limits limits,
      boolean network)
      implements Step {
    public Container {
      environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
      if (!timeout.isPositive()) {
        throw new IllegalArgumentException("a time-out is more than nothing");
      }
    }
  }

  /// A branch moves to what was tested.
  ///
  /// @param to which one; null for the target of the pipeline's integration, which moves to the candidate. Any other
  ///     moves to what has landed
  /// @param method how another branch moves: by fast-forward only, or by a merge where that is not possible
  record Promotion(StepName name, @Nullable BranchName to, Method method) implements Step {
    public Promotion {
      if (method != Method.FAST_FORWARD && (to == null || method != Method.MERGE)) {
        throw new IllegalArgumentException("a branch follows by fast-forward or by merge");
      }
    }

    /// Of the target itself, which stands where its candidate was made and so can always just move.
    public Promotion(StepName name) {
      this(name, null, Method.FAST_FORWARD);
    }
  }

  /// How long a step may take that says nothing.
  Duration DEFAULT_TIMEOUT = Duration.ofHours(1);
}
