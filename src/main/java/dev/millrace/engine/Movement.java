package dev.millrace.engine;

import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import org.jspecify.annotations.Nullable;

/// A branch of a remote is not where it was.
///
/// @param from null when it was not there
/// @param to null when it is gone
/// @param rewritten whether the new commit does not contain the old one
public record Movement(BranchName branch, @Nullable CommitId from, @Nullable CommitId to, boolean rewritten) {}
