package dev.millrace.git;

import dev.millrace.change.Commit;

/// What came of a [dev.millrace.flow.Effect.Advance].
public sealed interface AdvanceOutcome {
  /// The branch contains the commit, now or since before.
  ///
  /// @param head where the branch is
  /// @param moved whether it moved just now
  record Advanced(Commit head, boolean moved) implements AdvanceOutcome {}

  /// @param because a sentence for people, saying what to do
  record Impossible(String because) implements AdvanceOutcome {}
}
