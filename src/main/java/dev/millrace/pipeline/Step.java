package dev.millrace.pipeline;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

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

  /// The target branch moves to the candidate.
  record Promotion(StepName name) implements Step {}

  /// How long a step may take that says nothing.
  Duration DEFAULT_TIMEOUT = Duration.ofHours(1);
}
