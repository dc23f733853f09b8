package dev.millrace.runner;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Image;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.runner.Runner.Outcome;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/// Containers that exist only in memory and do what the test says: they wait to be told what to print and how to end.
/// They outlive the [#runner] that started them, as real ones outlive a server; a server that starts again takes a new
/// runner of the same containers. Steps are named by their locator, `shop/42/verify/unit/1`.
///
/// Whoever uses a runner in a way that the contract does not allow is written down in [#violations].
public final class ScriptedContainers {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int CODE_OF_STOPPED = 143;

  /// What a step does by itself when it starts, on a thread of its own.
  public interface Script {
    void play(String step) throws InterruptedException;
  }

  record Piece(Instant stamp, byte[] bytes) {}

  /// One container; guarded by the containers' monitor.
  static final class Box {
    final Assignment assignment;
    final byte[] workspace;
    final List<Piece> log = new ArrayList<>();
    final Image image;
    Instant startedAt;
    Outcome outcome;
    int watchers;

    Box(Assignment assignment, byte[] workspace, Image image) {
      this.image = image;
      this.assignment = assignment;
      this.workspace = workspace;
    }

    boolean running() {
      return startedAt != null && outcome == null;
    }
  }

  private final InstantSource clock;
  private final Map<String, Box> boxes = new TreeMap<>();
  private final Map<String, Script> scripts = new HashMap<>();
  private final Map<String, String> refusals = new HashMap<>();
  private final Set<String> stubborn = new HashSet<>();
  private final Set<String> hangingUp = new HashSet<>();
  private final Map<String, Integer> starts = new HashMap<>();
  private final Set<String> stopped = new TreeSet<>();
  final Set<String> released = new TreeSet<>();

  /// Those of them that had run: they never may again.
  final Set<String> over = new TreeSet<>();
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Integer> contents = new HashMap<>();
  private String unreachable;

  /// Who asks how the engine is waits for this.
  private volatile CompletableFuture<Void> voice = CompletableFuture.completedFuture(null);

  public ScriptedContainers() {
    this(InstantSource.system());
  }

  /// @param clock gives the times at which containers start, print and end
  public ScriptedContainers(InstantSource clock) {
    this.clock = clock;
  }

  /// For a server that starts.
  public Runner runner() {
    return new ScriptedRunner(this);
  }

  // -- what the test makes happen

  /// Steps with this command do this by themselves.
  public synchronized ScriptedContainers script(String command, Script script) {
    scripts.put(command, script);
    return this;
  }

  public void print(String step, String text) {
    print(step, text.getBytes(StandardCharsets.UTF_8));
  }

  public synchronized void print(String step, byte[] bytes) {
    running(step).log.add(new Piece(now(), bytes));
    notifyAll();
  }

  public void end(String step, int code) {
    end(step, new Outcome.Exited(now(), code, false));
  }

  public void outOfMemory(String step) {
    end(step, new Outcome.Exited(now(), 137, true));
  }

  /// It is lost: its machine, its engine.
  public void breaks(String step, String because, boolean again) {
    end(step, new Outcome.Unavailable(now(), because, again));
  }

  /// Somebody clears the engine up, and takes this one along.
  public synchronized void remove(String step) {
    existing(step);
    boxes.remove(step);
    notifyAll();
  }

  /// Somebody pushes another image under the name: containers that are made from now on have that content.
  public synchronized void replaceImage(String name) {
    contents.merge(name, 1, Integer::sum);
  }

  private Image image(String name) {
    return new Image(name, String.format("sha256:%064x", (name + contents.getOrDefault(name, 0)).hashCode()));
  }

  /// When it shall start, it will turn out that it cannot.
  public synchronized void refuseToStart(String step, String because) {
    refusals.put(step, because);
  }

  /// It goes on when it is told to stop, until the test ends it.
  public synchronized void makeStubborn(String step) {
    stubborn.add(step);
  }

  /// It hangs up on who asks next for this one, and is there all the time.
  public synchronized void hangUpOnce(String step) {
    hangingUp.add(step);
  }

  public synchronized void makeUnreachable(String because) {
    unreachable = because;
  }

  public synchronized void makeReachable() {
    unreachable = null;
  }

  // -- what the test sees

  public void awaitPrepared(String step) throws InterruptedException {
    await(() -> boxes.containsKey(step), "a container for " + step);
  }

  public void awaitRunning(String step) throws InterruptedException {
    await(() -> boxes.containsKey(step) && boxes.get(step).running(), step + " to run");
  }

