package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.AttemptState.Errored;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.queue.IntegrationQueue;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A decision in the making: what one event or request changes directly, and then, in [#settle], all that follows.
final class Draft {
  /// How often a step is tried that cannot be run for reasons of ours.
  private static final int TRIES = 3;

  private final Instant at;
  private Map<PipelineName, Definition> definitions;
  private final Map<PipelineName, Integer> numbers;
  private final SortedMap<ChangeId, Change> changes;
  private final Map<ChangeId, Change> before;
  private final Map<ChangeId, Change> touched = new LinkedHashMap<>();
  private final List<Note> notes = new ArrayList<>();

  Draft(InFlight now, Instant at) {
    this.at = at;
    this.definitions = now.definitions();
    this.numbers = new HashMap<>(now.numbers());
    this.changes = new TreeMap<>(now.changes());
    this.before = now.changes();
  }

  Instant at() {
    return at;
  }

  /// By name, so that what a push starts has its numbers in a fixed order.
  Collection<Definition> definitions() {
    return new TreeMap<>(definitions).values();
  }

  void define(List<Definition> today) {
    var next = new HashMap<PipelineName, Definition>();
    for (Definition definition : today) {
      Definition old = definitions.get(definition.name());
      boolean same = old != null && old.text().equals(definition.text()) && old.path().equals(definition.path());
      next.put(definition.name(), same ? Objects.requireNonNull(old) : definition);
    }
    definitions = next;
  }

  Collection<Change> changes() {
    return List.copyOf(changes.values());
  }

  @Nullable Change find(ChangeId id) {
    return changes.get(id);
  }

  void put(Change change) {
    changes.put(change.id(), change);
    touched.put(change.id(), change);
  }

  void note(ChangeId change, String sentence) {
    notes.add(new Note(at, change, sentence));
  }

  ChangeId begin(Definition definition, Commit commit, Aim aim, String by) {
    int number = numbers.merge(definition.name(), 1, (last, one) -> last + one);
    var id = new ChangeId(definition.name(), number);
    switch (aim) {
      case Aim.Integrate(var branch, var into) -> {
        put(new Change(id, commit, aim, by, definition, at, new ChangeState.Queued(at, null), null, 1, List.of()));
        note(id, branch + " at " + commit.id().abbreviated() + " is to be integrated into " + into + ", asked by " + by);
      }
      case Aim.Check _ -> {
        var candidate = new Candidate(commit.id(), commit.id());
        put(new Change(id, commit, aim, by, definition, at, new ChangeState.Moving(at), candidate, 1, List.of()));
        note(id, commit.id().abbreviated() + " is to be checked, asked by " + by);
      }
    }
    return id;
  }

  Decision settle() {
    touched.values().forEach(this::advance);
    for (IntegrationQueue queue : IntegrationQueue.of(changes.values()).values()) {
      for (ChangeId id : queue.admitted()) {
        Change change = Objects.requireNonNull(changes.get(id));
        if (change.state() instanceof ChangeState.Queued(var since, var from)) {
          put(change.in(new ChangeState.Merging(since, from)));
        }
      }
    }
    touched.values().removeIf(change -> change.equals(before.get(change.id())));
    changes.values().removeIf(Change::ended);
    return new Decision(new InFlight(definitions, numbers, changes), List.copyOf(touched.values()), List.copyOf(notes));
  }

  private void advance(Change change) {
    switch (change.state()) {
      case ChangeState.Moving _ -> {
        Change planned = plan(change);
        replace(planned.active() ? planned : planned.in(end(planned)));
      }
      case ChangeState.Cancelling(var _, var because) -> {
        if (!change.active()) {
          String sentence = change.landed() && change.aim() instanceof Aim.Integrate ? because + "; it had landed already" : because;
          replace(change.in(new ChangeState.Cancelled(at, sentence)));
        }
      }
      case ChangeState.Queued _, ChangeState.Merging _, ChangeState.Ended _ -> {}
    }
  }

  /// Like [#put], for a change that has been touched before.
  private void replace(Change change) {
    changes.replace(change.id(), change);
    touched.replace(change.id(), change);
    if (change.state() instanceof ChangeState.Ended ended && !(ended instanceof ChangeState.Cancelled)) {
      String end = ended.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
      note(change.id(), ended.because().isEmpty() ? end : end + ": " + ended.because());
    }
  }

  /// With all attempts that can be planned now: stages whose needs have passed, and steps to be tried once more.
  private Change plan(Change change) {
    Change next = change;
    for (Stage stage : Flow.ready(next)) {
      next = Flow.plan(next, stage.name(), at);
    }
    for (Stage stage : next.pipeline().stages()) {
      for (Attempt attempt : List.copyOf(next.counting(stage.name()).values())) {
        if (attempt.state() instanceof Errored(var _, var _, var because, boolean again)
            && again
            && triedInThisRound(next, attempt) < TRIES) {
          next =
              planned(next, stage.name(), stage.step(attempt.id().step()), next.latestNumber(stage.name()) + 1, at);
          note(next.id(), stage.name() + "/" + attempt.id().step() + " is tried again: " + because);
        }
      }
    }
    return next;
  }

  private static long triedInThisRound(Change change, Attempt attempt) {
    return change.attempts(attempt.id().stage()).stream()
        .filter(other -> other.id().step().equals(attempt.id().step()) && other.round() == attempt.round())
        .count();
  }

  static Change planned(Change change, StageName stage, Step step, int number, Instant at) {
    var id = new AttemptId(change.id(), stage, step.name(), number);
    Candidate candidate = Objects.requireNonNull(change.candidate(), "a change moves with a candidate");
    return change.with(
        new Attempt(id, change.round(), candidate.commit(), change.definition().commit(), at, new AttemptState.Planned()));
  }

  private ChangeState.Ended end(Change change) {
    for (Stage stage : change.pipeline().stages()) {
      StageState state = change.stage(stage.name());
      if (state == StageState.FAILED || state == StageState.ERRORED || state == StageState.CANCELLED) {
        return new ChangeState.Failed(at, stage.name() + " " + state + ": " + reasons(change, stage));
      }
    }
    return new ChangeState.Passed(
        at,
        change.stages().containsValue(StageState.SKIPPED) ? "checked only: a commit that is not integrated stops before the promotion" : "");
  }

  private static String reasons(Change change, Stage stage) {
    var reasons = new ArrayList<String>();
    Map<?, Attempt> counting = change.counting(stage.name());
    for (Step step : stage.steps()) {
      Attempt attempt = counting.get(step.name());
      String because =
          switch (attempt == null ? null : attempt.state()) {
            case AttemptState.Failed failed -> failed.fault().sentence();
            case Errored errored -> errored.because();
            case AttemptState.Cancelled cancelled -> cancelled.because();
            case AttemptState.Planned _, AttemptState.Running _, AttemptState.Stopping _, AttemptState.Passed _ -> null;
            case null -> null;
          };
      if (because != null) {
        reasons.add(step.name() + ": " + because);
      }
    }
    return String.join("; ", reasons);
  }
}
