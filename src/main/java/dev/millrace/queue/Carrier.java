package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import java.util.List;

/// The candidate of another change that a change is tested in, while it has none of its own.
///
/// @param change whose candidate it is
/// @param others what else it holds, in the order in which it is merged
public record Carrier(ChangeId change, List<ChangeId> others) {
  /// Of how many others the names are told.
  private static final int NAMED = 3;

  public Carrier {
    others = List.copyOf(others);
  }

  /// `tested in shop#43's candidate, together with shop#41`
  @Override
  public String toString() {
    return "tested in "
        + change
        + "'s candidate"
        + (others.isEmpty() ? "" : ", together with ")
        + (others.size() > NAMED ? others.size() + " others" : Sentences.names(others));
  }
}
