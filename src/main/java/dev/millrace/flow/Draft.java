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
import dev.millrace.pipeline.Parameter;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.queue.Hold;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A decision in the making: what one event or request changes directly, and then, in [#settle], all that follows.
final class Draft {
  /// How often a step is tried that cannot be run for reasons of ours.
  private static final int TRIES = 3;

  private final Instant at;
  private Map<PipelineName, Definition> definitions;
  private final Map<PipelineName, Integer> numbers;
  private final SortedMap<ChangeId, Change> changes;
  private final Map<Target, Hold> holds;
  private final Set<Target> moved = new LinkedHashSet<>();
  private Experience experience;
  private final Map<ChangeId, Change> before;
  private final Map<ChangeId, Change> touched = new LinkedHashMap<>();
  private final List<Note> notes = new ArrayList<>();

  Draft(InFlight now, Instant at) {
    this.at = at;
    this.definitions = now.definitions();
    this.numbers = new HashMap<>(now.numbers());
    this.changes = new TreeMap<>(now.changes());
    this.before = now.changes();
    this.holds = new HashMap<>(now.holds());
    this.experience = now.experience();
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

  Change get(ChangeId id) {
    return Objects.requireNonNull(changes.get(id), () -> id + " is not in flight");
  }

  /// All of them, by their ids.
  Map<ChangeId, Change> all() {
    return Collections.unmodifiableMap(changes);
  }

  Experience experience() {
    return experience;
  }

  void learn(Experience next) {
    experience = next;
  }

  Map<Target, Hold> holds() {
    return holds;
  }

  /// The queue of this target is to be looked at.
  void touch(Target target) {
    moved.add(target);
  }

  /// Like [#put], if it is different.
  ///
  /// @return whether it is
  boolean change(Change change) {
    boolean different = !change.equals(changes.get(change.id()));
    if (different) {
      put(change);
    }
    return different;
  }

  void put(Change change) {
    changes.put(change.id(), change);
    touched.put(change.id(), change);
  }

  void note(ChangeId change, String sentence) {
    notes.add(new Note(at, change, sentence));
  }

  ChangeId begin(Definition definition, Commit commit, Aim aim, String by) {
    return begin(definition, commit, aim, by, Wishes.NONE);
  }

  ChangeId begin(Definition definition, Commit commit, Aim aim, String by, Wishes wishes) {
    int number = numbers.merge(definition.name(), 1, (last, one) -> last + one);
    var id = new ChangeId(definition.name(), number);
    var given = new HashMap<>(wishes.parameters());
    given.keySet().retainAll(definition.pipeline().parameters().stream().map(Parameter::name).toList());
    switch (aim) {
      case Aim.Integrate(var branch, var into) -> {
        put(new Change(id, commit, aim, by, definition, at, new ChangeState.Queued(inLine(), null), null, 1, List.of()).prior(wishes.priority()).given(given));
        note(id, branch + " at " + commit.id().abbreviated() + " is to be integrated into " + into + ", asked by " + by);
        if (wishes.priority() > 0) {
          note(id, "urgent: goes before others of the queue, asked by " + by);
        }
      }
      case Aim.Check _ -> {
        var candidate = new Candidate(commit.id(), commit.id());
        put(new Change(id, commit, aim, by, definition, at, new ChangeState.Moving(at), candidate, 1, List.of()).given(given));
        note(id, commit.id().abbreviated() + " is to be checked, asked by " + by);
      }
    }
    Map<String, String> values = get(id).values();
    if (!values.isEmpty()) {
      note(id, "with " + values.entrySet().stream().map(its -> its.getKey() + " = " + its.getValue()).collect(Collectors.joining(", ")));
    }
    return id;
  }

  /// Since when somebody waits who gets in line now: not before those who are in line, however clocks were set meanwhile.
  Instant inLine() {
    return changes.values().stream()
        .filter(change -> change.aim() instanceof Aim.Integrate)
        .map(IntegrationQueue::since)
        .filter(since -> since.isAfter(at))
        .max(Comparator.naturalOrder())
        .orElse(at);
  }

  Decision settle() {
    for (Target target : targets()) {
      new Conductor(new TargetDraft(this, target)).settle();
    }
    return unsettled();
  }

  /// Those whose queues are to be asked what follows.
  Set<Target> targets() {
    touched.values().stream()
        .filter(change -> change.aim() instanceof Aim.Integrate)
        .map(IntegrationQueue::target)
        .forEach(moved::add);
    return moved;
  }

  /// Without what follows in the queues of its [#targets]: somebody will settle these before anybody acts.
  Decision unsettled() {
    for (Change change : List.copyOf(changes.values())) {
      if (change.state() instanceof ChangeState.Leaving || touched.containsKey(change.id())) {
        advance(change);
      }
    }
    touched.values().removeIf(change -> change.equals(before.get(change.id())));
    changes.values().removeIf(Change::ended);
    return new Decision(
        new InFlight(definitions, numbers, changes, holds, experience),
        List.copyOf(touched.values()),
        List.copyOf(notes));
  }

  private void advance(Change change) {
    switch (change.state()) {
      case ChangeState.Moving _ -> {
        if (change.aim() instanceof Aim.Check || change.landed()) {
          Change planned = planned(change, Flow.ready(change));
          replace(planned.active() ? planned : planned.in(end(planned)));
        }
      }
      case ChangeState.Cancelling(var _, var because) -> {
        boolean lands =
            change.aim() instanceof Aim.Integrate
                && new TargetDraft(this, IntegrationQueue.target(change)).lands(change.id());
        if (!change.active() && !lands) {
          String sentence = change.landed() && change.aim() instanceof Aim.Integrate ? because + "; it had landed already" : because;
          replace(change.in(new ChangeState.Cancelled(at, sentence)));
        }
      }
      case ChangeState.Failing(var _, var because) -> {
        if (!change.active()) {
          put(change.in(new ChangeState.Failed(at, because)));
        }
      }
      case ChangeState.Passing(var _, var because) -> {
        if (!change.active()) {
          put(change.in(new ChangeState.Passed(at, because)));
        }
      }
      case ChangeState.Queued _, ChangeState.Merging _, ChangeState.Ended _ -> {}
    }
  }

  /// Like [#put], for a change that has been touched before.
  private void replace(Change change) {
    put(change);
    if (change.state() instanceof ChangeState.Ended ended && !(ended instanceof ChangeState.Cancelled)) {
      String end = ended.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
      note(change.id(), ended.because().isEmpty() ? end : end + ": " + ended.because());
    }
  }

  /// The stages of its candidate's test that can begin now.
  List<Stage> tests(Change on) {
    Set<StageName> tests = on.pipeline().tests();
    return Flow.ready(on).stream().filter(stage -> tests.contains(stage.name())).toList();
  }

  /// With all attempts that can be planned now: these stages, and steps to be tried once more.
  Change planned(Change change, List<Stage> ready) {
    Change next = change;
    for (Stage stage : ready) {
      next = Flow.plan(next, stage.name(), at);
    }
    for (Stage stage : next.pipeline().stages()) {
      for (Attempt attempt : List.copyOf(next.counting(stage.name()).values())) {
        String why = whyOnceMore(next, stage, attempt);
        if (why != null) {
          next =
              planned(next, stage.name(), stage.step(attempt.id().step()), next.latestNumber(stage.name()) + 1, at);
          note(next.id(), stage.name() + "/" + attempt.id().step() + " is tried again: " + why);
        }
      }
    }
    return next;
  }

  /// Null when it is not to be tried once more.
  private @Nullable String whyOnceMore(Change change, Stage stage, Attempt attempt) {
    if (attempt.state() instanceof Errored(var _, var _, var because, boolean again)
        && again
        && triedInThisRound(change, attempt) < TRIES) {
      return because;
    }
    var step = new Experience.FlakyStep(change.id().pipeline(), stage.name(), attempt.id().step());
    boolean once =
        change.attempts(stage.name()).stream()
            .filter(other -> other.id().step().equals(attempt.id().step()) && other.commit().equals(attempt.commit()))
            .filter(other -> other.state() instanceof AttemptState.Failed)
            .count() == 1;
    return attempt.state() instanceof AttemptState.Failed && once && experience.flaky().contains(step)
        ? "it is known to be flaky, having both passed and failed on the same commit"
        : null;
  }

  private static long triedInThisRound(Change change, Attempt attempt) {
    return change.attempts(attempt.id().stage()).stream()
        .filter(other -> other.id().step().equals(attempt.id().step()) && other.round() == attempt.round())
        .filter(other -> other.commit().equals(attempt.commit()))
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
        return new ChangeState.Failed(at, why(change, stage));
      }
    }
    var with = change.landedWith();
    if (with.isPresent()) {
      return new ChangeState.Passed(at, "landed with " + with.get() + ", whose candidate holds it and passed");
    }
    return new ChangeState.Passed(
        at,
        change.stages().containsValue(StageState.SKIPPED) ? "checked only: a commit that is not integrated stops before the promotion" : "");
  }

  /// What became of a stage that did not pass, and why.
  static String why(Change change, Stage stage) {
    StageState state = change.stage(stage.name());
    return stage.name() + " " + (state == StageState.RUNNING ? StageState.FAILED : state) + ": " + reasons(change, stage);
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
