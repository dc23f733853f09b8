package dev.millrace.flow;

import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidacy.State;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.flow.Experience.TestedTree;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Plan;
import dev.millrace.queue.Policy;
import dev.millrace.queue.Stack;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Runs the queue of one target: sees what has come of its candidates, asks the [Policy] what to do, and does it.
final class Conductor {
  /// More than any queue needs to settle.
  private static final int TURNS = 10_000;

  private final TargetDraft onTarget;
  private final Draft draft;

  /// What was dropped since it began to settle: not to be started again before something has happened.
  private final Set<Stack> dropped = new HashSet<>();

  Conductor(TargetDraft onTarget) {
    this.onTarget = onTarget;
    this.draft = onTarget.draft();
  }

  /// Until there is nothing more to decide.
  void settle() {
    for (int turn = 0; ; turn++) {
      if (turn == TURNS) {
        throw new IllegalStateException("the queue of " + onTarget.target() + " does not settle: " + onTarget.queue());
      }
      if (!look() && (onTarget.landing().isPresent() || !follow(plan()))) {
        break;
      }
    }
    onTarget.queue().changes().forEach(change -> draft.change(pose(change)));
  }

  private Plan plan() {
    boolean held = draft.holds().containsKey(onTarget.target());
    return Policy.plan(onTarget.queue().train(draft.experience().odds(), held));
  }

  // -- what has come of the candidates

  /// Takes down what is known of them now, plans what they have to run next, and drops those that cannot land any more.
  ///
  /// @return whether anything is different now
  private boolean look() {
    boolean moved = false;
    for (Change known : onTarget.queue().changes()) {
      for (int at = 0; at < known.candidacies().size(); at++) {
        // as it is now: what was found out of one candidate may have been the end of the others
        Change change = draft.get(known.id());
        if (IntegrationQueue.standing(change) != IntegrationQueue.Standing.LEAVING) {
          moved |= look(change, change.candidacies().get(at));
        }
      }
    }
    return moved;
  }

  private boolean look(Change change, Candidacy candidacy) {
    List<ChangeId> gone =
        candidacy.running() ? candidacy.open().stream().filter(id -> !stillOn(id)).toList() : List.of();
    if (!gone.isEmpty()) {
      onTarget.drop(
          change, candidacy, TargetDraft.names(gone) + (gone.size() == 1 ? " is" : " are") + " no longer on the way");
      return true;
    }
    return switch (candidacy.state()) {
      case State.Testing testing -> look(change, candidacy, testing);
      case State.Passed passed when candidacy.current() -> lookAtGate(change, passed);
      case State.Merging _,
          State.Passed _,
          State.Failed _,
          State.Conflicted _,
          State.Dropped _,
          State.Landed _ ->
          false;
    };
  }

  private boolean stillOn(ChangeId id) {
    Change change = draft.find(id);
    return change != null && onTarget.belongs(change) && IntegrationQueue.standing(change) != IntegrationQueue.Standing.LEAVING;
  }

  private boolean look(Change before, Candidacy candidacy, State.Testing testing) {
    Change on = before.on(testing.candidate());
    Change planned = draft.planned(on, draft.tests(on));
    Change change = planned.on(before.candidate());
    String ground = TargetDraft.ground(candidacy, testing.candidate());
    return switch (Finding.of(planned)) {
      case Finding.Open _ -> draft.change(change);
      case Finding.Green _ -> {
        draft.learn(draft.experience().passed(TestedTree.of(change, testing.tree()), change.id()));
        if (candidacy.open().size() > 1) {
          draft.note(change.id(), "passed on " + ground);
        }
        yield draft.change(
            change.with(candidacy.in(new State.Passed(draft.at(), testing.candidate(), testing.tree(), null))));
      }
      case Finding.Red(String because) -> {
        draft.note(change.id(), "failed on " + ground + ": " + because);
        yield draft.change(
            change.with(candidacy.in(new State.Failed(draft.at(), testing.candidate(), testing.tree(), because))));
      }
      case Finding.Broken(String because) -> {
        if (onTarget.lands(change.id())) {
          onTarget.drop(change, candidacy, change.id() + " is about to land with another candidate");
        } else {
          onTarget.fail(change, because);
        }
        yield true;
      }
    };
  }

  /// A promotion that could not be done is tried again where that can help; else the change is out. What was tried before
  /// the candidate passed here was another landing.
  private boolean lookAtGate(Change before, State.Passed passed) {
    Change on = before.on(passed.candidate());
    Stage gate = on.pipeline().gate().orElseThrow();
    boolean broken =
        on.counting(gate.name()).values().stream()
            .filter(attempt -> !attempt.plannedAt().isBefore(passed.at()))
            .anyMatch(attempt -> attempt.ended() && !attempt.passed());
    if (!broken) {
      return false;
    }
    Change planned = draft.planned(on, List.of());
    if (planned != on) {
      return draft.change(planned);
    }
    onTarget.fail(before, Draft.why(on, gate));
    return true;
  }

