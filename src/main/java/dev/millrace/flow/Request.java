package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.queue.Target;
import java.time.Instant;
import java.util.Map;

/// Something that somebody wants and that can be refused.
///
public sealed interface Request {
  Instant at();

  String by();

  /// Start a change by hand.
  ///
  /// @param parameters by name
  record Trigger(Instant at, String by, PipelineName pipeline, Commit commit, Aim aim, Map<String, String> parameters)
      implements Request {
    /// Without parameters.
    public Trigger(Instant at, String by, PipelineName pipeline, Commit commit, Aim aim) {
      this(at, by, pipeline, commit, aim, Map.of());
    }
  }

  /// Run the change again from a stage, keeping what came before it.
  ///
  /// @param change as it is stored; looked at only where it is not in flight
  /// @param latest whether by today's definition instead of the one it started with
  record RunAgain(Instant at, String by, Change change, StageName from, boolean latest) implements Request {}

  record Cancel(Instant at, String by, ChangeId change) implements Request {}

  /// Let a change be the first of its queue.
  ///
  /// @param because why, in their words; may be empty
  record MoveUp(Instant at, String by, ChangeId change, String because) implements Request {}

  /// Let nothing start and nothing land in a queue until it is released.
  ///
  /// @param because why, in their words
  record HoldQueue(Instant at, String by, Target target, String because) implements Request {}

  record ReleaseQueue(Instant at, String by, Target target) implements Request {}
}
