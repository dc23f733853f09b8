package dev.millrace.git;

import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import java.util.List;

/// What came of a [dev.millrace.flow.Effect.Promote].
public sealed interface PromotionOutcome {
  /// The target branch contains the candidate, now or since an earlier call.
  ///
  /// @param gone which of the branches to delete are gone, now or since before; those that have moved on stay
  record Promoted(List<BranchName> gone) implements PromotionOutcome {
    public Promoted {
      gone = List.copyOf(gone);
    }
  }

  /// The target branch is no longer at the candidate's base; nothing was done.
  record Moved(CommitId found) implements PromotionOutcome {}

  /// The remote could not be asked; nothing is known to have been done. To be tried again.
  ///
  /// @param because a clause for people
  record Unreachable(String because) implements PromotionOutcome {}

  /// The remote does not let Millrace do it, which is not the change's fault.
  ///
  /// @param because a clause for people
  record NotAllowed(String because) implements PromotionOutcome {}

  /// @param because a sentence for people
  record Impossible(String because) implements PromotionOutcome {}
}
