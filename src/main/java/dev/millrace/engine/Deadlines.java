package dev.millrace.engine;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.flow.Event;
import dev.millrace.flow.Owed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Tells the engine when an attempt has run as long as it may, counted from its container's own start.
///
/// The clocks of this machine and the engine's may be set, or differ. An attempt never gets less than its time because of
/// that if it was begun in the life of this process: where the clocks say that it ran before it began, or for longer than
/// it has been wanted, it has its whole time from when it is seen to run. Nor does it ever get more than that.
final class Deadlines implements AutoCloseable {
  private final Engine engine;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("deadlines").factory());
  private final Map<AttemptId, ScheduledFuture<?>> waiting = new HashMap<>();

  /// When those that were planned since the start were seen first, by [System#nanoTime].
  private final Map<AttemptId, Long> seen = new HashMap<>();

  /// May have been started in an earlier life.
  private final Set<AttemptId> old;

  Deadlines(Engine engine, Clock clock) {
    this.engine = engine;
    this.clock = clock;
    this.old = Steps.inFlight(engine);
  }

  /// @param change as it is now; null when it has ended
  synchronized void watch(ChangeId id, @Nullable Change change) {
    if (change == null) {
      List.copyOf(waiting.keySet()).stream().filter(attempt -> attempt.change().equals(id)).forEach(this::forget);
      seen.keySet().removeIf(attempt -> attempt.change().equals(id));
    } else {
      change.attempts().forEach(attempt -> watch(change, attempt));
    }
  }

  private void forget(AttemptId attempt) {
    ScheduledFuture<?> gone = waiting.remove(attempt);
    if (gone != null) {
      gone.cancel(false);
    }
  }

  private void watch(Change change, Attempt attempt) {
    Optional<Instant> deadline = Owed.deadline(change, attempt);
    if (!attempt.ended() && !old.contains(attempt.id())) {
      seen.putIfAbsent(attempt.id(), System.nanoTime());
    }
    if (deadline.isEmpty()) {
      forget(attempt.id());
    } else if (!waiting.containsKey(attempt.id())) {
      Duration limit = Duration.between(attempt.startedAt().orElseThrow(), deadline.get());
      Long first = seen.get(attempt.id());
      Duration said = Duration.between(attempt.startedAt().orElseThrow(), clock.instant());
      boolean wrong =
          said.isNegative() || first != null && said.compareTo(Duration.ofNanos(System.nanoTime() - first)) > 0;
      Duration left = wrong ? limit : said.compareTo(limit) > 0 ? Duration.ZERO : limit.minus(said);
      Runnable passed = () -> engine.tell(new Event.DeadlinePassed(clock.instant(), attempt.id()));
      waiting.put(attempt.id(), timer.schedule(passed, left.toNanos(), TimeUnit.NANOSECONDS));
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