  // -- what the policy says

  /// @return whether there was anything to do
  private boolean follow(Plan plan) {
    for (Plan.Refusal refusal : plan.refused()) {
      Change change = draft.get(refusal.change());
      boolean red = evidence(refusal) instanceof State.Failed;
      onTarget.fail(change, sentence(refusal));
      // a conflict says nothing of how often tests fail
      if (red) {
        draft.learn(draft.experience().ended(change, true));
      }
    }
    boolean moved = !plan.refused().isEmpty() || !plan.drops().isEmpty() || plan.landing().isPresent();
    for (Plan.Drop drop : plan.drops()) {
      if (drop.current()) {
        dropped.add(drop.stack());
      }
      Change change = draft.get(drop.stack().top());
      running(change, drop).ifPresent(candidacy -> onTarget.drop(change, candidacy, drop.because()));
    }
    for (Plan.Start start : plan.starts()) {
      if (!dropped.contains(start.stack())) {
        begin(start);
        moved = true;
      }
    }
    plan.landing().ifPresent(this::land);
    return moved;
  }

  private static Optional<Candidacy> running(Change change, Plan.Drop drop) {
    return change.candidacies().stream()
        .filter(candidacy -> candidacy.running() && candidacy.current() == drop.current())
        .filter(candidacy -> candidacy.open().equals(drop.stack().changes()))
        .findFirst();
  }

  /// What it failed for first, then why that is held against it.
  private String sentence(Plan.Refusal refusal) {
    return switch (evidence(refusal)) {
      case State.Failed failed -> failed.because() + "; " + refusal.because();
      case State.Conflicted conflicted -> conflicted.because();
      case State.Merging _, State.Testing _, State.Passed _, State.Dropped _, State.Landed _ -> refusal.because();
    };
  }

  private State evidence(Plan.Refusal refusal) {
    return draft.get(refusal.evidence().top()).candidacies().reversed().stream()
        .filter(candidacy -> candidacy.open().equals(refusal.evidence().changes()))
        .map(Candidacy::state)
        .filter(its -> its instanceof State.Failed || its instanceof State.Conflicted)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nothing speaks against " + refusal.change()));
  }

  private void begin(Plan.Start start) {
    Change change = draft.get(start.stack().top());
    // the first go of a change on the target itself goes without saying
    if (start.stack().changes().size() > 1 || !change.candidacies().isEmpty()) {
      draft.note(change.id(), start.because());
    }
    draft.change(
        change.with(Candidacy.begun(change.candidacies().size() + 1, start.stack().changes(), draft.at())));
  }

  private void land(Plan.Landing landing) {
    Change change = draft.get(landing.stack().top());
    Candidacy green =
        change.candidacies().stream()
            .filter(its -> its.state() instanceof State.Passed && its.current())
            .filter(its -> its.open().equals(landing.stack().changes()))
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(landing.stack() + " has not passed and cannot land"));
    Stage gate = change.pipeline().gate().orElseThrow();
    if (landing.stack().changes().size() > 1) {
      draft.note(change.id(), landing.because());
    }
    draft.change(Flow.plan(change.on(green.candidate().orElseThrow()), gate.name(), draft.at()));
  }

  // -- how it looks

  /// The state that people see, and the candidate: that which is tested, as long as one is.
  private Change pose(Change change) {
    Candidate shown =
        change.candidacies().stream()
            .filter(candidacy -> candidacy.running() || candidacy.state() instanceof State.Passed && candidacy.current())
            .flatMap(candidacy -> candidacy.candidate().stream())
            .filter(candidate -> change.candidate() != null && candidate.commit().equals(change.candidate().commit()))
            .findFirst()
            .or(
                () ->
                    change.candidacies().reversed().stream()
                        .filter(candidacy -> candidacy.running() || candidacy.state() instanceof State.Passed && candidacy.current())
                        .flatMap(candidacy -> candidacy.candidate().stream())
                        .findFirst())
            .orElse(change.candidate());
    var since = IntegrationQueue.since(change);
    StageName from = TargetDraft.from(change);
    boolean anyMade =
        change.candidacies().stream()
            .anyMatch(its -> its.state() instanceof State.Testing || its.state() instanceof State.Passed && its.current());
    boolean anyMerging = change.candidacies().stream().anyMatch(its -> its.state() instanceof State.Merging);
    ChangeState state =
        anyMade || change.active()
            ? new ChangeState.Moving(since)
            : anyMerging ? new ChangeState.Merging(since, from) : new ChangeState.Queued(since, from);
    Change next = Objects.equals(shown, change.candidate()) ? change : change.on(shown);
    return next.state().equals(state) ? next : next.in(state);
  }
}
