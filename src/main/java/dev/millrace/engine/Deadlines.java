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
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Tells the engine when an attempt has run as long as it may, counted from its container's own start.
final class Deadlines implements AutoCloseable {
  private final Engine engine;
  private final Clock clock;
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("deadlines").factory());
  private final Map<AttemptId, ScheduledFuture<?>> waiting = new HashMap<>();

  Deadlines(Engine engine, Clock clock) {
    this.engine = engine;
    this.clock = clock;
  }

  /// @param change as it is now; null when it has ended
  synchronized void watch(ChangeId id, @Nullable Change change) {
    if (change == null) {
      List.copyOf(waiting.keySet()).stream().filter(attempt -> attempt.change().equals(id)).forEach(this::forget);
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
    if (deadline.isEmpty()) {
      forget(attempt.id());
    } else if (!waiting.containsKey(attempt.id())) {
      long delay = Math.max(0, Duration.between(clock.instant(), deadline.get()).toMillis());
      Runnable passed = () -> engine.tell(new Event.DeadlinePassed(clock.instant(), attempt.id()));
      waiting.put(attempt.id(), timer.schedule(passed, delay, TimeUnit.MILLISECONDS));
    }
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
