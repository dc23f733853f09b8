package dev.millrace.flow;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.change.TreeId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.RepositoryName;
import java.time.Instant;
import java.util.List;

/// Something that has happened and cannot be refused.
public sealed interface Event {
  Instant at();

  /// The definitions are these now; a pipeline that is not among them takes no more changes.
  record Defined(Instant at, List<Definition> definitions) implements Event {}

  /// A branch is at this commit now.
  ///
  /// @param by who moved it, as a page shows it
  record BranchMoved(
      Instant at, RepositoryName repository, BranchName branch, Commit commit, String by, Wishes wishes)
      implements Event {
    /// By somebody who wants nothing besides.
    public BranchMoved(Instant at, RepositoryName repository, BranchName branch, Commit commit, String by) {
      this(at, repository, branch, commit, by, Wishes.NONE);
    }
  }

  record BranchDeleted(Instant at, RepositoryName repository, BranchName branch) implements Event {}

  /// The candidate that was ordered is made.
  ///
  /// @param tree the id of its files
  /// @param by which merger made it, for people: `git`
  record Merged(Instant at, Effect.Merge order, Candidate candidate, TreeId tree, String by) implements Event {}

  /// @param change the one that does not merge onto what is below it
  /// @param base the target's head
  record Conflicted(Instant at, Effect.Merge order, ChangeId change, CommitId base, List<String> files)
      implements Event {}

  /// What is below it contains this change already.
  ///
  /// @param base the target's head
  record NothingToIntegrate(Instant at, Effect.Merge order, ChangeId change, CommitId base) implements Event {}

  /// The candidate cannot be made, for the reason given.
  ///
  /// @param change the one that is the reason
  record NotMergeable(Instant at, Effect.Merge order, ChangeId change, String because) implements Event {}

  record Tried(AttemptId attempt, AttemptEvent event) implements Event {
    @Override
    public Instant at() {
      return event.at();
    }
  }

  /// The promotion came too late: the target had moved to `found`, which does not contain the candidate.
  record TargetMoved(Instant at, AttemptId attempt, CommitId found) implements Event {}

  /// Something worth telling in the history of a change; nothing follows from it.
  record Noted(Instant at, ChangeId change, String sentence) implements Event {}

  /// The attempt has run as long as it may.
  record DeadlinePassed(Instant at, AttemptId attempt) implements Event {}
}
