package dev.millrace.engine;

import dev.millrace.change.Aim;
import dev.millrace.change.AttemptId;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Note;
import dev.millrace.log.LogReader;
import dev.millrace.log.Logs;
import dev.millrace.pipeline.StageName;
import dev.millrace.queue.Carrier;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Target;
import dev.millrace.statistics.Estimate;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Window;
import dev.millrace.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Tells whoever waits for changes what becomes of them while it happens. A push that is held and the API say the same.
///
/// Whoever waits costs a thread of the cheap kind and is woken when something of their changes, or of the queue these
/// are in, has moved. Nothing is kept for them: who is slow misses no line and holds nobody up.
public final class Progress implements AutoCloseable {
  /// After how long a silence something is said, so that no proxy takes the connection for dead.
  public static final Duration KEEP_ALIVE = Duration.ofSeconds(20);

  /// How much of a failed step's log is shown.
  private static final int TAIL = 20;

  private static final int WIDTH = 400;

  /// Of how many changes every line is told; of more, only how each of them ended.
  private static final int FEW = 20;

  private final Engine engine;
  private final Store store;
  private final Logs logs;
  private final Clock clock;
  private final Duration keepAlive;
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /// Rings when there may be something to tell.
  private record Follower(Set<ChangeId> changes, Set<Target> targets, BlockingQueue<Boolean> bell) {
    void ring() {
      bell.offer(true);
    }
  }

  Progress(Engine engine, Store store, Logs logs, Clock clock, Duration keepAlive) {
    this.engine = engine;
    this.store = store;
    this.logs = logs;
    this.clock = clock;
    this.keepAlive = keepAlive;
  }

  /// Comes after each decision, on the engine's thread.
  void hear(Decision decision) {
    if (followers.isEmpty()) {
      return;
    }
    Set<ChangeId> touched = decision.touched().stream().map(Change::id).collect(Collectors.toSet());
    decision.notes().forEach(note -> touched.add(note.change()));
    Set<Target> targets = targets(decision.touched());
    for (Follower follower : followers) {
      if (follower.changes().stream().anyMatch(touched::contains) || follower.targets().stream().anyMatch(targets::contains)) {
        follower.ring();
      }
    }
  }

  private static Set<Target> targets(Collection<Change> changes) {
    return changes.stream()
        .filter(change -> change.aim() instanceof Aim.Integrate)
        .map(IntegrationQueue::target)
        .collect(Collectors.toSet());
  }

  /// Tells a change from its beginning on.
  ///
  /// @param say see [#follow(Map, Outcome.Until, Predicate)]
  public Outcome follow(ChangeId change, Outcome.Until until, Predicate<String> say) throws InterruptedException {
    return follow(Map.of(change, new Ticker(0, -1)), until, say).getOrDefault(change, Outcome.open(change, ""));
  }

  /// Returns when all have come so far, when nobody listens any more, or when the server stops.
  ///
  /// @param changes with what has been told of each
  /// @param say shows a line; false when nobody sees it any more
  Map<ChangeId, Outcome> follow(Map<ChangeId, Ticker> changes, Outcome.Until until, Predicate<String> say)
      throws InterruptedException {
    List<Change> first = changes.keySet().stream().map(this::now).toList();
    var follower =
        new Follower(Set.copyOf(changes.keySet()), targets(first), new ArrayBlockingQueue<>(1));
    followers.add(follower);
    try {
      return new Telling(changes, until, say, follower).outcomes();
    } finally {
      followers.remove(follower);
    }
  }

  private Change now(ChangeId id) {
    Change flying = engine.now().changes().get(id);
    return flying != null
        ? flying
        : store.change(id).orElseThrow(() -> new IllegalStateException("nobody can wait for " + id + ", which is not there"));
  }

  /// The queue that it is in and can still land from.
  private Optional<IntegrationQueue> queue(Change change) {
    if (change.ended() || !(change.aim() instanceof Aim.Integrate) || change.landed()) {
      return Optional.empty();
    }
    return Optional.ofNullable(
            IntegrationQueue.of(engine.now().changes().values()).get(IntegrationQueue.target(change)))
        .filter(queue -> queue.changes().stream().anyMatch(its -> its.id().equals(change.id())));
  }

