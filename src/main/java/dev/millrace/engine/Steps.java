package dev.millrace.engine;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.flow.AttemptEvent;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.flow.Event;
import dev.millrace.git.Repositories;
import dev.millrace.log.LogWriter;
import dev.millrace.log.Logs;
import dev.millrace.pipeline.BranchName;
import dev.millrace.runner.Runner;
import dev.millrace.runner.Runner.Outcome;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees container steps through: gives the runner their workspace and their log, and makes them wait while there is no
/// room or no engine.
final class Steps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Steps.class);

  /// How long to wait before asking an engine again that did not answer; after the last, a step that has not begun is
  /// given up.
  private static final Duration[] PATIENCE =
      Stream.of(1, 2, 4, 8, 15, 30).map(Duration::ofSeconds).toArray(Duration[]::new);

  private final Engine engine;
  private final Repositories repositories;
  private final Runner runner;
  private final Logs logs;
  private final Sweep sweep;
  private final Semaphore room;

  /// Those that wait here and can be woken by an interrupt. Guarded by this.
  private final Map<AttemptId, Thread> waiting = new HashMap<>();

  private volatile boolean leaving;
  private boolean closed;

  /// @param atOnce how many containers may run at once
  Steps(Engine engine, Repositories repositories, Runner runner, Logs logs, Sweep sweep, int atOnce) {
    this.engine = engine;
    this.repositories = repositories;
    this.runner = runner;
    this.logs = logs;
    this.sweep = sweep;
    this.room = new Semaphore(atOnce, true);
  }

  void prepare(Assignment assignment) throws InterruptedException {
    runner.prepare(assignment, workspace(assignment));
  }

  /// Runs it, or finds it again, and says how it ended.
  AttemptEvent run(Assignment assignment) throws InterruptedException {
    boolean roomTaken = takeRoom(assignment.attempt());
    try {
      if (stopping(assignment.attempt())) {
        // those stopped with it may have made room before its own stop has reached the runner
        boolean _ = stopped(assignment.attempt());
      }
      stayIfItHasNotBegun(assignment.attempt());
      return event(assignment, patiently(assignment));
    } finally {
      if (roomTaken) {
        room.release();
      }
    }
  }

  /// Ends the container, if there is one; an attempt that waits here goes on to find out that it never starts. Goes on
  /// until its engine has taken the order: one that fails to stop a step may well bring its log as before, and nobody else
  /// would ask again.
  void stop(AttemptId id) throws InterruptedException {
    for (int trials = 0; !stopped(id) && stopping(id); trials++) {
      Thread.sleep(PATIENCE[Math.min(trials, PATIENCE.length - 1)]);
    }
  }

  /// Whether the engine was there to be told.
  private boolean stopped(AttemptId id) {
    boolean told = true;
    try {
      runner.stop(id);
    } catch (UncheckedIOException e) {
      told = false;
      LOG.warn("{} is stopped as soon as the engine is back: {}", id, e.getMessage());
    }
    synchronized (this) {
      Thread thread = waiting.get(id);
      if (thread != null) {
        thread.interrupt();
      }
    }
    return told;
  }

  /// Removes the container. Its result is stored by now, so nothing depends on it.
  void release(AttemptId id) {
    try {
      runner.release(id);
    } catch (UncheckedIOException e) {
      LOG.warn("The container of {} stays until its engine is back: {}", id, e.getMessage());
      sweep.start();
    }
  }

  /// Waits until there is room, unless the attempt runs already or was told to stop while it waited.
  private boolean takeRoom(AttemptId id) throws InterruptedException {
    // before the look at its state: who stops it in between finds it waiting
    waits(id);
    try {
      if (!planned(id)) {
        return room.tryAcquire();
      }
      room.acquire();
      return true;
    } catch (InterruptedException e) {
      goOnIfOpen(e);
      return false;
    } finally {
      goesOn(id);
    }
  }

  /// Waits for an engine that does not answer: a while for a step that has not begun, and as long as it may run for one
  /// that has, because it goes on meanwhile and its result will be there.
  private Outcome patiently(Assignment assignment) throws InterruptedException {
    AttemptId id = assignment.attempt();
    for (int trials = 0; ; trials++) {
      Outcome outcome = runLogged(assignment);
      if (!(outcome instanceof Outcome.Unavailable(var _, var because, boolean again)) || !again) {
        return outcome;
      }
      boolean enough = planned(id) ? trials == PATIENCE.length : runner.trouble().isEmpty();
      if (enough || stopping(id)) {
        return outcome;
      }
      Duration pause = PATIENCE[Math.min(trials, PATIENCE.length - 1)];
      LOG.warn("{} waits {} s: {}", id, pause.toSeconds(), because);
      pause(id, pause);
      stayIfItHasNotBegun(id);
    }
  }

  private void stayIfItHasNotBegun(AttemptId id) throws InterruptedException {
    if (leaving && planned(id)) {
      throw new InterruptedException(id + " begins at the next start");
    }
  }

  /// Ends early when the attempt is told to stop.
  private void pause(AttemptId id, Duration pause) throws InterruptedException {
    waits(id);
    try {
      if (!stopping(id)) {
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      goOnIfOpen(e);
    } finally {
      goesOn(id);
    }
  }

  private synchronized void waits(AttemptId id) {
    waiting.put(id, Thread.currentThread());
  }

  /// No interrupt meant for the waiting comes after this; one that did come is taken off.
  private synchronized void goesOn(AttemptId id) {
    waiting.remove(id);
    if (!closed) {
      boolean _ = Thread.interrupted();
    }
  }

  private synchronized void goOnIfOpen(InterruptedException e) throws InterruptedException {
    if (closed) {
      throw e;
    }
  }

  private boolean planned(AttemptId id) {
    return attempt(id).filter(attempt -> attempt.state() instanceof AttemptState.Planned).isPresent();
  }

  private boolean stopping(AttemptId id) {
    return attempt(id).filter(attempt -> attempt.state() instanceof AttemptState.Stopping).isPresent();
  }

  private Optional<Attempt> attempt(AttemptId id) {
    return Optional.ofNullable(engine.now().changes().get(id.change())).flatMap(change -> change.attempt(id));
  }

  private Outcome runLogged(Assignment assignment) throws InterruptedException {
    try (LogWriter writer = logs.writer(assignment.attempt())) {
      return runner.run(assignment, workspace(assignment), new Output(assignment.attempt(), writer));
    }
  }

  private final class Output implements Runner.Output {
    private final AttemptId attempt;
    private final LogWriter writer;
    private @Nullable Instant told;

    Output(AttemptId attempt, LogWriter writer) {
      this.attempt = attempt;
      this.writer = writer;
    }

    @Override
    public void started(Instant at, @Nullable Image image) {
      if (!at.equals(told)) {
        told = at;
        engine.tell(new Event.Tried(attempt, new AttemptEvent.Started(at, image)));
      }
    }

    @Override
    public Optional<Instant> resume() {
      return writer.resume();
    }

    @Override
    public void print(Instant stamp, byte[] bytes) {
      writer.print(stamp, bytes);
    }
  }

  private Runner.Workspace workspace(Assignment assignment) {
    BranchName branch =
        Optional.ofNullable(engine.now().changes().get(assignment.attempt().change()))
            .map(change -> change.aim().branch())
            .orElse(null);
    return to -> repositories.writeWorkspace(assignment.repository(), assignment.commit(), branch, to);
  }

  private static AttemptEvent event(Assignment assignment, Outcome outcome) {
    return switch (outcome) {
      case Outcome.Exited(var at, int _, boolean outOfMemory) when outOfMemory ->
          new AttemptEvent.Faulted(at, new Fault.OutOfMemory(assignment.limits().memory()));
      case Outcome.Exited(var at, int code, boolean _) when code == 0 -> new AttemptEvent.Succeeded(at);
      case Outcome.Exited(var at, int code, boolean _) -> new AttemptEvent.Faulted(at, new Fault.ExitCode(code));
      case Outcome.NotStartable(var at, var because) -> new AttemptEvent.Faulted(at, new Fault.NotStartable(because));
      case Outcome.NeverStarted(var at) -> new AttemptEvent.NeverStarted(at);
      case Outcome.Unavailable(var at, var because, boolean _) -> new AttemptEvent.Broke(at, because, false);
    };
  }

  /// What waits here for room or for an engine does not begin any more.
  void leave() {
    leaving = true;
  }

  /// Containers run on.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    runner.close();
  }
}
