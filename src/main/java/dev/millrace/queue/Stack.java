package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Changes on top of the target's head, in the order in which they are merged: what one candidate is made of.
public record Stack(List<ChangeId> changes) {
  public Stack {
    changes = List.copyOf(changes);
    if (changes.isEmpty() || Set.copyOf(changes).size() < changes.size()) {
      throw new IllegalArgumentException("a candidate is made of changes, each of them once");
    }
  }

  public static Stack of(ChangeId... changes) {
    return new Stack(List.of(changes));
  }

  /// The last of them: the change whose candidate it is.
  public ChangeId top() {
    return changes.getLast();
  }

  /// It on top of this one.
  public Stack with(ChangeId change) {
    var more = new ArrayList<>(changes);
    more.add(change);
    return new Stack(more);
  }

  public boolean contains(ChangeId change) {
    return changes.contains(change);
  }

  public Set<ChangeId> set() {
    return new LinkedHashSet<>(changes);
  }

  /// `shop#1+shop#2`
  @Override
  public String toString() {
    return changes.stream().map(ChangeId::toString).collect(Collectors.joining("+"));
  }
}
