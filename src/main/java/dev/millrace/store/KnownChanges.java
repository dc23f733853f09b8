package dev.millrace.store;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The changes that were last read or saved, as they are stored. Who asks twice for one that did not move meanwhile gets
/// the same object, so what was made of it can be found again by it.
///
/// A reader notes how many saves there have been before it begins. It is given nothing when one has begun or ended
/// since, so what it gets here is as of the same moment as what it reads of the database.
final class KnownChanges {
  /// How much is kept, as the number of attempts: one is some 300 bytes, and a change some more.
  private static final int MOST = 120_000;

  private static final int CHANGE = 3;

  private final int most;
  private final Map<ChangeId, Change> kept = new LinkedHashMap<>(64, 0.75f, true);
  private long size;

  /// Odd while one is under way.
  private long saves;

  KnownChanges() {
    this(MOST);
  }

  KnownChanges(int most) {
    this.most = most;
  }

  /// To be noted before a reading begins.
  synchronized long moment() {
    return saves;
  }

  /// All of them, if all are known and nothing was saved since the moment.
  synchronized Optional<List<Change>> find(Collection<ChangeId> wanted, long moment) {
    if (saves != moment) {
      return Optional.empty();
    }
    var found = new ArrayList<Change>();
    for (ChangeId id : wanted) {
      Change known = kept.get(id);
      if (known == null) {
        return Optional.empty();
      }
      found.add(known);
    }
    return Optional.of(found);
  }

  /// Keeps what was read, unless something was saved since the moment or is being saved.
  ///
  /// @return the same changes, as those objects that others have got before
  synchronized List<Change> read(List<Change> changes, long moment) {
    if (saves != moment || saves % 2 == 1) {
      return changes;
    }
    var same = new ArrayList<Change>();
    for (Change change : changes) {
      Change known = kept.get(change.id());
      if (known == null) {
        put(change);
      }
      same.add(known == null ? change : known);
    }
    return same;
  }

  /// Comes before a save: what it is about to replace is no longer known.
  synchronized void begin(Collection<ChangeId> touched) {
    saves++;
    touched.forEach(this::forget);
  }

  /// Comes after a save.
  ///
  /// @param stored what is stored now; empty when it failed
  synchronized void end(Collection<Change> stored) {
    saves++;
    stored.forEach(this::put);
  }

  private void put(Change change) {
    forget(change.id());
    kept.put(change.id(), change);
    size += size(change);
    var oldest = kept.values().iterator();
    while (size > most) {
      size -= size(oldest.next());
      oldest.remove();
    }
  }

  private void forget(ChangeId id) {
    Change known = kept.remove(id);
    if (known != null) {
      size -= size(known);
    }
  }

  private static int size(Change change) {
    return CHANGE + change.attempts().size();
  }
}
