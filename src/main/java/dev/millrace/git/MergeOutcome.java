package dev.millrace.git;

import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.TreeId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What came of a [dev.millrace.flow.Effect.Merge].
///
/// What is said of a piece is said of it on top of those below it. On the target's head alone a piece in conflict may
/// fit, one that is not new may be new, and one that is impossible to put there may be possible.
public sealed interface MergeOutcome {
  /// @param base the head of the target branch that the stack stands on
  /// @param commit the candidate: the last of `commits`
  /// @param tree the candidate's files
  /// @param commits what the target would become with each piece, in the order of the pieces; each contains those
  ///     before it
  record Stacked(CommitId base, CommitId commit, TreeId tree, List<CommitId> commits, MergedBy by)
      implements MergeOutcome {
    public Stacked {
      commits = List.copyOf(commits);
    }
  }

  /// @param base the head of the target branch
  /// @param at the lowest piece that does not fit on what is below it
  /// @param files the paths in conflict, sorted
  record Conflict(CommitId base, ChangeId at, List<String> files) implements MergeOutcome {
    public Conflict {
      files = List.copyOf(files);
    }
  }

  /// What is below a piece contains it already, or all that it changes.
  ///
  /// @param base the head of the target branch
  /// @param change the lowest such piece
  record NothingNew(CommitId base, ChangeId change) implements MergeOutcome {}

  /// @param change the piece it lies with; null when it lies with none
  /// @param because a sentence for people, saying what to do
  record Impossible(@Nullable ChangeId change, String because) implements MergeOutcome {}
}
