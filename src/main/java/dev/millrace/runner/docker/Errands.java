package dev.millrace.runner.docker;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The calls under way that may take long; closing breaks them all off.
final class Errands implements AutoCloseable {
  private final Set<Thread> underWay = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);

  interface Work {
    void run() throws IOException, InterruptedException;
  }

  Errand start(Work work) {
    return new Errand(null, work);
  }

  /// For a step that is only being prepared.
  Errand start(Slot preparing, Work work) {
    return new Errand(preparing, work);
  }

  boolean open() {
    return closed.getCount() > 0;
  }

  /// Whether it was closed before the time was over.
  boolean closedWithin(Duration time) throws InterruptedException {
    return closed.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    closed.countDown();
    underWay.forEach(Thread::interrupt);
  }

  /// A call that may take long, on a virtual thread of its own, as there an interrupt ends every wait for the engine:
  /// that of the caller, of [Errands#close], and while a step is only being prepared that of whoever stops it.
  final class Errand implements AutoCloseable {
    private final FutureTask<Void> task;
    private final Thread thread;
    private final @Nullable Slot preparing;

    private Errand(@Nullable Slot preparing, Work work) {
      this.preparing = preparing;
      this.task =
          new FutureTask<>(
              () -> {
                work.run();
                return null;
              });
      this.thread = Thread.ofVirtual().name("docker").start(task);
      underWay.add(thread);
      if (preparing != null) {
        preparing.preparing = thread;
      }
      // whoever stopped or closed before it could be seen here could not interrupt it
      if (!open() || (preparing != null && preparing.stopped)) {
        thread.interrupt();
      }
    }

    void done() throws InterruptedException {
      try {
        task.get();
      } catch (ExecutionException failed) {
        throw rethrown(failed.getCause());
      }
    }

    void done(Duration limit) throws InterruptedException, TimeoutException {
      try {
        task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (ExecutionException failed) {
        throw rethrown(failed.getCause());
      }
    }

    private static RuntimeException rethrown(@Nullable Throwable failure) {
      return switch (failure) {
        case RuntimeException known -> known;
        case IOException broken -> new UncheckedIOException(broken);
        case InterruptedException _ -> new UncheckedIOException(new InterruptedIOException("broken off"));
        case Error bug -> throw bug;
        case null, default -> new IllegalStateException(failure);
      };
    }

    /// Nothing of it goes on when this returns.
    @Override
    public void close() {
      thread.interrupt();
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
      underWay.remove(thread);
      if (preparing != null) {
        preparing.preparing = null;
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
