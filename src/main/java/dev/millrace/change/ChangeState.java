package dev.millrace.change;

import dev.millrace.pipeline.StageName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// How far a change is.
public sealed interface ChangeState {
  /// Waits in the integration queue for its turn.
  ///
  /// @param from the stage to run again from, if its candidate can be kept; null for all of them
  record Queued(Instant since, @Nullable StageName from) implements ChangeState {}

  /// Has its turn; its candidate is being made.
  record Merging(Instant since, @Nullable StageName from) implements ChangeState {}

  /// Flows through the stages.
  record Moving(Instant since) implements ChangeState {}

  /// Shall stop, and waits until its running steps have.
  record Cancelling(Instant since, String because) implements ChangeState {}

  record Passed(Instant at, String because) implements ChangeState, Ended {}

  record Failed(Instant at, String because) implements ChangeState, Ended {}

  record Cancelled(Instant at, String because) implements ChangeState, Ended {}

  /// One of the three ends; running it again leaves them.
  sealed interface Ended extends ChangeState {
    Instant at();

    /// A sentence for people; may be empty.
    String because();
  }
}
