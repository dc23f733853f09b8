package dev.millrace.flow;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.RepositoryName;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the outside world owes us: a conclusion from what is in flight, never stored. Each is safe to perform twice.
public sealed interface Effect {
  /// Make the commit that `into` would become.
  ///
  /// @param at the committer's time, so that doing it twice makes the same commit
  /// @param keep the candidate made before; it is kept if `into` still is its base
  record Merge(
      ChangeId change,
      RepositoryName repository,
      Commit commit,
      BranchName branch,
      BranchName into,
      Instant at,
      @Nullable Candidate keep)
      implements Effect {}

  /// See the attempt through: start its container if there is none, else find it again, and say how it ends.
  record Run(Assignment assignment) implements Effect {}

  /// Have the container of a step ready that will probably be planned next; nothing in it may run.
  record Prepare(Assignment assignment) implements Effect {}

  /// End the attempt's container, if there is one.
  record Stop(AttemptId attempt) implements Effect {}

  /// Move `into` from the candidate's base to the candidate, then delete the branch if it still is where it was.
  ///
  /// @param branch null when there is none to delete
  record Promote(
      AttemptId attempt,
      RepositoryName repository,
      Candidate candidate,
      @Nullable BranchName branch,
      CommitId tip,
      BranchName into)
      implements Effect {}

  /// All that a runner has to know about one attempt.
  ///
  /// @param commit what the workspace holds
  /// @param command for `/bin/sh -ec`
  record Assignment(
      AttemptId attempt,
      RepositoryName repository,
      CommitId commit,
      String image,
      String command,
      Map<String, String> environment,
      Duration timeout,
      Limits limits,
      boolean network) {}
}
