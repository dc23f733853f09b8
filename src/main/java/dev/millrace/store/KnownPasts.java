package dev.millrace.store;

import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.ChangeTrial;
import dev.millrace.statistics.Journey;
import dev.millrace.statistics.Worked;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What was last read of changes for statistics. Hundreds of changes make one page and their rows lie far apart, but
/// nearly all of them have long ended: what one has told is told again until it is saved anew.
final class KnownPasts {
  /// How much is kept, as the number of attempts: one is some 200 bytes, and a change as much.
  private static final int MOST = 120_000;

  private final int most;
  private final Map<ChangeId, OfChange> kept = new LinkedHashMap<>(64, 0.75f, true);
  private final Set<Reading> readings = new HashSet<>();
  private long size;

  KnownPasts() {
    this(MOST);
  }

  KnownPasts(int most) {
    this.most = most;
  }

  /// What one change says.
  ///
  /// @param journey null when it was only to be checked
  /// @param trials of its stages
  /// @param worked of its steps
  record OfChange(@Nullable Journey journey, List<StageTrial> trials, List<Worked> worked) {
    OfChange {
      trials = List.copyOf(trials);
      worked = List.copyOf(worked);
    }

    private int size() {
      return 1 + worked.size();
    }
  }

  record StageTrial(StageName stage, ChangeTrial trial) {}

  /// The time in which somebody reads of the database: what is saved meanwhile is not kept as it was read.
  final class Reading implements AutoCloseable {
    private final Set<ChangeId> saved = new HashSet<>();

    /// What is known of a change; null when nothing is.
    @Nullable OfChange find(ChangeId change) {
      synchronized (KnownPasts.this) {
        return kept.get(change);
      }
    }

    /// @param read by the numbers of the changes
    void keep(PipelineName pipeline, Map<Integer, OfChange> read) {
      synchronized (KnownPasts.this) {
        read.forEach(
            (number, its) -> {
              var change = new ChangeId(pipeline, number);
              if (!saved.contains(change)) {
                put(change, its);
              }
            });
      }
    }

    @Override
    public void close() {
      synchronized (KnownPasts.this) {
        readings.remove(this);
      }
    }
  }

  /// Comes before the database is asked.
  synchronized Reading begin() {
    var reading = new Reading();
    readings.add(reading);
    return reading;
  }

  /// Comes after each save.
  synchronized void saved(Collection<ChangeId> changes) {
    changes.forEach(this::forget);
    readings.forEach(reading -> reading.saved.addAll(changes));
  }

  private void put(ChangeId change, OfChange its) {
    forget(change);
    kept.put(change, its);
    size += its.size();
    var oldest = kept.values().iterator();
    while (size > most) {
      size -= oldest.next().size();
      oldest.remove();
    }
  }

  private void forget(ChangeId change) {
    OfChange known = kept.remove(change);
    if (known != null) {
      size -= known.size();
    }
  }
}
