package dev.millrace.store;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which changes of a pipeline are wanted.
///
/// @param state only those in this state, one of [#STATES]; null for all
/// @param before only those with a lower number; 0 to begin with the newest
/// @param limit how many at most
public record Filter(@Nullable String state, int before, int limit) {
  /// The words for the states of a change, as in [Moved#what] behind `change.`.
  public static final List<String> STATES = ChangeRows.STATES;

  public Filter {
    if (state != null && !STATES.contains(state)) {
      throw new IllegalArgumentException(
          "no change is ever \"" + state + "\"; it is one of " + String.join(", ", STATES));
    }
    if (before < 0 || limit < 0) {
      throw new IllegalArgumentException("neither numbers nor limits are negative");
    }
  }

  public static Filter newest(int limit) {
    return new Filter(null, 0, limit);
  }
}
