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

  /// Its candidate is being made.
  record Merging(Instant since, @Nullable StageName from) implements ChangeState {}

  /// Flows through the stages, or has passed those before the promotion and waits to land.
  record Moving(Instant since) implements ChangeState {}

  /// Is out, and waits until its running steps have ended.
  record Failing(Instant since, String because) implements ChangeState, Leaving {}

  /// Has nothing more to do, and waits until its running steps have stopped.
  record Passing(Instant since, String because) implements ChangeState, Leaving {}

  /// Shall stop, and waits until its running steps have.
  record Cancelling(Instant since, String because) implements ChangeState, Leaving {}

  record Passed(Instant at, String because) implements ChangeState, Ended {}

  record Failed(Instant at, String because) implements ChangeState, Ended {}

  record Cancelled(Instant at, String because) implements ChangeState, Ended {}

  /// What will become of it is known, and only what still runs of it is waited for.
  sealed interface Leaving extends ChangeState {
    Instant since();

    /// A sentence for people.
    String because();
  }

  /// One of the three ends; running it again leaves them.
  sealed interface Ended extends ChangeState {
    Instant at();

    /// A sentence for people; may be empty.
    String because();
  }
}
