package dev.millrace.engine;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.flow.Effect;
import dev.millrace.flow.Event;
import dev.millrace.git.AdvanceOutcome;
import dev.millrace.git.Mirrors;
import dev.millrace.git.PromotionOutcome;
import dev.millrace.pipeline.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Sees promotions through. One whose remote cannot be reached waits and is tried again for as long as the change wants
/// it: what was tested is good, and it is nobody's fault that it cannot land yet.
final class Promoter implements AutoCloseable {
  private static final Backoff PAUSES = new Backoff(Duration.ofSeconds(5), Duration.ofMinutes(5));

  private final Engine engine;
  private final Mirrors mirrors;
  private final Clock clock;
  private final Map<RepositoryName, Long> reached = new HashMap<>();
  private boolean closed;

  Promoter(Engine engine, Mirrors mirrors, Clock clock) {
    this.engine = engine;
    this.mirrors = mirrors;
    this.clock = clock;
  }

  /// @return [PromotionOutcome.Unreachable] only when the change does not want it any more
  /// @throws InterruptedException when the server stops; it is owed again at the next start
  PromotionOutcome promote(ChangeId change, Effect.Promote order) throws InterruptedException {
    String told = "";
    for (int failures = 1; ; failures++) {
      long seen = reached(order.repository());
      PromotionOutcome outcome = mirrors.promote(order, sentence -> note(change, sentence));
      if (!(outcome instanceof PromotionOutcome.Unreachable(String because))) {
        return outcome;
      }
      if (!because.equals(told)) {
        told = because;
        note(change, order.into() + " cannot be moved yet: " + because + "; it is tried again until it works");
      }
      Duration pause = PAUSES.pause(failures, ThreadLocalRandom.current().nextDouble());
      if (!waited(() -> wanted(change, order), order.repository(), seen, pause)) {
        return outcome;
      }
    }
  }

  /// The same for another branch than the target.
  AdvanceOutcome advance(ChangeId change, Effect.Advance order) throws InterruptedException {
    String told = "";
    for (int failures = 1; ; failures++) {
      long seen = reached(order.repository());
      AdvanceOutcome outcome = mirrors.advance(order);
      if (!(outcome instanceof AdvanceOutcome.Unreachable(String because))) {
        return outcome;
      }
      if (!because.equals(told)) {
        told = because;
        note(change, order.to() + " cannot be moved yet: " + because + "; it is tried again until it works");
      }
      Duration pause = PAUSES.pause(failures, ThreadLocalRandom.current().nextDouble());
      if (!waited(() -> moving(change) != null, order.repository(), seen, pause)) {
        return outcome;
      }
    }
  }

  private void note(ChangeId change, String sentence) {
    engine.tell(new Event.Noted(clock.instant(), change, sentence));
  }

  private synchronized long reached(RepositoryName repository) {
    return reached.getOrDefault(repository, 0L);
  }

  /// The remote of this mirror has answered: whoever waits for it goes on.
  synchronized void reachable(RepositoryName mirror) {
    reached.merge(mirror, 1L, Long::sum);
    notifyAll();
  }

  /// Something has been decided: whoever waits looks whether it is still wanted.
  synchronized void decided() {
    notifyAll();
  }

  /// Whether it is to be tried again.
  private synchronized boolean waited(BooleanSupplier wanted, RepositoryName mirror, long seen, Duration pause)
      throws InterruptedException {
    long end = System.nanoTime() + pause.toNanos();
    while (wanted.getAsBoolean()) {
      if (closed) {
        throw new InterruptedException("the server is stopping");
      }
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0 || reached(mirror) != seen) {
        return true;
      }
      wait(left);
    }
    return false;
  }

  private boolean wanted(ChangeId id, Effect.Promote order) {
    Change change = moving(id);
    return change != null && change.attempt(order.attempt()).filter(attempt -> !attempt.ended()).isPresent();
  }

  /// Null when it is about to stop, or to be merged again.
  private @Nullable Change moving(ChangeId id) {
    Change change = engine.now().changes().get(id);
    return change != null && change.state() instanceof ChangeState.Moving ? change : null;
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