  /// Somebody sees it through for the n-th time: once for each server that found it.
  public void awaitWatched(String step, int times) throws InterruptedException {
    await(() -> boxes.containsKey(step) && boxes.get(step).watchers >= times, step + " to be watched");
  }

  public void awaitStopWanted(String step) throws InterruptedException {
    await(() -> stopped.contains(step), "somebody to stop " + step);
  }

  public void awaitReleased(String step) throws InterruptedException {
    await(() -> released.contains(step), "somebody to release " + step);
  }

  public synchronized Set<String> running() {
    Set<String> running = new TreeSet<>(boxes.keySet());
    running.removeIf(step -> !boxes.get(step).running());
    return running;
  }

  /// Those that exist, in whatever state.
  public synchronized Set<String> all() {
    return new TreeSet<>(boxes.keySet());
  }

  public synchronized Assignment assignment(String step) {
    return existing(step).assignment;
  }

  /// The archive that its workspace came in.
  public synchronized byte[] workspace(String step) {
    return existing(step).workspace;
  }

  /// How often it was started: never more than once.
  public synchronized int starts(String step) {
    return starts.getOrDefault(step, 0);
  }

  public synchronized List<String> violations() {
    return List.copyOf(violations);
  }

  /// Who asks how the engine is gets no answer, until [#speak].
  public void fallSilent() {
    voice = new CompletableFuture<>();
  }

  public void speak() {
    voice.complete(null);
  }

  // -- what runners do

  synchronized void violated(String rule) {
    violations.add(rule);
  }

  void reach() {
    if (unreachable != null) {
      throw new UncheckedIOException(new ConnectException(unreachable));
    }
  }

  synchronized void reachFor(AttemptId attempt) {
    reach();
    if (hangingUp.remove(attempt.toString())) {
      throw new UncheckedIOException(new ConnectException("it hung up"));
    }
  }

  String trouble() {
    voice.join();
    synchronized (this) {
      return unreachable;
    }
  }

  Box box(AttemptId attempt) {
    return boxes.get(attempt.toString());
  }

  void create(Assignment assignment, byte[] workspace) {
    boxes.put(assignment.attempt().toString(), new Box(assignment, workspace, image(assignment.image())));
    notifyAll();
  }

  void start(AttemptId attempt) {
    String step = attempt.toString();
    Box box = existing(step);
    if (refusals.containsKey(step)) {
      box.outcome = new Outcome.NotStartable(now(), refusals.get(step));
    } else {
      box.startedAt = now();
      starts.merge(step, 1, Integer::sum);
      Script script = scripts.get(box.assignment.command());
      if (script != null) {
        Thread.ofVirtual().name("script of " + step).start(() -> play(step, script));
      }
    }
    notifyAll();
  }

  private void play(String step, Script script) {
    try {
      script.play(step);
    } catch (InterruptedException interrupted) {
      violated(step + " was interrupted in its script");
    } catch (IllegalStateException over) {
      synchronized (this) {
        if (running().contains(step)) {
          violations.add(step + ": its script failed: " + over);
        }
      }
    }
  }

  synchronized void stop(AttemptId attempt) {
    String step = attempt.toString();
    stopped.add(step);
    Box box = boxes.get(step);
    if (box != null && box.startedAt == null && box.outcome == null) {
      boxes.remove(step);
    } else if (box != null && box.running() && !stubborn.contains(step)) {
      box.outcome = new Outcome.Exited(now(), CODE_OF_STOPPED, false);
    }
    notifyAll();
  }

  synchronized void release(AttemptId attempt) {
    String step = attempt.toString();
    Box box = boxes.remove(step);
    if (box != null && (box.startedAt != null || box.outcome != null)) {
      over.add(step);
    }
    released.add(step);
    notifyAll();
  }

  Instant now() {
    return clock.instant();
  }

  private synchronized void end(String step, Outcome outcome) {
    running(step).outcome = outcome;
    notifyAll();
  }

  private Box existing(String step) {
    Box box = boxes.get(step);
    if (box == null) {
      throw new IllegalStateException("there is no container for " + step + ", only for " + boxes.keySet());
    }
    return box;
  }

  private Box running(String step) {
    Box box = existing(step);
    if (!box.running()) {
      throw new IllegalStateException(step + " does not run; these do: " + running());
    }
    return box;
  }

  private synchronized void await(Supplier<Boolean> wanted, String what) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!wanted.get()) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        throw new AssertionError(
            "waited in vain for " + what + "; there are containers for " + boxes.keySet() + ", running " + running());
      }
      wait(left);
    }
  }
}
