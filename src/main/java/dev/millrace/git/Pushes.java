package dev.millrace.git;

import dev.millrace.pipeline.RepositoryName;
import java.util.List;
import java.util.function.Consumer;

/// Who is asked about each push, and told of it. Called by the thread of the push; pushes go side by side.
///
/// 1. [#refuse], before any ref moves, with all branches that the push wants to move. What it brings can be read
///    already.
/// 2. [#received], with the branches that did move. Somebody else may have won meanwhile: a branch can be missing.
///
/// Pushes of nothing but tags are not mentioned. Nobody learns here that the pusher has gone away: bound every wait.
public interface Pushes {
  /// A non-empty answer refuses the whole push; its lines are shown to the pusher.
  List<String> refuse(RepositoryName repository, List<RefMove> moves, List<String> options);

  /// The push stays open until this returns.
  ///
  /// @param say shows a line to the pusher at once
  void received(RepositoryName repository, List<RefMove> moves, List<String> options, Consumer<String> say);
}
