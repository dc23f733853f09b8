package dev.millrace.flow;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.Method;
import dev.millrace.pipeline.RepositoryName;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/// What the outside world owes us: a conclusion from what is in flight, never stored. Each is safe to perform twice.
public sealed interface Effect {
  /// Make the commit that `into` would become with these changes, each on top of the one before it. The same order on
  /// the same head makes the same commits, and those of its first pieces are those of a shorter order.
  ///
  /// @param change whose candidate it is: the change of the last piece
  /// @param candidate which candidate of that change, counted from 1
  record Merge(
      ChangeId change, int candidate, RepositoryName repository, List<Piece> pieces, BranchName into, Method method)
      implements Effect {
    public Merge {
      pieces = List.copyOf(pieces);
      if (pieces.isEmpty() || !pieces.getLast().change().equals(change)) {
        throw new IllegalArgumentException("a candidate is made of changes, its own on top");
      }
    }
  }

  /// One change in a candidate.
  ///
  /// @param commit the branch's tip
  /// @param at the time that the commits made of it bear, unless what they stand on is younger
  record Piece(ChangeId change, Commit commit, BranchName branch, Instant at) {}

  /// See the attempt through: start its container if there is none, else find it again, and say how it ends.
  record Run(Assignment assignment) implements Effect {}

  /// Have the container of a step ready that will probably be planned next; nothing in it may run.
  record Prepare(Assignment assignment) implements Effect {}

  /// End the attempt's container, if there is one.
  record Stop(AttemptId attempt) implements Effect {}

  /// Move `into` from the candidate's base to the candidate, then delete each of the branches that still is where it
  /// was.
  ///
  /// @param branches those of all changes that land; none for a change whose branch stays
  record Promote(
      AttemptId attempt, RepositoryName repository, Candidate candidate, List<Tip> branches, BranchName into)
      implements Effect {
    public Promote {
      branches = List.copyOf(branches);
    }
  }

  /// Move another branch to what has landed, where it does not contain it already. A branch that is not there is
  /// created.
  ///
  /// @param method by fast-forward only, or by a merge where that is not possible
  /// @param at the time that a merge bears
  record Advance(
      AttemptId attempt, RepositoryName repository, CommitId commit, BranchName to, Method method, Instant at)
      implements Effect {}

  /// A branch, and the commit it was at.
  record Tip(BranchName branch, CommitId commit) {}

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
