package dev.millrace.store;

import static dev.millrace.store.tables.Tables.MOVED;
import static dev.millrace.store.tables.Tables.NOTE;
import static dev.millrace.store.tables.Tables.PIPELINE;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Experience.FlakyStep;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.queue.Hold;
import dev.millrace.queue.Target;
import dev.millrace.store.Database.Transaction;
import java.time.Instant;
import java.util.Objects;
import java.util.Collection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;

/// What some decisions come to, compared with what is stored; collected first and written in one go, so that a change
/// that was touched often is written once.
final class Writing {
  private final SortedMap<PipelineName, Known> pipelinesBefore;
  private final TreeMap<PipelineName, Known> pipelines;
  private final Function<ChangeId, Optional<Change>> stored;
  private final Instant now;
  private final Map<ChangeId, Change> before = new HashMap<>();
  private final Map<ChangeId, Change> after = new LinkedHashMap<>();
  private final List<Note> notes = new ArrayList<>();
  private final List<Moved> moved = new ArrayList<>();
  private final Map<Target, Hold> holdsBefore;
  private final Set<FlakyStep> flakyBefore;
  private Map<Target, Hold> holds;
  private Set<FlakyStep> flaky;
  private long sequence;

  Writing(
      SortedMap<PipelineName, Known> pipelines,
      Map<Target, Hold> holds,
      Set<FlakyStep> flaky,
      long lastSequence,
      Function<ChangeId, Optional<Change>> stored,
      Instant now) {
    this.pipelinesBefore = pipelines;
    this.holdsBefore = holds;
    this.flakyBefore = flaky;
    this.holds = holds;
    this.flaky = flaky;
    this.pipelines = new TreeMap<>(pipelines);
    this.sequence = lastSequence;
    this.stored = stored;
    this.now = now;
  }

  void add(Decision decision) {
    define(decision.next().definitions());
    hold(decision.next().holds(), decision.next().definitions().values());
    flaky = decision.next().experience().flaky();
    decision.touched().forEach(this::touch);
    notes.addAll(decision.notes());
  }

  private void hold(Map<Target, Hold> next, Collection<Definition> today) {
    for (Definition definition : today) {
      Integration integration = definition.pipeline().integration();
      if (integration != null) {
        var target = new Target(definition.pipeline().repository(), integration.into());
        if (!Objects.equals(holds.get(target), next.get(target))) {
          move(definition.name(), null, null, next.containsKey(target) ? "queue.held" : "queue.released");
        }
      }
    }
    holds = next;
  }

  boolean isEmpty() {
    return after.isEmpty() && notes.isEmpty() && moved.isEmpty() && holds.equals(holdsBefore) && flaky.equals(flakyBefore);
  }

  SortedMap<PipelineName, Known> pipelines() {
    return Collections.unmodifiableSortedMap(pipelines);
  }

  /// The changes as they are when this is written.
  Map<ChangeId, Change> changes() {
    return after;
  }

  Map<Target, Hold> holds() {
    return holds;
  }

  Set<FlakyStep> flaky() {
    return flaky;
  }

  /// What moved by this, in its order.
  List<Moved> moved() {
    return moved;
  }

  long lastSequence() {
    return sequence;
  }

  private void define(Map<PipelineName, Definition> today) {
    for (var entry : List.copyOf(pipelines.entrySet())) {
      Known known = entry.getValue();
      if (known.defined() && !today.containsKey(entry.getKey())) {
        pipelines.put(entry.getKey(), new Known(known.definition(), false, known.lastNumber()));
        move(entry.getKey(), null, null, "pipeline.removed");
      }
    }
    for (Definition definition : new TreeMap<>(today).values()) {
      Known known = pipelines.get(definition.name());
      if (known == null || !known.defined() || !same(known.definition(), definition)) {
        pipelines.put(definition.name(), new Known(definition, true, known == null ? 0 : known.lastNumber()));
        move(definition.name(), null, null, "pipeline.defined");
      }
    }
  }

  private static boolean same(Definition one, Definition other) {
    return one == other
        || one.commit().equals(other.commit()) && one.path().equals(other.path()) && one.text().equals(other.text());
  }

  private void touch(Change change) {
    ChangeId id = change.id();
    Known known = pipelines.get(id.pipeline());
    boolean isNew = !after.containsKey(id) && (known == null || id.number() > known.lastNumber());
    Change previous = after.get(id);
    if (previous == null && !isNew) {
      previous =
          stored.apply(id).orElseThrow(() -> new IllegalStateException(id + " is not stored, but a later one is"));
      before.put(id, previous);
    }
    if (isNew) {
      pipelines.put(
          id.pipeline(),
          known == null
              ? new Known(change.definition(), false, id.number())
              : new Known(known.definition(), known.defined(), id.number()));
    }
    if (previous == null || !alike(previous, change)) {
      move(id.pipeline(), id, null, "change." + ChangeRows.word(change.state()));
    }
    if (previous != null) {
      requireSuccessor(previous, change);
    }
    for (int place = 0; place < change.attempts().size(); place++) {
      Attempt attempt = change.attempts().get(place);
      Attempt was = previous == null || place >= previous.attempts().size() ? null : previous.attempts().get(place);
      if (was == null || !was.state().equals(attempt.state())) {
        move(id.pipeline(), id, attempt.id(), "attempt." + AttemptRows.word(attempt.state()));
      }
    }
    after.put(id, change);
  }

