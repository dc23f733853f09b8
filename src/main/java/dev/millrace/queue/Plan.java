package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What is to be done with a train now. Done, it leads to a train of which the plan is empty.
///
/// @param landing the candidate that becomes the target's head: green and current; all its changes land. While one
///     lands, nothing else is decided
/// @param refused changes that are out: red, or in conflict, on a head that landed, with nobody else to blame
/// @param drops candidates that run and should not go on
/// @param starts candidates to be made and tried, the most wanted first; never more than there is room for once the
///     drops have stopped
/// @param places where each change stands
public record Plan(
    Optional<Landing> landing,
    List<Refusal> refused,
    List<Drop> drops,
    List<Start> starts,
    Map<ChangeId, Place> places) {

  /// @param because a sentence for people, as are all of these: why it happens
  public record Landing(Stack stack, String because) {}

  /// @param evidence the candidate it is held to have failed
  public record Refusal(ChangeId change, Stack evidence, String because) {}

  /// @param current which one, where two of the same changes run: the one on the target's present head, or the other
  public record Drop(Stack stack, boolean current, String because) {}

  public record Start(Stack stack, String because) {}

  /// @param position from 1, of those that are still to land
  /// @param risk how probable it is, from 0 to 1, that it is at fault, given all that has been seen
  public record Place(int position, Standing standing, double risk) {}

  public enum Standing {
    /// A candidate on the way holds it.
    TESTED,
    /// It waits for room.
    WAITING,
    /// Something failed with it, or that is to be feared: it is looked at by itself while the others go on without it.
    SUSPECT,
    /// It does not merge onto a change ahead of it, and waits for what becomes of that one.
    BLOCKED
  }
}
