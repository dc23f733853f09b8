package dev.millrace.runner.docker;

import java.time.Instant;
import java.util.Map;

/// A container as the engine described it a moment ago.
sealed interface Container {
  String id();

  Map<String, String> labels();

  /// It was never started.
  record Created(String id, Map<String, String> labels) implements Container {}

  record Running(String id, Map<String, String> labels, Instant startedAt) implements Container {}

  record Exited(
      String id, Map<String, String> labels, Instant startedAt, Instant finishedAt, int code, boolean outOfMemory)
      implements Container {}
}
