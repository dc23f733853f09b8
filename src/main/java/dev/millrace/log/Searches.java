package dev.millrace.log;

import dev.millrace.change.AttemptId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The searches of all logs: how many run at once, and what is remembered of those before, so that who goes from match
/// to match does not read the log again each time.
final class Searches {
  static final int AT_ONCE = 2;
  private static final int WAITING = 30;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int REMEMBERED = 16;

  private final Semaphore room = new Semaphore(AT_ONCE, true);

  private record Asked(AttemptId attempt, Needle needle) {}

  /// Guarded by this. The one asked longest ago is forgotten first.
  private final Map<Asked, Parts> remembered =
      new LinkedHashMap<>(REMEMBERED * 2, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Asked, Parts> eldest) {
          return size() > REMEMBERED;
        }
      };

  /// Matches in a part of the log.
  ///
  /// @param lines how many lines it had
  /// @param count how many of them match
  /// @param few all of these, counted from the log's first line; empty if there are too many to remember
  record Part(long lines, long count, long[] few) {
    static final int FEW = 8;

    boolean knowsAll() {
      return few.length == count;
    }
  }

  /// What is known of a log by part.
  static final class Parts {
    private final List<@Nullable Part> known = new ArrayList<>();

    /// If it still has as many lines.
    synchronized @Nullable Part get(int part, long lines) {
      Part found = part < known.size() ? known.get(part) : null;
      return found != null && found.lines() == lines ? found : null;
    }

    synchronized void put(int part, Part found) {
      while (known.size() <= part) {
        known.add(null);
      }
      known.set(part, found);
    }
  }

  synchronized Parts parts(AttemptId attempt, Needle needle) {
    return remembered.computeIfAbsent(new Asked(attempt, needle), _ -> new Parts());
  }

  /// The log is written anew, from somewhere on.
  synchronized void forget(AttemptId attempt) {
    remembered.keySet().removeIf(asked -> asked.attempt().equals(attempt));
  }

  /// Waits until there is room for one more.
  ///
  /// @throws Busy if many wait already, or it takes too long
  void enter() throws InterruptedException {
    if (room.getQueueLength() >= WAITING || !room.tryAcquire(PATIENCE.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new Busy();
    }
  }

  void leave() {
    room.release();
  }
}
