package dev.millrace.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// How the container engine does, for pages, which must not wait for it: all who ask at about the same time wait for one
/// answer, and only for a moment. An engine that takes longer is asked on, and meanwhile it is as it was; one that takes
/// long is said to be slow, until it has answered in time again.
final class Pulse {
  /// How long a page may wait.
  private static final Duration A_MOMENT = Duration.ofMillis(150);

  /// From when on it is told.
  static final Duration SLOW = Duration.ofSeconds(2);

  static final String IS_SLOW =
      "The container engine is slow: it takes more than " + SLOW.toSeconds() + " s to answer. Steps begin and end late,"
          + " nothing is lost; look at the load of its machine";

  private final Supplier<Optional<String>> trouble;
  private final LongSupplier nanos;
  private Asking asking;

  /// @param done what is known then
  private record Asking(long begun, Optional<String> before, CompletableFuture<Optional<String>> done) {}

  /// @param trouble asks the engine, and may take as long as it likes
  /// @param nanos the machine's clock, which nobody sets
  Pulse(Supplier<Optional<String>> trouble, LongSupplier nanos) {
    this.trouble = trouble;
    this.nanos = nanos;
    this.asking = new Asking(nanos.getAsLong(), Optional.empty(), CompletableFuture.completedFuture(Optional.empty()));
  }

  /// Why steps cannot be run as usual, as a sentence; empty when they can.
  Optional<String> trouble() {
    Asking mine = asking();
    long left = A_MOMENT.toNanos() - (nanos.getAsLong() - mine.begun);
    try {
      return mine.done.get(Math.max(0, left), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      return isSlow(mine) ? Optional.of(mine.before.orElse(IS_SLOW)) : mine.before;
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
      return mine.before;
    } catch (ExecutionException bug) {
      throw new IllegalStateException(bug.getCause());
    }
  }

  private synchronized Asking asking() {
    if (asking.done.isDone()) {
      Optional<String> before = asking.done.isCompletedExceptionally() ? Optional.empty() : asking.done.join();
      var next = new Asking(nanos.getAsLong(), before, new CompletableFuture<>());
      asking = next;
      Thread.ofVirtual().name("pulse").start(() -> ask(next));
    }
    return asking;
  }

  private void ask(Asking its) {
    try {
      Optional<String> answer = trouble.get();
      its.done.complete(answer.isEmpty() && isSlow(its) ? Optional.of(IS_SLOW) : answer);
    } catch (RuntimeException bug) {
      its.done.completeExceptionally(bug);
    }
  }

  private boolean isSlow(Asking its) {
    return nanos.getAsLong() - its.begun > SLOW.toNanos();
  }
}
