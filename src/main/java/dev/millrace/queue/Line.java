package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import java.util.ArrayList;
import java.util.List;

/// A stack, with its changes as bits too.
record Line(List<ChangeId> changes, long mask) {
  static final Line EMPTY = new Line(List.of(), 0);

  int size() {
    return changes.size();
  }

  Stack stack() {
    return new Stack(changes);
  }

  Line with(ChangeId change, int bit) {
    var more = new ArrayList<ChangeId>(changes.size() + 1);
    more.addAll(changes);
    more.add(change);
    return new Line(List.copyOf(more), mask | 1L << bit);
  }

  /// Whether what is left of the other one, once this has landed, still stands on the target's head.
  boolean carries(Line other) {
    return (mask & ~other.mask) == 0
        && (mask == 0 || changes.equals(other.changes.subList(0, changes.size())));
  }
}
