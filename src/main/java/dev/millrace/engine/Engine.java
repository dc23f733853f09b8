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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one writer. Takes events and requests from an inbox, asks [Flow] what follows, stores that in one transaction
/// for all that had come in, and only then lets anybody hear of it.
///
/// A bug in the rules or a store that is damaged stops it, loudly: what was stored is right, and going on from anything
/// else would not be. A store that cannot be written for now, as when its disk is full, holds it up: what has happened
/// waits here, what is asked for is refused, and it goes on by itself when there is room.
public final class Engine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
  private static final int CROWD = 256;

  /// How long to wait before the store is tried again.
  private static final Backoff PAUSE = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(15));

  private final Store store;
  private final BlockingQueue<Message> inbox = new LinkedBlockingQueue<>();
  private final List<Consumer<Decision>> listeners = new CopyOnWriteArrayList<>();
  private final Thread thread = Thread.ofPlatform().name("engine").unstarted(this::work);
  private volatile InFlight now;
  private volatile @Nullable Trouble trouble;

  /// What has happened while the store could not be written. Of the engine's thread only.
  private final List<Message> held = new ArrayList<>();

  /// @param over completes when it goes on; fails when it will not
  private record Trouble(String sentence, CompletableFuture<Void> over) {
    boolean forGood() {
      return over.isCompletedExceptionally();
    }
  }

  private record Decided(InFlight next, List<Decision> decisions, List<Runnable> answers) {}

  private sealed interface Message {
    CompletableFuture<?> answer();

    /// @param because a sentence
    default void refuse(String because) {
      answer().completeExceptionally(new IllegalStateException(because));
    }
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

  /// Why it has stopped or is held up, for every page to show; empty while it works.
  public Optional<String> trouble() {
    return Optional.ofNullable(trouble).map(Trouble::sentence);
  }

  /// Whether it will do nothing any more before the server is started again.
  public boolean stopped() {
    Trouble its = trouble;
    return its != null && its.forGood();
  }

  /// Waits while it is held up.
  ///
  /// @return whether it goes on
  boolean well() throws InterruptedException {
    Trouble its = trouble;
    try {
      if (its != null) {
        its.over.get();
      }
      return true;
    } catch (ExecutionException stopped) {
      return false;
    }
  }

  /// Says that something has happened. The answer comes when that is stored, however long that takes.
  public CompletableFuture<Decision> tell(Event event) {
    var answer = new CompletableFuture<Decision>();
    put(new Told(event, answer));
    return answer;
  }

  /// Asks for something and waits until it is refused, or granted and stored.
  ///
  /// @throws IllegalStateException when the engine has stopped or is held up
  public Answer ask(Request request) {
    var answer = new CompletableFuture<Answer>();
    put(new Asked(request, answer));
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof IllegalStateException stopped ? stopped : e;
    }
  }

  private void put(Message message) {
    Trouble its = trouble;
    if (its != null && (its.forGood() || message instanceof Asked)) {
      message.refuse(its.sentence());
      return;
    }
    inbox.add(message);
    if (stopped()) {
      message.refuse(trouble().orElseThrow());
    }
  }

  private void work() {
    try {
      while (true) {
        var crowd = new ArrayList<Message>(held);
        held.clear();
        if (crowd.isEmpty()) {
          crowd.add(inbox.take());
        }
        inbox.drainTo(crowd, CROWD);
        Optional<Halt> halt = work(crowd);
        if (halt.isPresent()) {
          stop("the server is stopping", List.of());
          halt.get().answer().complete(null);
          return;
        }
      }
    } catch (InterruptedException e) {
      stop("the engine was interrupted", List.of());
    }
  }

  private Optional<Halt> work(List<Message> crowd) throws InterruptedException {
    Optional<Halt> halt =
        crowd.stream().flatMap(message -> message instanceof Halt its ? Stream.of(its) : Stream.empty()).findFirst();
    var decided = new Decided(now, List.of(), List.of());
    try {
      List<Message> taken = crowd;
      for (int failures = 0; ; failures++) {
        try {
          if (failures > 0 && store.recover()) {
            break;
          }
          decided = decide(taken);
          store.save(decided.decisions());
          break;
        } catch (StoreException e) {
          if (!e.passing()) {
            throw e;
          }
          String sentence = "nothing can be stored: " + e.getMessage() + "; it goes on by itself as soon as it can be";
          holdUp(sentence);
          taken.stream().filter(Asked.class::isInstance).forEach(asked -> asked.refuse(sentence));
          taken = taken.stream().filter(Told.class::isInstance).toList();
          Optional<Halt> stopping = halt.isPresent() ? halt : pause(PAUSE.pause(failures + 1, 0.5), sentence);
          if (stopping.isPresent()) {
            held.addAll(taken);
            return stopping;
          }
        }
      }
      now = decided.next();
    } catch (RuntimeException e) {
      LOG.error("The engine stops: it can no longer decide or store. What was stored before is right; start again.", e);
      stop("the engine has stopped: " + e.getMessage() + "; see the server's log, then start the server again", crowd);
      return Optional.of(halt.orElse(new Halt(new CompletableFuture<>())));
    }
    goOn();
    for (Decision decision : decided.decisions()) {
      for (Consumer<Decision> listener : listeners) {
        listener.accept(decision);
      }
    }
    decided.answers().forEach(Runnable::run);
    return halt;
  }

  private Decided decide(List<Message> crowd) {
    var decisions = new ArrayList<Decision>();
    var answers = new ArrayList<Runnable>();
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
        case Halt _ -> {}
      }
    }
    return new Decided(next, decisions, answers);
  }

  private void holdUp(String sentence) {
    Trouble its = trouble;
    if (its == null) {
      LOG.error("The engine is held up: {}", sentence);
      trouble = new Trouble(sentence, new CompletableFuture<>());
    }
  }

  private void goOn() {
    Trouble its = trouble;
    if (its != null) {
      LOG.info("The engine goes on: what was held up is stored");
      trouble = null;
      its.over.complete(null);
    }
  }

  /// Keeps what happens meanwhile, and refuses what is asked for.
  private Optional<Halt> pause(Duration time, String sentence) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    while (true) {
      switch (inbox.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        case Told told -> held.add(told);
        case Asked asked -> asked.refuse(sentence);
        case Halt halt -> {
          return Optional.of(halt);
        }
        case null -> {
          return Optional.empty();
        }
      }
    }
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
    var stopped = new IllegalStateException(because);
    Trouble before = trouble;
    if (before == null || !before.forGood()) {
      trouble = new Trouble(because, CompletableFuture.failedFuture(stopped));
    }
    if (before != null) {
      before.over.completeExceptionally(stopped);
    }
    var left = new ArrayList<>(crowd);
    left.addAll(held);
    inbox.drainTo(left);
    left.forEach(message -> message.answer().completeExceptionally(stopped));
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
