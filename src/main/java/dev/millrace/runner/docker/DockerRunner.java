package dev.millrace.runner.docker;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Image;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.runner.Runner;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Runs steps as containers of a Docker engine, on this machine or another.
///
/// A container is named by its attempt and carries it as a label, so that a server started later finds it again. One
/// server at a time uses an engine under the same `installation`.
public final class DockerRunner implements Runner {
  private static final String INSTALLATION = "millrace.installation";
  private static final String ATTEMPT = "millrace.attempt";
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration SILENCE = Duration.ofMinutes(2);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final Duration A_MOMENT = Duration.ofSeconds(1);
  private static final int LOG_TRIALS = 5;

  /// The engine keeps what a container prints while it is away for those only that still run when it is back.
  private static final String LINES_MAY_MISS =
      "Millrace: the container engine was away from %s to %s UTC, when this step ended. What it printed meanwhile may be missing.";

  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneOffset.UTC);
  private static final Logger LOG = LoggerFactory.getLogger(DockerRunner.class);

  private final Daemon daemon;
  private final String installation;
  private final Duration silence;
  private final Map<AttemptId, Slot> slots = new ConcurrentHashMap<>();
  private final Errands errands = new Errands();

  /// @param host where the engine listens, `unix:///var/run/docker.sock` or `tcp://...`
  /// @param installation a short name of this server among those that use the engine
  public DockerRunner(String host, String installation) {
    this(host, installation, SILENCE);
  }

  /// @param silence for how long nothing may be heard of an image that is being fetched
  DockerRunner(String host, String installation, Duration silence) {
    if (!NameRule.LABEL.allows(installation)) {
      throw new IllegalArgumentException(
          "not an installation: \"" + installation + "\"; its name is made of " + NameRule.LABEL.sentence());
    }
    this.daemon = new Daemon(host);
    this.installation = installation;
    this.silence = silence;
  }

  @Override
  public void prepare(Assignment assignment, Workspace workspace) throws InterruptedException {
    goOnIfOpen();
    Slot slot = slot(assignment.attempt());
    slot.lock.lockInterruptibly();
    try {
      // trouble is not told here: it may be over when the step is run, and is told then if it is not
      Optional<Outcome> _ = fill(slot, assignment, workspace);
    } catch (UncheckedIOException | Refused broken) {
      goOnIfOpen();
    } catch (RuntimeException broken) {
      goOnIfOpen();
      throw broken;
    } finally {
      slot.lock.unlock();
    }
  }

  @Override
  public Outcome run(Assignment assignment, Workspace workspace, Output output) throws InterruptedException {
    Slot slot = slot(assignment.attempt());
    try {
      Begin begin = begin(slot, assignment, workspace, output);
      return switch (begin) {
        case Begin.Begun(String id) -> watch(id, slot, assignment, output);
        case Begin.Not(Outcome outcome) -> outcome;
      };
    } catch (RuntimeException broken) {
      // a closed client and an interrupted call fail in many ways
      goOnIfOpen();
      throw broken;
    }
  }

  @Override
  public void stop(AttemptId attempt) {
    unlessInTrouble(() -> end(attempt));
  }

  /// An engine that is there and answers with an error of its own is as good as away, and so is one that this has let
  /// go of: what it was to do is still to be done.
  private void unlessInTrouble(Runnable call) {
    try {
      call.run();
    } catch (Refused refused) {
      if (refused.status < 500) {
        throw refused;
      }
      throw new UncheckedIOException(new IOException(refused.because(), refused));
    } catch (RuntimeException broken) {
      // a closed client fails in many ways
      if (errands.open()) {
        throw broken;
      }
      throw new UncheckedIOException(new IOException("the server is stopping", broken));
    }
  }

  private void end(AttemptId attempt) {
    Slot slot = slot(attempt);
    breakOff(slot);
    Optional<String> running = Optional.empty();
    slot.lock.lock();
    try {
      switch (daemon.inspect(name(attempt)).orElse(null)) {
        case Container.Created(String id, var _) -> {
          daemon.discard(id);
          slot.ready = null;
        }
        case Container.Running(String id, var _, var _, var _) -> running = Optional.of(id);
        case Container.Exited _ -> {}
        case null -> {}
      }
    } finally {
      slot.lock.unlock();
    }
    running.ifPresent(id -> daemon.stop(id, GRACE));
  }

  @Override
  public void release(AttemptId attempt) {
    unlessInTrouble(() -> discard(attempt));
  }

  private void discard(AttemptId attempt) {
    Slot slot = slots.remove(attempt);
    if (slot == null) {
      daemon.remove(name(attempt));
      return;
    }
    breakOff(slot);
    slot.lock.lock();
    try {
      daemon.remove(name(attempt));
    } finally {
      slot.lock.unlock();
    }
  }

  @Override
  public Set<AttemptId> holding() {
    Set<AttemptId> held = new HashSet<>();
    unlessInTrouble(
        () -> daemon.labelled(INSTALLATION, installation, ATTEMPT).stream().map(DockerRunner::attempt).forEach(held::add));
    return Set.copyOf(held);
  }

  @Override
  public Optional<String> waitsFor(AttemptId attempt) {
    return Optional.ofNullable(slots.get(attempt))
        .flatMap(slot -> Optional.ofNullable(slot.pulling))
        .map(image -> "its image: \"" + image + "\" is being pulled");
  }

  @Override
  public Optional<String> trouble() {
    return daemon.trouble();
  }

  @Override
  public void close() {
    if (errands.open()) {
      errands.close();
      daemon.close();
    }
  }

  private Slot slot(AttemptId attempt) {
    return slots.computeIfAbsent(attempt, _ -> new Slot());
  }

  private static void breakOff(Slot slot) {
    slot.stopped = true;
    Thread preparing = slot.preparing;
    if (preparing != null) {
      preparing.interrupt();
    }
  }

  private sealed interface Begin {
    record Begun(String id) implements Begin {}

    record Not(Outcome outcome) implements Begin {}
  }

  /// Brings the container to its start, or finds it started already.
  private Begin begin(Slot slot, Assignment assignment, Workspace workspace, Output output) throws InterruptedException {
    slot.lock.lockInterruptibly();
    try {
      if (slot.begun == null && output.begun()) {
        goOnIfOpen();
        return again(slot, assignment.attempt());
      }
      for (; ; ) {
        Optional<Outcome> failure = fill(slot, assignment, workspace);
        if (failure.isPresent()) {
          return new Begin.Not(failure.get());
        }
        String begun = slot.begun;
        if (begun != null) {
          return new Begin.Begun(begun);
        }
        Optional<Outcome> refusal = start(slot, assignment);
        if (refusal.isPresent()) {
          return new Begin.Not(refusal.get());
        }
      }
    } catch (UncheckedIOException broken) {
      goOnIfOpen();
      return new Begin.Not(new Outcome.Unavailable(Instant.now(), daemon.unreachable(broken), true));
    } finally {
      slot.lock.unlock();
    }
  }

  /// Finds the container of an attempt that began in an earlier life; without it, its name keeps nobody from starting it
  /// a second time.
  private Begin again(Slot slot, AttemptId attempt) {
    try {
      Optional<Container> found =
          daemon.inspect(name(attempt)).filter(its -> attempt.toString().equals(its.labels().get(ATTEMPT)));
      if (found.isEmpty()) {
        return new Begin.Not(removed());
      }
      slot.begun = found.get().id();
      return new Begin.Begun(found.get().id());
    } catch (Refused refused) {
      return new Begin.Not(
          new Outcome.Unavailable(
              Instant.now(), "the Docker engine could not say how its container is: " + refused.because(), true));
    }
  }

  private static Outcome removed() {
    return new Outcome.Unavailable(
        Instant.now(), "its container was removed, but not by Millrace: nobody knows how it ended", false);
  }

  private Optional<Outcome> start(Slot slot, Assignment assignment) {
    String id = slot.ready;
    if (id == null) {
      throw new IllegalStateException("nothing to start for " + assignment.attempt());
    }
    slot.ready = null;
    try {
      daemon.start(id);
      slot.begun = id;
    } catch (UncheckedIOException broken) {
      // whether it started is not known: it counts as begun, and is looked at when the engine is back
      slot.begun = id;
    } catch (Refused refused) {
      // a container that is gone is made anew
      return refused.status == Refused.MISSING && daemon.inspect(id).isEmpty()
          ? Optional.empty()
          : Optional.of(notStarted(refused, assignment));
    }
    return Optional.empty();
  }

  private static Outcome notStarted(Refused refused, Assignment assignment) {
    String because = refused.because();
    boolean definition =
        refused.status < 500
            || because.contains("exec format error")
            || because.contains("executable file not found")
            || because.contains("no such file or directory")
            || because.contains("not a directory");
    return definition
        ? new Outcome.NotStartable(
            Instant.now(), "image \"%s\" cannot run /bin/sh: %s".formatted(assignment.image(), because))
        : new Outcome.Unavailable(Instant.now(), "the Docker engine could not start it: " + because, true);
  }

  /// Makes the container and copies the workspace into it, if both is not done; else finds it.
  private Optional<Outcome> fill(Slot slot, Assignment assignment, Workspace workspace) throws InterruptedException {
    String name = name(assignment.attempt());
    boolean pulled = false;
    while (slot.begun == null) {
      goOnIfOpen();
      if (slot.stopped) {
        Optional<Outcome> end = giveUp(slot, name);
        if (end.isPresent()) {
          return end;
        }
        continue;
      }
      if (slot.ready != null) {
        return Optional.empty();
      }
      try {
        switch (daemon.create(name, assignment, labels(assignment.attempt()))) {
          case Daemon.Creation.Made(String id) -> {
            Optional<Outcome> failure = copy(slot, id, workspace);
            if (failure.isPresent()) {
              return failure;
            }
          }
          case Daemon.Creation.NameTaken() -> {
            Optional<Outcome> failure = find(slot, name, assignment.attempt());
            if (failure.isPresent()) {
              return failure;
            }
          }
          case Daemon.Creation.NoImage() -> {
            Optional<Outcome> failure =
                pulled ? Optional.of(noImage(assignment, "it vanished", false)) : pull(slot, assignment);
            pulled = true;
            if (failure.isPresent() && !slot.stopped) {
              return failure;
            }
          }
        }
      } catch (Refused refused) {
        Instant now = Instant.now();
        return Optional.of(
            refused.status < 500
                ? new Outcome.NotStartable(now, "the Docker engine refuses the container: " + refused.because())
                : new Outcome.Unavailable(
                    now, "the Docker engine could not make the container: " + refused.because(), true));
      }
    }
    return Optional.empty();
  }

  /// It was stopped: whatever was not started never will be. Empty if it turns out to have been started before.
  private Optional<Outcome> giveUp(Slot slot, String name) {
    slot.ready = null;
    return switch (daemon.inspect(name).orElse(null)) {
      case null -> Optional.of(new Outcome.NeverStarted(Instant.now()));
      case Container.Created(String id, var _) -> {
        daemon.discard(id);
        yield Optional.of(new Outcome.NeverStarted(Instant.now()));
      }
      case Container.Running running -> begun(slot, running);
      case Container.Exited exited -> begun(slot, exited);
    };
  }

  /// The name is taken, so there is a container already: of an earlier life of this server, as a rule.
  private Optional<Outcome> find(Slot slot, String name, AttemptId attempt) {
    Optional<Container> found = daemon.inspect(name);
    if (found.isPresent() && !attempt.toString().equals(found.get().labels().get(ATTEMPT))) {
      return Optional.of(
          new Outcome.Unavailable(
              Instant.now(), "a container called %s is not Millrace's: remove or rename it".formatted(name), false));
    }
    return switch (found.orElse(null)) {
      case null -> Optional.empty();
      case Container.Created(String id, var _) -> {
        // its workspace may be there in part only, and nobody can tell
        daemon.discard(id);
        yield Optional.empty();
      }
      case Container.Running running -> begun(slot, running);
      case Container.Exited exited -> begun(slot, exited);
    };
  }

  private static Optional<Outcome> begun(Slot slot, Container container) {
    slot.begun = container.id();
    return Optional.empty();
  }

  private Optional<Outcome> pull(Slot slot, Assignment assignment) throws InterruptedException {
    var heard = new AtomicLong(System.nanoTime());
    slot.pulling = assignment.image();
    try (Errands.Errand pulling = errands.start(slot, () -> daemon.pull(assignment.image(), () -> heard.set(System.nanoTime())))) {
      awaitUnlessSilent(pulling, heard);
      return Optional.empty();
    } catch (Refused refused) {
      return Optional.of(noImage(assignment, refused.because(), false));
    } catch (TimeoutException _) {
      return Optional.of(
          noImage(assignment, "nothing has been heard of it for " + silence.toSeconds() + " s; see whether its registry answers", true));
    } catch (UncheckedIOException broken) {
      return unlessStopped(slot, broken);
    } finally {
      slot.pulling = null;
    }
  }

  /// However long it takes, as long as something comes.
  private void awaitUnlessSilent(Errands.Errand pulling, AtomicLong heard) throws InterruptedException, TimeoutException {
    while (true) {
      Duration left = silence.minusNanos(System.nanoTime() - heard.get());
      try {
        pulling.done(left);
        return;
      } catch (TimeoutException late) {
        if (System.nanoTime() - heard.get() >= silence.toNanos()) {
          throw late;
        }
      }
    }
  }

  private static Outcome noImage(Assignment assignment, String because, boolean again) {
    return new Outcome.Unavailable(
        Instant.now(),
        "image \"%s\" is not on the engine and cannot be pulled: %s; build it there or name another"
            .formatted(assignment.image(), because),
        again);
  }

  private Optional<Outcome> copy(Slot slot, String id, Workspace workspace) throws InterruptedException {
    try {
      // a pipe of the operating system: closing either end breaks the other, and nothing polls
      Pipe pipe = Pipe.open();
      try (Pipe.SinkChannel sink = pipe.sink();
          Errands.Errand unpacking = errands.start(slot, () -> unpack(id, pipe.source()))) {
        try {
          OutputStream tar = new BufferedOutputStream(Channels.newOutputStream(sink), 1 << 16);
          workspace.writeTar(tar);
          tar.flush();
        } catch (IOException broken) {
          goOnIfOpen();
          if (!pipe.source().isOpen()) {
            // the other side gave up first and knows why
            unpacking.done();
          }
          throw broken;
        }
        sink.close();
        unpacking.done();
      }
      slot.ready = id;
      return Optional.empty();
    } catch (UncheckedIOException broken) {
      return unlessStopped(slot, broken);
    } catch (IOException broken) {
      return Optional.of(
          new Outcome.Unavailable(
              Instant.now(), "the workspace could not be brought into the container: " + broken.getMessage(), true));
    }
  }

  private void unpack(String id, Pipe.SourceChannel source) throws IOException {
    try (InputStream tar = Channels.newInputStream(source)) {
      daemon.unpack(id, tar);
    }
  }

  private static Optional<Outcome> unlessStopped(Slot slot, UncheckedIOException broken) {
    if (slot.stopped) {
      return Optional.empty();
    }
    throw broken;
  }

  /// Sees a container that was started through to its end, however often the engine goes away meanwhile.
  private Outcome watch(String id, Slot slot, Assignment assignment, Output output) throws InterruptedException {
    AttemptId attempt = assignment.attempt();
    Replay replay = new Replay(output);
    boolean told = false;
    boolean followed = false;
    int trials = 0;
    Duration pause = FIRST_PAUSE;
    Instant away = null;
    for (; ; ) {
      try {
        switch (daemon.inspect(id).orElse(null)) {
          case null -> {
            return removed();
          }
          case Container.Created _ -> {
            return new Outcome.Unavailable(Instant.now(), "the Docker engine broke off starting the container", true);
          }
          case Container.Running running -> {
            away = null;
            if (!told) {
              output.started(running.startedAt(), image(assignment, running.image()));
              told = true;
            }
            if (slot.stopped) {
              // told to stop before, when there was nothing to stop or the engine was away
              daemon.stop(id, GRACE);
            } else if (followed && endsWithin(id, A_MOMENT)) {
              followed = false;
            } else {
              Replay.Reading reading = replay.again();
              try (Errands.Errand following = errands.start(() -> daemon.logs(id, true, reading))) {
                following.done();
              }
              followed = true;
            }
            pause = FIRST_PAUSE;
          }
          case Container.Exited exited -> {
            if (!told) {
              output.started(exited.startedAt(), image(assignment, exited.image()));
              told = true;
            }
            // what was followed may lack the last lines: engines before 23 end a follow before they have sent all
            Replay.Reading reading = replay.again();
            trials++;
            try (Errands.Errand collecting = errands.start(() -> daemon.logs(id, false, reading))) {
              collecting.done();
            }
            if (away != null && !exited.finishedAt().isBefore(away)) {
              replay.say(exited.finishedAt(), LINES_MAY_MISS.formatted(TIME.format(away), TIME.format(Instant.now())));
            }
            return ended(exited, replay);
          }
        }
      } catch (UncheckedIOException | Refused broken) {
        goOnIfOpen();
        replay.rethrow();
        if (away == null && broken instanceof UncheckedIOException) {
          away = Instant.now();
        }
        if (trials == LOG_TRIALS) {
          return new Outcome.Unavailable(
              Instant.now(), "its log cannot be read to the end: " + broken.getMessage(), true);
        }
        LOG.warn("{}: {}; asking the Docker engine again in {} ms", attempt, broken.getMessage(), pause.toMillis());
        if (errands.closedWithin(pause)) {
          throw new InterruptedException("the runner was closed");
        }
        pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
      }
    }
  }

  /// Engines other than Docker's own leave the algorithm out.
  private static @Nullable Image image(Assignment assignment, @Nullable String id) {
    if (id == null || id.isBlank()) {
      return null;
    }
    return new Image(assignment.image(), id.contains(":") ? id : "sha256:" + id);
  }

  /// The end of the log and the end of the container are told apart by a moment only, as a rule.
  private boolean endsWithin(String id, Duration limit) throws InterruptedException {
    try (Errands.Errand waiting = errands.start(() -> daemon.awaitEnd(id))) {
      waiting.done(limit);
      return true;
    } catch (TimeoutException _) {
      return false;
    }
  }

  private static Outcome ended(Container.Exited exited, Replay replay) {
    Optional<String> noShell = exited.code() == 0 ? Optional.empty() : replay.initFailure();
    return noShell.isPresent()
        ? new Outcome.NotStartable(
            exited.finishedAt(), "the image has no /bin/sh that can be executed: " + noShell.get())
        : new Outcome.Exited(exited.finishedAt(), exited.code(), exited.outOfMemory());
  }

  private void goOnIfOpen() throws InterruptedException {
    if (Thread.interrupted() || !errands.open()) {
      throw new InterruptedException("the runner was closed, or the step is not to be seen through here");
    }
  }

  private String name(AttemptId attempt) {
    // names have no dots, so this is unambiguous
    return "millrace-" + installation + "." + attempt.toString().replace('/', '.');
  }

  private Map<String, String> labels(AttemptId attempt) {
    return Map.of(
        INSTALLATION, installation,
        ATTEMPT, attempt.toString(),
        "millrace.change", attempt.change().toString(),
        "millrace.stage", attempt.stage().toString(),
        "millrace.step", attempt.step().toString());
  }

  private static AttemptId attempt(String locator) {
    String[] part = locator.split("/", -1);
    return new AttemptId(
        new ChangeId(new PipelineName(part[0]), Integer.parseInt(part[1])),
        new StageName(part[2]),
        new StepName(part[3]),
        Integer.parseInt(part[4]));
  }
}
