package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/// The changes in reach, each with a bit, in the order of their turn; and the trials that hold only such.
///
/// In reach are those that have been tried, and the first of those that have not; 64 at most.
final class Evidence {
  private static final int MOST = 64;

  record Trial(Line line, Tried tried) {
    boolean is(Verdict verdict) {
      return tried.verdict() == verdict;
    }
  }

  private final List<Entry> reach = new ArrayList<>();
  private final Map<ChangeId, Integer> bits = new HashMap<>();
  private final List<Trial> trials = new ArrayList<>();

  Evidence(Train train, int fresh) {
    Set<ChangeId> seen = new HashSet<>();
    train.tried().forEach(tried -> seen.addAll(tried.stack().changes()));
    int untried = 0;
    for (Entry entry : train.entries()) {
      if (reach.size() < MOST && (seen.contains(entry.change()) || untried++ < fresh)) {
        bits.put(entry.change(), reach.size());
        reach.add(entry);
      }
    }
    for (Tried tried : train.tried()) {
      if (bits.keySet().containsAll(tried.stack().changes())) {
        trials.add(new Trial(line(tried.stack()), tried));
      }
    }
  }

  int size() {
    return reach.size();
  }

  ChangeId change(int bit) {
    return reach.get(bit).change();
  }

  double risk(int bit) {
    return reach.get(bit).risk();
  }

  int bit(ChangeId change) {
    return Objects.requireNonNull(bits.get(change), "out of reach");
  }

  boolean reaches(ChangeId change) {
    return bits.containsKey(change);
  }

  List<Trial> trials() {
    return trials;
  }

  List<Trial> trials(Verdict verdict) {
    return trials.stream().filter(trial -> trial.is(verdict)).toList();
  }

  /// Those on the target's present head.
  List<Trial> current(Verdict verdict) {
    return trials.stream().filter(trial -> trial.is(verdict) && trial.tried().current()).toList();
  }

  List<ChangeId> changes(long mask) {
    var changes = new ArrayList<ChangeId>();
    for (long left = mask; left != 0; left &= left - 1) {
      changes.add(change(Long.numberOfTrailingZeros(left)));
    }
    return changes;
  }

  private Line line(Stack stack) {
    long mask = 0;
    for (ChangeId change : stack.changes()) {
      mask |= 1L << bit(change);
    }
    return new Line(stack.changes(), mask);
  }
}
