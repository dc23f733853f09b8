package dev.millrace.git;

import dev.millrace.change.Commit;
import dev.millrace.pipeline.BranchName;
import org.jspecify.annotations.Nullable;

/// A push moves a branch.
///
/// @param from null when the push creates the branch
/// @param to null when the push deletes it
public record RefMove(BranchName branch, @Nullable Commit from, @Nullable Commit to) {}
