package dev.millrace.git;

/// What came of looking at a remote.
public sealed interface FetchOutcome {
  /// The mirror is as the remote is.
  record Fetched() implements FetchOutcome {}

  /// The mirror is as it was.
  ///
  /// @param because a clause for people: `git.example.org cannot be reached (connection refused)`
  /// @param passing whether it may go away by itself
  record Failed(String because, boolean passing) implements FetchOutcome {}
}
