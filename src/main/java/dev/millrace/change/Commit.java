package dev.millrace.change;

/// A commit as people know it.
///
/// @param subject the first line of its message
/// @param author the author's name
public record Commit(CommitId id, String subject, String author) {}
