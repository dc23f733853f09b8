package dev.millrace.git;

import dev.millrace.change.Candidate;
import dev.millrace.change.CommitId;
import java.util.List;

/// What came of a [dev.millrace.flow.Effect.Merge].
public sealed interface MergeOutcome {
  record Merged(Candidate candidate, MergedBy by) implements MergeOutcome {}

  /// @param base the head of the target branch that the change does not fit on
  /// @param files the paths in conflict, sorted
  record Conflict(CommitId base, List<String> files) implements MergeOutcome {
    public Conflict {
      files = List.copyOf(files);
    }
  }

  /// The target branch contains the commit already.
  ///
  /// @param base the head of the target branch
  record NothingNew(CommitId base) implements MergeOutcome {}

  /// @param because a sentence for people, saying what to do
  record Impossible(String because) implements MergeOutcome {}
}
