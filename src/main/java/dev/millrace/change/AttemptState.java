package dev.millrace.change;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far an attempt is. Each state carries exactly what is known in it; the four ends never change again.
public sealed interface AttemptState {
  /// Wanted and written down; nothing outside may know of it yet.
  record Planned() implements AttemptState {}

  /// The step's process runs.
  record Running(Instant startedAt) implements AttemptState {}

  /// It shall stop, and we wait until it has.
  ///
  /// @param startedAt null when it was stopped before it had started
  record Stopping(@Nullable Instant startedAt, StopReason reason) implements AttemptState {}

  record Passed(Instant startedAt, Instant finishedAt) implements AttemptState, Ended {}

  /// The change is at fault.
  record Failed(Instant startedAt, Instant finishedAt, Fault fault) implements AttemptState, Ended {}

  /// We are at fault: no engine, no image, a lost machine. Not counted in the failure rate.
  ///
  /// @param again whether trying again can help without anybody changing anything
  record Errored(@Nullable Instant startedAt, Instant finishedAt, String because, boolean again)
      implements AttemptState, Ended {}

  record Cancelled(@Nullable Instant startedAt, Instant finishedAt, String because)
      implements AttemptState, Ended {}

  /// One of the four ends.
  sealed interface Ended extends AttemptState {
    Instant finishedAt();
  }

  /// Why an attempt is told to stop.
  sealed interface StopReason {
    record Cancelled(String because) implements StopReason {}

    record TimedOut(java.time.Duration limit) implements StopReason {}
  }
}
