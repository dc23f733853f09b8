package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import java.time.Instant;

/// Something that somebody wants and that can be refused.
///
public sealed interface Request {
  Instant at();

  String by();

  /// Start a change by hand.
  record Trigger(Instant at, String by, PipelineName pipeline, Commit commit, Aim aim) implements Request {}

  /// Run the change again from a stage, keeping what came before it.
  ///
  /// @param change as it is stored; looked at only where it is not in flight
  /// @param latest whether by today's definition instead of the one it started with
  record RunAgain(Instant at, String by, Change change, StageName from, boolean latest) implements Request {}

  record Cancel(Instant at, String by, ChangeId change) implements Request {}
}
