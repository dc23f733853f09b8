package dev.millrace.git;

import dev.millrace.change.Commit;

/// What came of a [dev.millrace.flow.Effect.Advance].
public sealed interface AdvanceOutcome {
  /// The branch contains the commit, now or since before.
  ///
  /// @param head where the branch is
  /// @param moved whether it moved just now
  record Advanced(Commit head, boolean moved) implements AdvanceOutcome {}

  /// The remote could not be asked; the branch is where it was. To be tried again.
  ///
  /// @param because a clause for people
  record Unreachable(String because) implements AdvanceOutcome {}

  /// The remote does not let Millrace do it, which is not the change's fault.
  ///
  /// @param because a clause for people
  record NotAllowed(String because) implements AdvanceOutcome {}

  /// @param because a sentence for people, saying what to do
  record Impossible(String because) implements AdvanceOutcome {}
}
