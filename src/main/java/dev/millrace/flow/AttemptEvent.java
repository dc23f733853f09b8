package dev.millrace.flow;

import dev.millrace.change.AttemptState.StopReason;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What can happen to an attempt.
public sealed interface AttemptEvent {
  Instant at();

  /// Its process began (told again whenever it is found again).
  ///
  /// @param image what it runs in; null when it needs none, or when the engine does not say
  record Started(Instant at, @Nullable Image image) implements AttemptEvent {
    public Started(Instant at) {
      this(at, null);
    }
  }

  record Succeeded(Instant at) implements AttemptEvent {}

  record Faulted(Instant at, Fault fault) implements AttemptEvent {}

  /// It ended because of us; see [dev.millrace.change.AttemptState.Errored].
  record Broke(Instant at, String because, boolean again) implements AttemptEvent {}

  record StopWanted(Instant at, StopReason reason) implements AttemptEvent {}

  /// It was told to stop and never started.
  record NeverStarted(Instant at) implements AttemptEvent {}
}
