package dev.millrace.engine;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.Fault;
import dev.millrace.flow.AttemptEvent;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Effect;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.flow.Event;
import dev.millrace.flow.Owed;
import dev.millrace.git.AdvanceOutcome;
import dev.millrace.git.MergeOutcome;
import dev.millrace.git.PromotionOutcome;
import dev.millrace.git.Repositories;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does what is owed: hands each effect to its adapter on a virtual thread of its own and tells the engine the result.
///
/// What is owed is asked of the state, never remembered: after a restart the same question gives the same effects, and
/// each is safe to perform twice. An effect is in hand until its result is stored, so none is performed twice at once.
final class Performer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Performer.class);

  private final Engine engine;
  private final Repositories repositories;
  private final Steps steps;
  private final Deadlines deadlines;
  private final Clock clock;
  private final Promoter promoter;
  private final Consumer<Effect.Promote> landed;
  private final Consumer<Effect.Promote> moved;
  private final BiConsumer<Effect.Advance, CommitId> advanced;
  private final Map<ChangeId, Map<Effect, Thread>> inHand = new HashMap<>();
  private final Map<AttemptId, Thread> preparing = new HashMap<>();
  private boolean leaving;
  private boolean closed;

  /// @param landed told after changes have landed
  /// @param moved told after a promotion has found its target elsewhere
  /// @param advanced told where another branch was moved to, after the engine has stored that
  Performer(
      Engine engine,
      Repositories repositories,
      Promoter promoter,
      Steps steps,
      Clock clock,
      Consumer<Effect.Promote> landed,
      Consumer<Effect.Promote> moved,
      BiConsumer<Effect.Advance, CommitId> advanced) {
    this.engine = engine;
    this.repositories = repositories;
    this.steps = steps;
    this.deadlines = new Deadlines(engine, clock);
    this.clock = clock;
    this.promoter = promoter;
    this.landed = landed;
    this.moved = moved;
    this.advanced = advanced;
  }

  /// Takes up what a decision has made owed and drops what it has made needless. Does not block.
  void owe(Decision decision) {
    decision.touched().forEach(change -> owe(change.id()));
  }

  /// Looks at the change as it is now, under the lock: by an older picture an effect that has been let go of since, with
  /// its result stored and its container gone, would be begun once more.
  synchronized void owe(ChangeId id) {
    if (closed) {
      return;
    }
    Map<ChangeId, Change> all = engine.now().changes();
    Change change = all.get(id);
    Set<Effect> owed = change == null ? Set.of() : new HashSet<>(Owed.to(all, change));
    Map<Effect, Thread> its = inHand.computeIfAbsent(id, _ -> new HashMap<>());
    drop(its, owed);
    for (Effect effect : owed) {
      if (!leaving || !isOfAStep(effect)) {
        its.computeIfAbsent(effect, _ -> begin(id, effect));
      }
    }
    if (its.isEmpty()) {
      inHand.remove(id);
    }
    deadlines.watch(id, change);
  }

  private static boolean isOfAStep(Effect effect) {
    return switch (effect) {
      case Effect.Run _, Effect.Prepare _ -> true;
      case Effect.Merge _, Effect.Promote _, Effect.Advance _, Effect.Stop _ -> false;
    };
  }

  private Thread begin(ChangeId change, Effect effect) {
    Thread before =
        switch (effect) {
          case Effect.Run(Assignment assignment) -> preparing.remove(assignment.attempt());
          // it may just be let go of, by another candidate's leave
          case Effect.Prepare(Assignment assignment) -> preparing.get(assignment.attempt());
          default -> null;
        };
    Thread thread = Thread.ofVirtual().name("perform " + change).start(() -> perform(change, effect, before));
    if (effect instanceof Effect.Prepare(Assignment assignment)) {
      preparing.put(assignment.attempt(), thread);
    }
    return thread;
  }

  private void drop(Map<Effect, Thread> its, Set<Effect> owed) {
    for (Iterator<Effect> all = its.keySet().iterator(); all.hasNext(); ) {
      Effect effect = all.next();
      if (owed.contains(effect)) {
        continue;
      }
      switch (effect) {
        case Effect.Stop _ -> all.remove();
        case Effect.Prepare(Assignment assignment) -> {
          all.remove();
          if (!owed.contains(new Effect.Run(assignment))) {
            // who runs an attempt of this name next waits until this is gone
            Thread prepared = preparing.get(assignment.attempt());
            preparing.put(
                assignment.attempt(), Thread.ofVirtual().start(() -> discard(assignment.attempt(), prepared)));
          }
        }
        // They end by themselves and tell their result, which nobody may want any more.
        case Effect.Merge _, Effect.Run _, Effect.Promote _, Effect.Advance _ -> {}
      }
    }
  }

  private void discard(AttemptId attempt, @Nullable Thread prepared) {
    try {
      if (prepared != null) {
        prepared.join();
      }
      steps.release(attempt);
      synchronized (this) {
        preparing.remove(attempt, Thread.currentThread());
      }
    } catch (InterruptedException e) {
      LOG.debug("{} is left for the sweep at the next start", attempt);
    }
  }

  private void perform(ChangeId change, Effect effect, @Nullable Thread before) {
    try {
      if (!(effect instanceof Effect.Stop)) {
        engine.awaitRoom();
      }
      switch (effect) {
        case Effect.Merge merge -> settled(change, effect, merge(merge));
        case Effect.Promote promote -> promote(change, promote);
        case Effect.Advance advance -> advance(change, advance);
        case Effect.Run(Assignment assignment) -> run(change, effect, assignment, before);
        case Effect.Prepare(Assignment assignment) -> {
          if (before != null) {
            before.join();
          }
          steps.prepare(assignment);
        }
        case Effect.Stop(AttemptId attempt) -> steps.stop(attempt);
      }
    } catch (InterruptedException e) {
      LOG.debug("{} is left as it is; the server is stopping", effect);
    } catch (RuntimeException e) {
      if (effect instanceof Effect.Prepare) {
        LOG.debug("{} will be told when the attempt itself runs", effect, e);
      } else if (engine.stopped().isEmpty() && !isClosed()) {
        LOG.error("{} could not be performed", effect, e);
        broken(change, effect, e);
      }
    }
  }

  /// Stores the result, and only then lets go of the effect.
  private void settled(ChangeId change, Effect effect, Event event) {
    engine.tell(event).join();
    letGo(change, effect);
  }

  private synchronized void letGo(ChangeId change, Effect effect) {
    Map<Effect, Thread> its = inHand.get(change);
    if (its != null) {
      its.remove(effect);
    }
    owe(change);
  }

  private void broken(ChangeId change, Effect effect, RuntimeException bug) {
    String because = "the server could not do it: " + bug.getMessage();
    Instant at = clock.instant();
    switch (effect) {
      case Effect.Merge merge -> settled(change, effect, new Event.NotMergeable(at, merge, change, because));
      case Effect.Promote promote ->
          settled(change, effect, new Event.Tried(promote.attempt(), new AttemptEvent.Broke(at, because, false)));
      case Effect.Advance advance ->
          settled(change, effect, new Event.Tried(advance.attempt(), new AttemptEvent.Broke(at, because, false)));
      case Effect.Run(Assignment assignment) ->
          settled(change, effect, new Event.Tried(assignment.attempt(), new AttemptEvent.Broke(at, because, false)));
      // The attempt itself will say so when its turn comes.
      case Effect.Prepare _, Effect.Stop _ -> {}
    }
  }

  private Event merge(Effect.Merge order) {
    order.pieces().forEach(piece -> repositories.keep(order.repository(), piece.change(), piece.commit().id()));
    MergeOutcome outcome = repositories.stack(order);
    Instant at = clock.instant();
    return switch (outcome) {
      case MergeOutcome.Stacked stacked -> {
        repositories.keep(order.repository(), order.change(), stacked.commit());
        var candidate = new Candidate(stacked.base(), stacked.commit());
        yield new Event.Merged(at, order, candidate, stacked.tree(), stacked.by().toString());
      }
      case MergeOutcome.Conflict(var base, var piece, var files) ->
          new Event.Conflicted(at, order, piece, base, files);
      case MergeOutcome.NothingNew(var base, var piece) -> new Event.NothingToIntegrate(at, order, piece, base);
      case MergeOutcome.Impossible(var piece, var because) ->
          new Event.NotMergeable(at, order, piece == null ? order.change() : piece, because);
    };
  }

  private void promote(ChangeId change, Effect.Promote order) throws InterruptedException {
    Instant before = clock.instant();
    engine.tell(new Event.Tried(order.attempt(), new AttemptEvent.Started(before)));
    PromotionOutcome outcome = promoter.promote(change, order);
    Instant at = clock.instant();
    switch (outcome) {
      case PromotionOutcome.Promoted _ -> {
        settled(change, order, new Event.Tried(order.attempt(), new AttemptEvent.Succeeded(at)));
        landed.accept(order);
      }
      case PromotionOutcome.Moved(var found) -> {
        settled(change, order, new Event.TargetMoved(at, order.attempt(), found));
        moved.accept(order);
      }
      case PromotionOutcome.Unreachable(var because) ->
          settled(change, order, new Event.Tried(order.attempt(), new AttemptEvent.Broke(at, because, false)));
      case PromotionOutcome.NotAllowed(var because) ->
          settled(change, order, new Event.Tried(order.attempt(), new AttemptEvent.Broke(at, because, false)));
      case PromotionOutcome.Impossible(var because) -> {
        Fault fault = new Fault.NotStartable(because);
        settled(change, order, new Event.Tried(order.attempt(), new AttemptEvent.Faulted(at, fault)));
      }
    }
  }

  private void advance(ChangeId change, Effect.Advance order) throws InterruptedException {
    engine.tell(new Event.Tried(order.attempt(), new AttemptEvent.Started(clock.instant())));
    switch (promoter.advance(change, order)) {
      case AdvanceOutcome.Advanced(var head, var moved) -> {
        Instant at = clock.instant();
        if (moved) {
          // for the pipelines that follow that branch it is a push like any other
          engine
              .tell(new Event.BranchMoved(at, order.repository(), order.to(), head, "the promotion of " + change))
              .join();
          advanced.accept(order, head.id());
        }
        settled(change, order, new Event.Tried(order.attempt(), new AttemptEvent.Succeeded(at)));
      }
      case AdvanceOutcome.Unreachable(var because) ->
          settled(change, order, new Event.Tried(order.attempt(), new AttemptEvent.Broke(clock.instant(), because, false)));
      case AdvanceOutcome.NotAllowed(var because) ->
          settled(change, order, new Event.Tried(order.attempt(), new AttemptEvent.Broke(clock.instant(), because, false)));
      case AdvanceOutcome.Impossible(var because) -> {
        Fault fault = new Fault.NotStartable(because);
        settled(change, order, new Event.Tried(order.attempt(), new AttemptEvent.Faulted(clock.instant(), fault)));
      }
    }
  }

  private void run(ChangeId change, Effect effect, Assignment assignment, @Nullable Thread before)
      throws InterruptedException {
    if (before != null) {
      before.join();
    }
    AttemptEvent end = steps.run(assignment);
    if (isClosed()) {
      // it may have been cut off rather than ended; at the next start it is found again
      return;
    }
    settled(change, effect, new Event.Tried(assignment.attempt(), end));
    steps.release(assignment.attempt());
  }

  /// No step begins any more: it is left to the next start, which finds those that run.
  void leave() {
    synchronized (this) {
      leaving = true;
    }
    steps.leave();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  /// Lets go of everything; containers run on.
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    deadlines.close();
    promoter.close();
    // before the interrupts: a step that waits for room would take one for a stop, and go on to run
    steps.close();
    synchronized (this) {
      inHand.values().forEach(its -> its.values().forEach(Thread::interrupt));
    }
  }
}
