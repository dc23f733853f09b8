package dev.millrace.pipeline;

import java.util.Optional;
import java.util.stream.Stream;

/// How a branch becomes part of the one it is integrated into.
public enum Method {
  /// One merge commit, also where the target could just move.
  MERGE("merge"),
  /// One commit with all that the branch changes.
  SQUASH("squash"),
  /// The branch's commits one after the other, replayed.
  REBASE("rebase"),
  /// The very commit that was pushed, if the target can just move to it.
  FAST_FORWARD("fast-forward");

  private final String text;

  Method(String text) {
    this.text = text;
  }

  public static Optional<Method> of(String text) {
    return Stream.of(values()).filter(method -> method.text.equals(text)).findFirst();
  }

  @Override
  public String toString() {
    return text;
  }
}
