package dev.millrace.flow;

import dev.millrace.change.ChangeId;
import org.jspecify.annotations.Nullable;

/// What a request is answered with.
public sealed interface Answer {
  /// @param change the change that the request made or touched; null when it was not about one
  record Granted(Decision decision, @Nullable ChangeId change) implements Answer {}

  /// @param because a sentence for who asked: why not, and what to do instead
  record Refused(String because) implements Answer {}
}
