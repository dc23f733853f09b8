package dev.millrace.flow;

import dev.millrace.change.AttemptState.StopReason;
import dev.millrace.change.Fault;
import java.time.Instant;

/// What can happen to an attempt.
public sealed interface AttemptEvent {
  Instant at();

  /// Its process began (told again whenever it is found again).
  record Started(Instant at) implements AttemptEvent {}

  record Succeeded(Instant at) implements AttemptEvent {}

  record Faulted(Instant at, Fault fault) implements AttemptEvent {}

  /// It ended because of us; see [dev.millrace.change.AttemptState.Errored].
  record Broke(Instant at, String because, boolean again) implements AttemptEvent {}

  record StopWanted(Instant at, StopReason reason) implements AttemptEvent {}

  /// It was told to stop and never started.
  record NeverStarted(Instant at) implements AttemptEvent {}
}
