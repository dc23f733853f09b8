package dev.millrace.git;

import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Who is asked about each push, and told of it. Called by the thread of the push; pushes go side by side.
///
/// 1. [#refuse], before any ref moves, with all branches that the push wants to move. What it brings can be read
///    already.
/// 2. [#received], with the branches that did move, while git still waits for its answer. Somebody else may have won
///    meanwhile: then none has moved, and it is not called.
///
/// Pushes of nothing but tags are not mentioned.
public interface Pushes {
  /// A non-empty answer refuses the whole push; its lines are shown to the pusher.
  List<String> refuse(RepositoryName repository, List<RefMove> moves, List<String> options);

  /// The push stays open until this returns. The branches stay where they are now, whatever the answer is.
  ///
  /// @param say shows a line to the pusher at once; false when they have gone away, which is noticed only by saying
  ///     something
  /// @return the branches that git is to report as rejected to the pusher, each with the reason in one line
  Map<BranchName, String> received(
      RepositoryName repository, List<RefMove> moves, List<String> options, Predicate<String> say);
}
