package dev.millrace.web.api;

import dev.millrace.flow.Decision;
import dev.millrace.store.Moved;
import dev.millrace.store.Store;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// How far the world has been told: the number of the last thing that moved, of all and of each pipeline.
///
/// A number is given out only when the store has it and the engine shows what followed from it. So whoever reads a
/// number here first, and then asks the store or the engine, sees at least what moved under that number.
public final class Tidings implements AutoCloseable {
  private static final int PORTION = 1_000;

  private final Store store;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private final Map<String, Long> pipelines = new ConcurrentHashMap<>();
  private final long beginning;
  private volatile long last;
  private volatile boolean closed;

  public Tidings(Store store) {
    this.store = store;
    this.beginning = store.lastSequence();
    this.last = beginning;
  }

  /// Comes after each decision, on the engine's thread, when it is stored and the engine shows it. Does not block.
  public void arrive(Decision decision) {
    if (store.lastSequence() == last) {
      return;
    }
    long reached = last;
    for (List<Moved> rows = store.movedAfter(reached, PORTION); !rows.isEmpty(); rows = store.movedAfter(reached, PORTION)) {
      rows.forEach(row -> pipelines.put(row.pipeline().text(), row.sequence()));
      reached = rows.getLast().sequence();
    }
    lock.lock();
    try {
      last = reached;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// The number of the last thing that moved.
  public long last() {
    return last;
  }

  /// The number of the last thing that moved in a pipeline; what moved before the start counts as one.
  public long last(String pipeline) {
    return pipelines.getOrDefault(pipeline, beginning);
  }

  /// Returns when there is more than that, when so long has passed, or when the server stops.
  public void await(long seen, long nanos) throws InterruptedException {
    if (last > seen || closed) {
      return;
    }
    lock.lock();
    try {
      long left = nanos;
      while (!closed && last <= seen && left > 0) {
        left = moved.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /// Whether everybody has been sent away.
  public boolean closed() {
    return closed;
  }

  /// Sends everybody who waits away.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
