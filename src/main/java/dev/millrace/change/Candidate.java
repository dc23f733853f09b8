package dev.millrace.change;

/// The commit that is tested, and promoted if it passes.
///
/// @param base the head of the target branch that it stands on; the commit itself where nothing was merged
public record Candidate(CommitId base, CommitId commit) {}
