package dev.millrace.engine;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.flow.AttemptEvent;
import dev.millrace.flow.Effect;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.flow.Event;
import dev.millrace.flow.Owed;
import dev.millrace.git.Repositories;
import dev.millrace.log.LogTrouble;
import dev.millrace.log.LogWriter;
import dev.millrace.log.Logs;
import dev.millrace.pipeline.BranchName;
import dev.millrace.runner.Runner;
import dev.millrace.runner.Runner.Outcome;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees container steps through: gives the runner their workspace and their log, and makes them wait while there is no
/// room or no engine.
final class Steps implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Steps.class);

  /// How long to wait before asking an engine again that did not do what it should; after the last, a step that has not
  /// begun is given up if the engine is there.
  private static final Duration[] PATIENCE =
      Stream.of(1, 2, 4, 8, 15, 30).map(Duration::ofSeconds).toArray(Duration[]::new);

  /// How often an engine that is there is asked again for a step that has begun: it may just have come back.
  private static final int A_FEW = 3;

  /// How long it may take until a start is told.
  private static final Duration A_WHILE = Duration.ofMinutes(1);

  private final Engine engine;
  private final Repositories repositories;
  private final Runner runner;
  private final Logs logs;
  private final Sweep sweep;
  private final Clock clock;
  private final Semaphore room;
  private final int atOnce;

  /// Those that were begun in an earlier life: their room is kept for them, or others would begin before they are found.
  private final Set<AttemptId> kept;

  /// Those that wait for room, and those that have it.
  private final Set<AttemptId> outside = ConcurrentHashMap.newKeySet();
  private final Set<AttemptId> inside = ConcurrentHashMap.newKeySet();

  /// Those whose log cannot be kept, and why.
  private final Map<AttemptId, String> unlogged = new ConcurrentHashMap<>();

  /// Those that wait here and can be woken by an interrupt. Guarded by this.
  private final Map<AttemptId, Thread> waiting = new HashMap<>();

  /// When those of this life were told to have begun, by the engine's clock and by [System#nanoTime].
  private final Map<AttemptId, Began> began = new ConcurrentHashMap<>();

  /// May have been started in an earlier life.
  private final Set<AttemptId> old;

  private volatile boolean leaving;
  private boolean closed;

  /// @param atOnce how many containers may run at once
  Steps(
      Engine engine, Repositories repositories, Runner runner, Logs logs, Sweep sweep, Clock clock, int atOnce) {
    this.engine = engine;
    this.repositories = repositories;
    this.runner = runner;
    this.logs = logs;
    this.sweep = sweep;
    this.clock = clock;
    this.atOnce = atOnce;
    this.old = inFlight(engine);
    this.kept = ConcurrentHashMap.newKeySet();
    begun(engine).limit(atOnce).forEach(kept::add);
    this.room = new Semaphore(atOnce - kept.size(), true);
  }

  /// The attempts that run, or have ended unnoticed.
  private static Stream<AttemptId> begun(Engine engine) {
    Map<ChangeId, Change> all = engine.now().changes();
    return all.values().stream()
        .flatMap(
            change ->
                Owed.to(all, change).stream()
                    .flatMap(effect -> effect instanceof Effect.Run(Assignment its) ? Stream.of(its.attempt()) : Stream.empty())
                    .filter(id -> change.attempt(id).filter(Steps::planned).isEmpty()));
  }

  private record Began(Instant at, long nanos) {}

  /// The attempts that have not ended.
  static Set<AttemptId> inFlight(Engine engine) {
    return engine.now().changes().values().stream()
        .flatMap(change -> change.attempts().stream())
        .filter(attempt -> !attempt.ended())
        .map(Attempt::id)
        .collect(Collectors.toUnmodifiableSet());
  }

  void prepare(Assignment assignment) throws InterruptedException {
    runner.prepare(assignment, workspace(assignment));
  }

  /// Runs it, or finds it again, and says how it ended.
  AttemptEvent run(Assignment assignment) throws InterruptedException {
    boolean roomTaken = takeRoom(assignment.attempt());
    inside.add(assignment.attempt());
    try {
      if (stopping(assignment.attempt())) {
        // those stopped with it may have made room before its own stop has reached the runner
        boolean _ = stopped(assignment.attempt());
      }
      stayIfItHasNotBegun(assignment.attempt());
      return event(assignment, patiently(assignment));
    } finally {
      inside.remove(assignment.attempt());
      began.remove(assignment.attempt());
      if (roomTaken) {
        room.release();
      }
    }
  }

  /// Why logs cannot be kept, as a sentence; empty when they can.
  Optional<String> trouble() {
    return unlogged.entrySet().stream()
        .min(Map.Entry.comparingByKey())
        .map(first -> first.getKey() + " waits for its log: " + first.getValue() + "; see that the disk has room");
  }

  /// What those wait for that have not begun, in words that follow "waits for".
  Map<AttemptId, String> waiting() {
    var all = new HashMap<AttemptId, String>();
    for (AttemptId id : inside) {
      runner.waitsFor(id).ifPresent(what -> all.put(id, what));
    }
    String full = "room: %d of %d steps run here, %d wait".formatted(atOnce - room.availablePermits(), atOnce, outside.size());
    outside.forEach(id -> all.put(id, full));
    return all;
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
        return kept.remove(id) || room.tryAcquire();
      }
      if (!room.tryAcquire(0, TimeUnit.SECONDS)) {
        outside.add(id);
        room.acquire();
      }
      return true;
    } catch (InterruptedException e) {
      goOnIfOpen(e);
      return false;
    } finally {
      outside.remove(id);
      goesOn(id);
    }
  }

  /// Waits for an engine that does not answer, however long that takes: every page says so, and whoever does not want to
  /// wait can cancel. What an engine that is there could not do is tried again for a while, a short one if the step has
  /// begun. One whose time is over may have ended before, so it is waited for as well.
  private Outcome patiently(Assignment assignment) throws InterruptedException {
    AttemptId id = assignment.attempt();
    for (int trials = 0; ; trials++) {
      Outcome outcome = runLogged(assignment);
      if (!(outcome instanceof Outcome.Unavailable(var _, var because, boolean again)) || !again) {
        return outcome;
      }
      boolean enough = trials >= (planned(id) ? PATIENCE.length : A_FEW);
      if (enough && runner.trouble().isEmpty() || givenUp(id)) {
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

  /// Ends early when the attempt is given up.
  private void pause(AttemptId id, Duration pause) throws InterruptedException {
    waits(id);
    try {
      if (!givenUp(id)) {
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
    return attempt(id).filter(Steps::planned).isPresent();
  }

  private static boolean planned(Attempt attempt) {
    return attempt.state() instanceof AttemptState.Planned;
  }

  private boolean stopping(AttemptId id) {
    return attempt(id).filter(attempt -> attempt.state() instanceof AttemptState.Stopping).isPresent();
  }

  /// Whether nobody wants to know any more how it ends.
  private boolean givenUp(AttemptId id) {
    return attempt(id)
        .filter(
            attempt ->
                attempt.state() instanceof AttemptState.Stopping(var from, var reason)
                    && (from == null || reason instanceof AttemptState.StopReason.Cancelled))
        .isPresent();
  }

  private Optional<Attempt> attempt(AttemptId id) {
    return Optional.ofNullable(engine.now().changes().get(id.change())).flatMap(change -> change.attempt(id));
  }

  /// Waits for a log that cannot be kept, however long that takes, as the disk is full: what the step prints stays with its
  /// container until then, and nothing of it is lost. Whoever does not want to wait can cancel.
  private Outcome runLogged(Assignment assignment) throws InterruptedException {
    AttemptId id = assignment.attempt();
    for (int trials = 0; ; trials++) {
      try (LogWriter writer = logs.writer(id)) {
        return runner.run(assignment, workspace(assignment), new Output(id, writer));
      } catch (LogTrouble e) {
        if (givenUp(id)) {
          return new Outcome.Unavailable(clock.instant(), String.valueOf(e.getMessage()), false);
        }
        Duration pause = PATIENCE[Math.min(trials, PATIENCE.length - 1)];
        LOG.warn("{} waits {} s: {}", id, pause.toSeconds(), e.getMessage());
        unlogged.put(id, String.valueOf(e.getMessage()));
        try {
          pause(id, pause);
        } finally {
          unlogged.remove(id);
        }
        stayIfItHasNotBegun(id);
      }
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
    public boolean begun() {
      return attempt(attempt).flatMap(Attempt::startedAt).isPresent();
    }

    @Override
    public void started(Instant at, @Nullable Image image) {
      if (!at.equals(told)) {
        told = at;
        if (!old.contains(attempt)) {
          began.putIfAbsent(attempt, new Began(at, System.nanoTime()));
        }
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

  private AttemptEvent event(Assignment assignment, Outcome outcome) {
    Instant at = end(assignment.attempt(), outcome.at());
    return switch (outcome) {
      case Outcome.Exited(var _, int _, boolean outOfMemory) when outOfMemory ->
          new AttemptEvent.Faulted(at, new Fault.OutOfMemory(assignment.limits().memory()));
      case Outcome.Exited(var _, int code, boolean _) when code == 0 -> new AttemptEvent.Succeeded(at);
      case Outcome.Exited(var _, int code, boolean _) -> new AttemptEvent.Faulted(at, new Fault.ExitCode(code));
      case Outcome.NotStartable(var _, var because) -> new AttemptEvent.Faulted(at, new Fault.NotStartable(because));
      case Outcome.NeverStarted _ -> new AttemptEvent.NeverStarted(at);
      case Outcome.Unavailable(var _, var because, boolean _) -> new AttemptEvent.Broke(at, because, false);
    };
  }

  /// When it ended, with the duration that a clock shows which nobody sets, if by the engine's clock it ended before it
  /// began, or ran for longer than it was there: that clock was set meanwhile.
  private Instant end(AttemptId id, Instant said) {
    Began its = began.get(id);
    if (its != null) {
      return plausible(its.at, said, Duration.ofNanos(System.nanoTime() - its.nanos));
    }
    Instant start = attempt(id).flatMap(Attempt::startedAt).orElse(said);
    return said.isBefore(start) ? start : said;
  }

  static Instant plausible(Instant start, Instant said, Duration most) {
    return said.isBefore(start) || said.isAfter(start.plus(most).plus(A_WHILE)) ? start.plus(most) : said;
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
