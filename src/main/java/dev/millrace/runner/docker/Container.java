package dev.millrace.runner.docker;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A container as the engine described it a moment ago; `image` is the id of its image, which is computed from the
/// content, if the engine says it.
sealed interface Container {
  String id();

  Map<String, String> labels();

  /// It was never started.
  record Created(String id, Map<String, String> labels) implements Container {}

  record Running(String id, Map<String, String> labels, @Nullable String image, Instant startedAt) implements Container {}

  /// It ended, never before it started: the engine takes the start down only when the process has long been running, and
  /// so a short one is written down as over a moment before its own beginning.
  record Exited(
      String id,
      Map<String, String> labels,
      @Nullable String image,
      Instant startedAt,
      Instant finishedAt,
      int code,
      boolean outOfMemory)
      implements Container {
    public Exited {
      finishedAt = finishedAt.isBefore(startedAt) ? startedAt : finishedAt;
    }
  }
}
