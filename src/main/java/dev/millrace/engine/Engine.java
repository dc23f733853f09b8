package dev.millrace.engine;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.flow.Answer;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Event;
import dev.millrace.flow.Flow;
import dev.millrace.flow.InFlight;
import dev.millrace.flow.Request;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one writer. Takes events and requests from an inbox, asks [Flow] what follows, stores that in one transaction
/// for all that had come in, and only then lets anybody hear of it.
///
/// While the disk has no room, requests are refused, and what has happened waits to be stored. A bug in the rules or a store
/// that cannot be written stops it, loudly: what was stored is right, and going on from anything else would not be.
public final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final int CROWD = 256;

  /// How often it is looked whether there is room.
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

  private final Store store;
  private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
  private final List<Consumer<Decision>> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread = Thread.ofPlatform().name("engine").unstarted(this::work);
  private volatile InFlight now;
  private volatile @Nullable String stopped;

  private sealed interface Message {
    CompletableFuture<?> answer();
  }

  private record Told(Event event, CompletableFuture<Decision> answer) implements Message {}

  private record Asked(Request request, CompletableFuture<Answer> answer) implements Message {}

  private record Halt(CompletableFuture<Void> answer) implements Message {}

  public Engine(Store store) {
    this.store = store;
    this.now = store.load();
  }

  /// @param listener hears of every decision after it is stored, on the engine's thread: it must not block
  public void listen(Consumer<Decision> listener) {
    listeners.add(listener);
  }

  public void start() {
    thread.start();
  }

  /// What is in flight, as it is stored.
  public InFlight now() {
    return now;
  }

  /// Why it has stopped, for good; empty while it works.
  public Optional<String> stopped() {
    return Optional.ofNullable(stopped);
  }

  /// Why it has stopped, or cannot store anything for now, for every page to show; empty while it works.
  public Optional<String> trouble() {
    return stopped().or(() -> store.obstacle().map(full -> "nothing can be stored: " + full.getMessage() + ", and it goes on by itself"));
  }

  /// Returns when there is room to store something.
  void awaitRoom() throws InterruptedException {
    while (store.obstacle().isPresent()) {
      Thread.sleep(LOOK_AGAIN);
    }
  }

  /// Says that something has happened. The answer comes when that is stored.
  public CompletableFuture<Decision> tell(Event event) {
    var answer = new CompletableFuture<Decision>();
    put(new Told(event, answer));
    return answer;
  }

  /// Asks for something and waits until it is refused, or granted and stored.
  ///
  /// @throws IllegalStateException when the engine has stopped
  /// @throws StoreException.NoRoom when nothing can be stored for now
  public Answer ask(Request request) {
    var answer = new CompletableFuture<Answer>();
    put(new Asked(request, answer));
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException refused ? refused : e;
    }
  }

  private void put(Message message) {
    inbox.add(message);
    stopped().ifPresent(because -> message.answer().completeExceptionally(new IllegalStateException(because)));
  }

  private void work() {
    try {
      var crowd = new ArrayList<Message>();
      while (true) {
        if (crowd.isEmpty()) {
          crowd.add(inbox.take());
        }
        inbox.drainTo(crowd, CROWD);
        Optional<Halt> halt;
        try {
          halt = work(crowd);
          crowd.clear();
        } catch (StoreException.NoRoom full) {
          LOG.warn("Nothing is stored: {}", full.getMessage());
          halt = pause(crowd);
        }
        if (halt.isPresent()) {
          stop("the server is stopping", crowd);
          halt.get().answer().complete(null);
          return;
        }
      }
    } catch (InterruptedException e) {
      stop("the engine was interrupted", List.of());
    }
  }

  /// Waits until there is room. Of the crowd, and of those that come, what has happened stays.
  private Optional<Halt> pause(List<Message> crowd) throws InterruptedException {
    for (Optional<StoreException.NoRoom> obstacle = store.obstacle(); obstacle.isPresent(); obstacle = store.obstacle()) {
      StoreException.NoRoom because = obstacle.get();
      crowd.removeIf(message -> message instanceof Asked(var _, var answer) && answer.completeExceptionally(because));
      for (Message message : crowd) {
        if (message instanceof Halt halt) {
          return Optional.of(halt);
        }
      }
      Message next = inbox.poll(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
      if (next != null) {
        crowd.add(next);
      }
    }
    LOG.info("There is room again");
    return Optional.empty();
  }

  private Optional<Halt> work(List<Message> crowd) {
    var decisions = new ArrayList<Decision>();
    var answers = new ArrayList<Runnable>();
    Optional<Halt> halt = Optional.empty();
    try {
      InFlight next = now;
      for (int at = 0; at < crowd.size(); at++) {
        switch (crowd.get(at)) {
          case Told(Event.BranchMoved _, var _) -> {
            List<Told> moves = moves(crowd.subList(at, crowd.size()));
            List<Decision> decided = Flow.decide(next, moves.stream().map(told -> (Event.BranchMoved) told.event()).toList());
            for (int which = 0; which < moves.size(); which++) {
              Decision decision = decided.get(which);
              CompletableFuture<Decision> answer = moves.get(which).answer();
              answers.add(() -> answer.complete(decision));
            }
            decisions.addAll(decided);
            next = decided.getLast().next();
            at += moves.size() - 1;
          }
          case Told(Event event, var answer) -> {
            Decision decision = Flow.decide(next, event);
            next = decision.next();
            decisions.add(decision);
            answers.add(() -> answer.complete(decision));
          }
          case Asked(Request request, var answer) -> {
            Answer answered = Flow.decide(next, freshest(request, decisions));
            if (answered instanceof Answer.Granted(Decision decision, ChangeId _)) {
              next = decision.next();
              decisions.add(decision);
            }
            answers.add(() -> answer.complete(answered));
          }
          case Halt asked -> halt = Optional.of(asked);
        }
      }
      store.save(decisions);
      now = next;
    } catch (StoreException.NoRoom e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.error("The engine stops: it can no longer decide or store. What was stored before is right; start again.", e);
      stop("the engine has stopped: " + e.getMessage() + "; see the server's log, then start the server again", crowd);
      return Optional.of(halt.orElse(new Halt(new CompletableFuture<>())));
    }
    for (Decision decision : decisions) {
      for (Consumer<Decision> listener : listeners) {
        listener.accept(decision);
      }
    }
    answers.forEach(Runnable::run);
    return halt;
  }

  /// The branches that have moved at the front of the crowd, one after the other.
  private static List<Told> moves(List<Message> crowd) {
    return crowd.stream()
        .takeWhile(message -> message instanceof Told(Event.BranchMoved _, var _))
        .map(Told.class::cast)
        .toList();
  }

  /// An ended change is not in flight, and what somebody read of it a moment ago may be old.
  private Request freshest(Request request, List<Decision> unsaved) {
    return switch (request) {
      case Request.Trigger _,
          Request.Cancel _,
          Request.MoveUp _,
          Request.HoldQueue _,
          Request.ReleaseQueue _ ->
          request;
      case Request.RunAgain again -> {
        ChangeId id = again.change().id();
        Change change =
            unsaved.reversed().stream()
                .flatMap(decision -> decision.touched().stream())
                .filter(its -> its.id().equals(id))
                .findFirst()
                .or(() -> store.change(id))
                .orElse(again.change());
        yield new Request.RunAgain(again.at(), again.by(), change, again.from(), again.latest());
      }
    };
  }

  private void stop(String because, List<Message> crowd) {
    if (stopped == null) {
      stopped = because;
    }
    var left = new ArrayList<>(crowd);
    inbox.drainTo(left);
    left.forEach(message -> message.answer().completeExceptionally(new IllegalStateException(because)));
  }

  /// Stores what has come in and stops; what comes later is refused.
  @Override
  public void close() {
    if (!thread.isAlive()) {
      return;
    }
    var done = new CompletableFuture<Void>();
    put(new Halt(done));
    try {
      done.join();
    } catch (CompletionException e) {
      LOG.debug("The engine had stopped before", e);
    }
  }
}