  /// How many are ahead of it in its queue; -1 when it is in none.
  private int ahead(Change change) {
    return queue(change).map(queue -> queue.ahead(change.id())).orElse(-1);
  }

  private Optional<Carrier> carrier(Change change) {
    return queue(change).flatMap(queue -> queue.carrier(change.id()));
  }

  private Estimate left(Change change) {
    if (!(change.state() instanceof ChangeState.Moving)) {
      return Estimate.UNKNOWN;
    }
    Map<StageName, Figures> figures = store.stageStatistics(change.id().pipeline(), Window.USUAL, clock.instant());
    Map<StageName, Summary> recent = new HashMap<>();
    figures.forEach((stage, its) -> recent.put(stage, its.recent()));
    return Estimate.leftToLanding(change, recent, clock.instant());
  }

  /// One who waits.
  private final class Telling {
    private final Map<ChangeId, Ticker> open;
    private final Map<ChangeId, Outcome> outcomes = new LinkedHashMap<>();
    private final Outcome.Until until;
    private final Predicate<String> say;
    private final Follower follower;
    private final boolean several;
    private final boolean many;
    private long spoken = System.nanoTime();
    private boolean gone;

    Telling(Map<ChangeId, Ticker> changes, Outcome.Until until, Predicate<String> say, Follower follower) {
      this.open = new LinkedHashMap<>(changes);
      this.until = until;
      this.say = say;
      this.follower = follower;
      this.several = changes.size() > 1;
      this.many = changes.size() > FEW;
    }

    Map<ChangeId, Outcome> outcomes() throws InterruptedException {
      while (true) {
        for (ChangeId id : List.copyOf(open.keySet())) {
          tell(id);
        }
        String trouble = closed ? "Millrace is stopping" : gone ? "nobody listens" : engine.stopped().orElse("");
        if (open.isEmpty() || !trouble.isEmpty()) {
          open.keySet().forEach(id -> outcomes.put(id, Outcome.open(id, trouble + "; " + id + " goes on")));
          return outcomes;
        }
        long left = spoken + keepAlive.toNanos() - System.nanoTime();
        if (follower.bell().poll(Math.max(0, left), TimeUnit.NANOSECONDS) == null) {
          still();
        }
      }
    }

    private void tell(ChangeId id) {
      Change change = now(id);
      List<Note> history = many ? List.of() : store.history(id);
      // what was decided in between would be told out of its order
      for (Change again = now(id); !many && !again.equals(change); again = now(id)) {
        change = again;
        history = store.history(id);
      }
      Ticker ticker = open.get(id);
      String name = several ? id + " " : "";
      if (ticker != null && !many) {
        for (Ticker.Line line : ticker.news(change, history, ahead(change), carrier(change))) {
          switch (line) {
            case Ticker.Line.Plain(String text) -> say(name + text);
            case Ticker.Line.TailOf(AttemptId attempt) -> tail(name, attempt);
          }
        }
      }
      Optional<Outcome> outcome = Outcome.of(change, until);
      if (outcome.isPresent()) {
        open.remove(id);
        outcomes.put(id, outcome.get());
        if (several) {
          say(outcome.get().because());
        }
      }
    }

    private void tail(String name, AttemptId attempt) {
      LogReader log = logs.reader(attempt);
      long count = log.lineCount();
      String margin = name + "  " + attempt.step() + " | ";
      if (count == 0) {
        say(margin + "(it printed nothing)");
      }
      for (var line : log.lines(Math.max(0, count - TAIL), TAIL)) {
        String seen = line.seen();
        int end = Math.min(seen.length(), WIDTH);
        say(margin + seen.substring(0, end) + (end < seen.length() || line.cut() ? " …" : ""));
      }
    }

    private void still() {
      if (open.size() > 1) {
        say("… still " + open.size() + " changes on their way");
      } else {
        for (ChangeId id : open.keySet()) {
          Change change = now(id);
          say(Ticker.still(change, ahead(change), carrier(change), left(change), clock.instant()));
        }
      }
    }

    private void say(String line) {
      gone |= !say.test(line);
      spoken = System.nanoTime();
    }
  }

  /// Sends everybody who waits away: the server stops.
  @Override
  public void close() {
    closed = true;
    followers.forEach(Follower::ring);
  }
}
