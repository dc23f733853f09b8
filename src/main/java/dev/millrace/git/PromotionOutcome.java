package dev.millrace.git;

import dev.millrace.change.CommitId;

/// What came of a [dev.millrace.flow.Effect.Promote].
public sealed interface PromotionOutcome {
  /// The target branch contains the candidate, now or since an earlier call.
  ///
  /// @param branchDeleted whether the change's branch is gone; false when it has moved on, or there was none to delete
  record Promoted(boolean branchDeleted) implements PromotionOutcome {}

  /// The target branch is no longer at the candidate's base; nothing was done.
  record Moved(CommitId found) implements PromotionOutcome {}

  /// @param because a sentence for people
  record Impossible(String because) implements PromotionOutcome {}
}
