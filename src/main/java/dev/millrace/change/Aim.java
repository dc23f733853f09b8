package dev.millrace.change;

import dev.millrace.pipeline.BranchName;
import org.jspecify.annotations.Nullable;

/// What a change is to become.
public sealed interface Aim {
  /// The branch it came on; null for a bare commit.
  @Nullable BranchName branch();

  /// To be merged with `into`, tested, and become its new head; the branch is deleted then.
  record Integrate(BranchName branch, BranchName into) implements Aim {}

  /// To flow through the pipeline as it is.
  ///
  /// @param landed whether it was on the pipeline's target branch when it came; one that was not stops before the
  ///     first promotion
  record Check(@Nullable BranchName branch, boolean landed) implements Aim {}
}