  /// What a change is and what has ended never changes, and no attempt is ever lost.
  private static void requireSuccessor(Change previous, Change next) {
    if (!previous.commit().equals(next.commit())
        || !previous.aim().equals(next.aim())
        || !previous.by().equals(next.by())
        || !previous.parameters().equals(next.parameters())
        || !previous.createdAt().equals(next.createdAt())
        || previous.candidacies().size() > next.candidacies().size()
        || previous.attempts().size() > next.attempts().size()) {
      throw new IllegalStateException("not the same change any more: " + previous + " and " + next);
    }
    for (int place = 0; place < previous.attempts().size(); place++) {
      Attempt was = previous.attempts().get(place);
      Attempt is = next.attempts().get(place);
      if (was != is && (!was.in(is.state()).in(is.image()).equals(is) || was.ended() && !was.equals(is))) {
        throw new IllegalStateException(
            "an attempt does not become another, and one that ended never changes: " + was + " and " + is);
      }
    }
  }

  /// Whether they differ in their attempts only.
  private static boolean alike(Change one, Change other) {
    return one.with(List.of()).equals(other.with(List.of()));
  }

  /// Whether their rows are the same: they differ in their candidates and attempts only.
  private static boolean sameRow(Change one, Change other) {
    return alike(one.going(List.of()), other.going(List.of()));
  }

  private void move(PipelineName pipeline, @Nullable ChangeId change, @Nullable AttemptId attempt, String what) {
    moved.add(new Moved(++sequence, now, pipeline, change, attempt, what));
  }

  void write(Transaction transaction, Definitions definitions) {
    for (var entry : pipelines.entrySet()) {
      if (!entry.getValue().equals(pipelinesBefore.get(entry.getKey()))) {
        definitions.keep(transaction, entry.getValue().definition());
        transaction.each(List.of(row(transaction, entry.getKey(), entry.getValue())));
      }
    }
    var newChanges = new ArrayList<Query>();
    var changes = new ArrayList<Query>();
    var newCandidates = new ArrayList<Query>();
    var candidates = new ArrayList<Query>();
    var newAttempts = new ArrayList<Query>();
    var attempts = new ArrayList<Query>();
    var newTrials = new ArrayList<Query>();
    var trials = new ArrayList<Query>();
    for (Change change : after.values()) {
      definitions.keep(transaction, change.definition());
      Change previous = before.get(change.id());
      if (previous == null) {
        newChanges.add(ChangeRows.insert(transaction, change));
        previous = change.with(List.of()).going(List.of());
      } else if (!sameRow(previous, change)) {
        changes.add(ChangeRows.update(transaction, previous, change));
      }
      for (int place = 0; place < change.candidacies().size(); place++) {
        Candidacy candidacy = change.candidacies().get(place);
        if (place >= previous.candidacies().size()) {
          newCandidates.add(CandidateRows.insert(transaction, change.id(), candidacy));
        } else if (!previous.candidacies().get(place).equals(candidacy)) {
          candidates.add(
              CandidateRows.update(transaction, change.id(), previous.candidacies().get(place), candidacy));
        }
      }
      for (int place = 0; place < change.attempts().size(); place++) {
        Attempt attempt = change.attempts().get(place);
        if (place >= previous.attempts().size()) {
          newAttempts.add(AttemptRows.insert(transaction, place, attempt));
        } else if (!previous.attempts().get(place).state().equals(attempt.state())) {
          attempts.add(AttemptRows.update(transaction, previous.attempts().get(place), attempt));
        }
      }
      Trials.collect(transaction, previous, change, newTrials, trials);
    }
    transaction.each(newChanges);
    transaction.each(changes);
    transaction.each(newCandidates);
    transaction.each(candidates);
    transaction.each(newAttempts);
    transaction.each(attempts);
    transaction.each(newTrials);
    transaction.each(trials);
    transaction.each(notes.stream().map(note -> row(transaction, note)).toList());
    transaction.each(moved.stream().map(one -> row(transaction, one)).toList());
    Queues.write(transaction, holdsBefore, holds);
    Queues.write(transaction, flakyBefore, flaky);
  }

  private Query row(Transaction transaction, PipelineName name, Known known) {
    return pipelinesBefore.containsKey(name)
        ? transaction
            .sql()
            .update(PIPELINE)
            .set(PIPELINE.DEFINITION_COMMIT, known.definition().commit())
            .set(PIPELINE.DEFINED, known.defined())
            .set(PIPELINE.LAST_NUMBER, known.lastNumber())
            .where(PIPELINE.NAME.eq(name.text()), PIPELINE.LAST_NUMBER.le(known.lastNumber()))
        : transaction
            .sql()
            .insertInto(PIPELINE)
            .set(PIPELINE.NAME, name.text())
            .set(PIPELINE.DEFINITION_COMMIT, known.definition().commit())
            .set(PIPELINE.DEFINED, known.defined())
            .set(PIPELINE.LAST_NUMBER, known.lastNumber());
  }

  private static Query row(Transaction transaction, Note note) {
    return transaction
        .sql()
        .insertInto(NOTE)
        .set(NOTE.PIPELINE, note.change().pipeline().text())
        .set(NOTE.NUMBER, note.change().number())
        .set(NOTE.HAPPENED_AT, note.at())
        .set(NOTE.SENTENCE, note.sentence());
  }

  private static Query row(Transaction transaction, Moved moved) {
    ChangeId change = moved.change();
    AttemptId attempt = moved.attempt();
    return transaction
        .sql()
        .insertInto(MOVED)
        .set(MOVED.SEQUENCE, moved.sequence())
        .set(MOVED.SAVED_AT, moved.at())
        .set(MOVED.PIPELINE, moved.pipeline().text())
        .set(MOVED.NUMBER, change == null ? null : (Integer) change.number())
        .set(MOVED.STAGE, attempt == null ? null : attempt.stage().text())
        .set(MOVED.STEP, attempt == null ? null : attempt.step().text())
        .set(MOVED.ATTEMPT, attempt == null ? null : (Integer) attempt.number())
        .set(MOVED.WHAT, moved.what());
  }
}
