package dev.millrace.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The newest of what moved, so that those who watch need not all ask the database after each commit. Sequences have no
/// gaps in it: it begins empty, behind the last that was stored, and forgets the oldest when it is full.
final class Tail {
  private final Moved[] rows;
  private long first;
  private long next;

  /// @param most how many it holds
  /// @param last the last sequence that is stored and that it does not hold
  Tail(int most, long last) {
    this.rows = new Moved[most];
    this.first = last + 1;
    this.next = last + 1;
  }

  synchronized void add(List<Moved> moved) {
    for (Moved row : moved) {
      if (row.sequence() != next) {
        throw new IllegalStateException("after " + (next - 1) + " comes no " + row.sequence());
      }
      rows[place(next++)] = row;
    }
    first = Math.max(first, next - rows.length);
  }

  /// What came after that, oldest first; empty when it does not reach back so far.
  synchronized Optional<List<Moved>> after(long sequence, int limit) {
    if (sequence < first - 1) {
      return Optional.empty();
    }
    var found = new ArrayList<Moved>();
    for (long at = sequence + 1; at < next && found.size() < limit; at++) {
      found.add(rows[place(at)]);
    }
    return Optional.of(found);
  }

  private int place(long sequence) {
    return (int) (sequence % rows.length);
  }
}
