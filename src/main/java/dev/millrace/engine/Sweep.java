package dev.millrace.engine;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.flow.Effect;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.flow.Owed;
import dev.millrace.runner.Runner;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes the containers that nothing in flight asks for: what a crash left between a stored result and its clean-up,
/// or a container engine that was away when it should have removed them.
final class Sweep implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
  private static final Duration PAUSE = Duration.ofSeconds(30);

  private final Engine engine;
  private final Runner runner;
  private @Nullable Thread sweeper;
  private boolean closed;

  Sweep(Engine engine, Runner runner) {
    this.engine = engine;
    this.runner = runner;
  }

  /// Begins, unless it is at it already, and goes on until it has reached the container engine.
  synchronized void start() {
    if (!closed && (sweeper == null || !sweeper.isAlive())) {
      sweeper = Thread.ofVirtual().name("sweep").start(this::patiently);
    }
  }

  private void patiently() {
    try {
      while (!sweep()) {
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException e) {
      LOG.debug("What is left is swept at the next start", e);
    }
  }

  /// Whether the container engine was there to be asked.
  private boolean sweep() {
    try {
      // in this order: what comes in between is wanted, and not among the held
      Set<AttemptId> held = runner.holding();
      Set<AttemptId> wanted = wanted();
      for (AttemptId id : held) {
        if (!wanted.contains(id)) {
          LOG.info("Removing the container of {}, which nothing asks for any more", id);
          runner.release(id);
        }
      }
      return true;
    } catch (UncheckedIOException e) {
      LOG.warn("Containers that nothing asks for are removed when their engine is back: {}", e.getMessage());
      return false;
    }
  }

  private Set<AttemptId> wanted() {
    Set<AttemptId> wanted = new HashSet<>();
    Map<ChangeId, Change> all = engine.now().changes();
    for (Change change : all.values()) {
      for (Effect effect : Owed.to(all, change)) {
        switch (effect) {
          case Effect.Run(Assignment assignment) -> wanted.add(assignment.attempt());
          case Effect.Prepare(Assignment assignment) -> wanted.add(assignment.attempt());
          case Effect.Merge _, Effect.Promote _, Effect.Advance _, Effect.Stop _ -> {}
        }
      }
    }
    return wanted;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (sweeper != null) {
      sweeper.interrupt();
    }
  }
}
