package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidacy.State;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.CommitId;
import dev.millrace.change.Fault;
import dev.millrace.change.StageState;
import dev.millrace.flow.Experience.TestedTree;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Plan;
import dev.millrace.queue.Policy;
import dev.millrace.queue.Stack;
import dev.millrace.queue.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Runs the queue of one target: sees what has come of its candidates, asks the [Policy] what to do, and does it.
final class Conductor {
  /// More than any queue needs to settle.
  private static final int TURNS = 10_000;

  private final Draft draft;
  private final Target target;

  /// What was dropped since it began to settle: not to be started again before something has happened.
  private final Set<Stack> dropped = new HashSet<>();

  Conductor(Draft draft, Target target) {
    this.draft = draft;
    this.target = target;
  }

  /// Until there is nothing more to decide.
  void settle() {
    for (int turn = 0; ; turn++) {
      if (turn == TURNS) {
        throw new IllegalStateException("the queue of " + target + " does not settle: " + queue());
      }
      if (!look() && (landing().isPresent() || !follow(plan()))) {
        break;
      }
    }
    queue().changes().forEach(change -> draft.change(pose(change)));
  }

  private IntegrationQueue queue() {
    IntegrationQueue queue = IntegrationQueue.of(draft.changes()).get(target);
    return queue == null ? new IntegrationQueue(target, List.of(), List.of()) : queue;
  }

  private Plan plan() {
    return Policy.plan(queue().train(draft.experience().odds(), draft.holds().containsKey(target)));
  }

  // -- what has come of the candidates

  /// Takes down what is known of them now, plans what they have to run next, and drops those that cannot land any more.
  ///
  /// @return whether anything is different now
  private boolean look() {
    boolean moved = false;
    IntegrationQueue queue = queue();
    Set<ChangeId> still = queue.changes().stream().map(Change::id).collect(Collectors.toCollection(HashSet::new));
    for (Change known : queue.changes()) {
      for (Candidacy candidacy : known.candidacies()) {
        Change change = draft.get(known.id());
        if (candidacy.running() && !still.containsAll(candidacy.open())) {
          var gone = new ArrayList<>(candidacy.open());
          gone.removeAll(still);
          drop(change, candidacy, names(gone) + (gone.size() == 1 ? " is" : " are") + " no longer on the way");
          moved = true;
        } else if (candidacy.state() instanceof State.Testing testing) {
          moved |= look(change, candidacy, testing);
        } else if (candidacy.state() instanceof State.Passed(var _, Candidate candidate, var _, var _) && candidacy.current()) {
          moved |= lookAtGate(change, candidate);
        }
      }
    }
    return moved;
  }

  private boolean look(Change before, Candidacy candidacy, State.Testing testing) {
    Change on = before.on(testing.candidate());
    Change planned = draft.planned(on, draft.tests(on));
    Change change = planned.on(before.candidate());
    Optional<String> errored = errored(planned);
    if (errored.isPresent()) {
      if (lands(change.id())) {
        drop(change, candidacy, change.id() + " is about to land with another candidate");
      } else {
        // nothing that a second look could tell: it was tried as often as that can help
        fail(change, errored.get());
      }
      return true;
    }
    Optional<String> red = red(planned);
    State next =
        red.isPresent()
            ? new State.Failed(draft.at(), testing.candidate(), testing.tree(), red.get())
            : green(planned) ? new State.Passed(draft.at(), testing.candidate(), testing.tree(), null) : testing;
    if (next instanceof State.Passed) {
      draft.learn(draft.experience().passed(TestedTree.of(change, testing.tree()), change.id()));
      if (candidacy.open().size() > 1) {
        draft.note(change.id(), "passed on " + ground(candidacy, testing.candidate()));
      }
    } else if (next instanceof State.Failed(var _, var _, var _, var because)) {
      draft.note(change.id(), "failed on " + ground(candidacy, testing.candidate()) + ": " + because);
    }
    Change after = change.with(candidacy.in(next));
    return draft.change(after);
  }

  private static boolean green(Change on) {
    Map<StageName, StageState> stages = on.stages();
    return on.pipeline().tests().stream().allMatch(stage -> stages.get(stage) == StageState.PASSED);
  }

  /// What could not be run at all, and why; empty when there is nothing of the kind, or something failed as well.
  private static Optional<String> errored(Change on) {
    Set<StageName> tests = on.pipeline().tests();
    List<Stage> stages = on.pipeline().stages().stream().filter(stage -> tests.contains(stage.name())).toList();
    List<Attempt> counting = stages.stream().flatMap(stage -> on.counting(stage.name()).values().stream()).toList();
    return counting.stream().anyMatch(attempt -> attempt.state() instanceof AttemptState.Failed && !unfit(attempt))
        ? Optional.empty()
        : stages.stream()
            .filter(
                stage ->
                    on.counting(stage.name()).values().stream()
                        .anyMatch(attempt -> attempt.state() instanceof AttemptState.Errored || unfit(attempt)))
            .findFirst()
            .map(stage -> Draft.why(on, stage));
  }

  /// Its command could not even be started, and so never will be.
  private static boolean unfit(Attempt attempt) {
    return attempt.state() instanceof AttemptState.Failed(var _, var _, Fault.NotStartable _);
  }

  /// Why the candidate cannot pass any more, be it for one step of a stage that still runs others; empty while it can.
  private static Optional<String> red(Change on) {
    Set<StageName> tests = on.pipeline().tests();
    return on.pipeline().stages().stream()
        .filter(stage -> tests.contains(stage.name()))
        .filter(stage -> on.counting(stage.name()).values().stream().anyMatch(attempt -> attempt.ended() && !attempt.passed()))
        .findFirst()
        .map(stage -> Draft.why(on, stage));
  }

  /// A promotion that could not be done is tried again where that can help; else the change is out.
  private boolean lookAtGate(Change before, Candidate candidate) {
    Change on = before.on(candidate);
    Stage gate = on.pipeline().gate().orElseThrow();
    Change planned = draft.planned(on, List.of());
    if (planned != on) {
      return draft.change(planned);
    }
    boolean broken = on.counting(gate.name()).values().stream().anyMatch(attempt -> attempt.ended() && !attempt.passed());
    if (broken) {
      fail(before, Draft.why(on, gate));
    }
    return broken;
  }

  // -- what the policy says

  /// @return whether there was anything to do
  private boolean follow(Plan plan) {
    for (Plan.Refusal refusal : plan.refused()) {
      Change change = draft.get(refusal.change());
      fail(change, sentence(refusal));
    }
    boolean moved = !plan.refused().isEmpty() || !plan.drops().isEmpty() || plan.landing().isPresent();
    for (Plan.Drop drop : plan.drops()) {
      if (drop.current()) {
        dropped.add(drop.stack());
      }
      Change change = draft.get(drop.stack().top());
      running(change, drop).ifPresent(candidacy -> drop(change, candidacy, drop.because()));
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
    Change top = draft.get(refusal.evidence().top());
    Optional<State> state =
        top.candidacies().reversed().stream()
            .filter(candidacy -> candidacy.open().equals(refusal.evidence().changes()))
            .map(Candidacy::state)
            .filter(its -> its instanceof State.Failed || its instanceof State.Conflicted)
            .findFirst();
    return switch (state.orElse(null)) {
      case State.Failed failed -> failed.because() + "; " + refusal.because();
      case State.Conflicted conflicted -> conflicted.because();
      case null -> refusal.because();
      case State.Merging _, State.Testing _, State.Passed _, State.Dropped _, State.Landed _ -> refusal.because();
    };
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

  /// The one that is being promoted.
  Optional<Change> landing() {
    return draft.changes().stream()
        .filter(change -> change.aim() instanceof Aim.Integrate && IntegrationQueue.target(change).equals(target))
        .filter(change -> !change.landed())
        .filter(
            change ->
                change.pipeline().gate().stream()
                    .flatMap(gate -> change.attempts(gate.name()).stream())
                    .anyMatch(attempt -> !attempt.ended()))
        .findFirst();
  }

  /// Whether this change is part of what is being promoted.
  boolean lands(ChangeId change) {
    return landing().flatMap(this::promoting).filter(candidacy -> candidacy.open().contains(change)).isPresent();
  }

  private Optional<Candidacy> promoting(Change change) {
    return change.pipeline().gate().stream()
        .flatMap(gate -> change.attempts(gate.name()).stream())
        .filter(attempt -> !attempt.ended())
        .flatMap(attempt -> change.candidacies().stream().filter(candidacy -> candidacy.of(attempt.commit())))
        .reduce((_, later) -> later);
  }

  // -- candidates that were ordered

  /// The one that was ordered, if it still is wanted so and stands where the target is.
  private Optional<Candidacy> ordered(Effect.Merge order, CommitId base) {
    Change change = draft.find(order.change());
    if (change == null || order.candidate() > change.candidacies().size()) {
      return Optional.empty();
    }
    Candidacy candidacy = change.candidacies().get(order.candidate() - 1);
    if (!Owed.merge(draft.all(), change, candidacy).filter(order::equals).isPresent()) {
      return Optional.empty();
    }
    // made before the target moved on, as a rule; but when it says so twice, somebody has moved the target back
    if (draft.experience().left(target, base) && !draft.experience().doubted().contains(order)) {
      draft.learn(draft.experience().doubting(order));
      return Optional.empty();
    }
    if (draft.experience().head(target).filter(head -> !head.equals(base)).isPresent()) {
      moved(base, "somebody else");
    }
    draft.learn(draft.experience().at(target, base));
    return Optional.of(draft.get(order.change()).candidacies().get(order.candidate() - 1));
  }

  void merged(Event.Merged merged) {
    Optional<Candidacy> found = ordered(merged.order(), merged.candidate().base());
    if (found.isEmpty()) {
      return;
    }
    Candidacy candidacy = found.get();
    Change change = draft.get(merged.order().change());
    Candidate candidate = merged.candidate();
    StageName from = from(change);
    Change on = change.on(candidate);
    boolean before = change.attempts().stream().anyMatch(attempt -> attempt.commit().equals(candidate.commit()));
    ChangeId like = draft.experience().passed().get(TestedTree.of(change, merged.tree()));
    State next =
        before || like == null
            ? new State.Testing(draft.at(), candidate, merged.tree())
            : new State.Passed(draft.at(), candidate, merged.tree(), like);
    if (before) {
      on = from == null || on.stage(from) == StageState.PENDING ? again(on) : Flow.plan(on, from, draft.at());
      draft.note(
          change.id(),
          "the candidate on " + ground(candidacy, candidate) + " is kept; "
              + (from == null ? "what had failed or was stopped runs again" : "runs again from " + from));
    } else if (like != null) {
      draft.note(
          change.id(),
          "merged with " + ground(candidacy, candidate) + ": the same files passed as " + like + ", so nothing has to run again");
    } else {
      draft.note(
          change.id(),
          "merged with " + ground(candidacy, candidate) + ": candidate " + candidate.commit().abbreviated()
              + ", made by " + merged.by());
    }
    draft.change(on.on(change.candidate()).with(candidacy.standing(candidacy.open(), true).in(next)));
  }

  /// Plans once more the steps that have ended without passing, or are about to.
  private Change again(Change on) {
    Change next = on;
    for (Stage stage : on.pipeline().stages()) {
      int number = next.latestNumber(stage.name()) + 1;
      for (Attempt attempt : on.counting(stage.name()).values()) {
        if (!attempt.passed() && !running(attempt)) {
          next = Draft.planned(next, stage.name(), stage.step(attempt.id().step()), number, draft.at());
        }
      }
    }
    return next;
  }

  private static boolean running(Attempt attempt) {
    return attempt.state() instanceof AttemptState.Planned || attempt.state() instanceof AttemptState.Running;
  }

  private static @Nullable StageName from(Change change) {
    return switch (change.state()) {
      case ChangeState.Queued(var _, var from) -> from;
      case ChangeState.Merging(var _, var from) -> from;
      case ChangeState.Moving _, ChangeState.Failing _, ChangeState.Cancelling _, ChangeState.Ended _ -> null;
    };
  }

  /// Like [#ordered]; but what is found out of a change that lands at this moment comes too late.
  private Optional<Candidacy> unlessLanding(Effect.Merge order, CommitId base, ChangeId which) {
    Optional<Candidacy> candidacy = ordered(order, base);
    if (candidacy.isPresent() && lands(which)) {
      draft.change(dropped(draft.get(order.change()), candidacy.get(), which + " is about to land"));
      return Optional.empty();
    }
    return candidacy;
  }

  void conflicted(Event.Conflicted event) {
    unlessLanding(event.order(), event.base(), event.change())
        .ifPresent(
            candidacy -> {
              var below = below(candidacy, event.change());
              String files = String.join(", ", event.files());
              blocked(
                  candidacy,
                  event.order().change(),
                  event.change(),
                  below.isEmpty()
                      ? "conflicts with " + event.base().abbreviated() + " in " + files
                      : "conflicts with " + names(below) + " ahead of it in " + files);
            });
  }

  void nothingToIntegrate(Event.NothingToIntegrate event) {
    unlessLanding(event.order(), event.base(), event.change())
        .ifPresent(
            candidacy -> {
              var below = below(candidacy, event.change());
              if (below.isEmpty()) {
                String sentence =
                    "nothing to integrate: the target, at " + event.base().abbreviated() + ", contains this commit already";
                draft.note(event.change(), sentence);
                draft.change(
                    stopped(draft.get(event.change()), sentence, null).in(new ChangeState.Passed(draft.at(), sentence)));
              } else {
                blocked(
                    candidacy, event.order().change(), event.change(),
                    "adds nothing to " + names(below) + " ahead of it: it waits for what becomes of "
                        + (below.size() == 1 ? "it" : "them"));
              }
            });
  }

  void notMergeable(Event.NotMergeable event) {
    Change change = draft.find(event.change());
    Change top = draft.find(event.order().change());
    boolean wanted =
        top != null
            && event.order().candidate() <= top.candidacies().size()
            && Owed.merge(draft.all(), top, top.candidacies().get(event.order().candidate() - 1))
                .filter(event.order()::equals)
                .isPresent();
    if (!wanted || change == null || top == null) {
      return;
    }
    Candidacy candidacy = top.candidacies().get(event.order().candidate() - 1);
    List<ChangeId> below = below(candidacy, event.change());
    if (lands(event.change())) {
      draft.change(dropped(top, candidacy, event.change() + " is about to land"));
    } else if (below.isEmpty()) {
      fail(change, event.because());
    } else {
      blocked(candidacy, top.id(), event.change(), "does not go on top of " + names(below) + ": " + event.because());
    }
  }

  private static List<ChangeId> below(Candidacy candidacy, ChangeId change) {
    return candidacy.open().subList(0, Math.max(0, candidacy.open().indexOf(change)));
  }

  /// The change does not go onto those below it. Where it is not the top, the candidate is given up, and what was found
  /// out is kept with the change it is about.
  private void blocked(Candidacy candidacy, ChangeId top, ChangeId which, String because) {
    Change change = draft.get(top);
    if (top.equals(which)) {
      // one that conflicts with the target itself is out, which is told then
      if (candidacy.open().size() > 1) {
        draft.note(top, because);
      }
      draft.change(change.with(candidacy.in(new State.Conflicted(draft.at(), because))));
      return;
    }
    draft.change(change.with(candidacy.in(new State.Dropped(draft.at(), null, which + " " + because))));
    Change inner = draft.get(which);
    var stack = new ArrayList<>(below(candidacy, which));
    stack.add(which);
    boolean known =
        inner.candidacies().stream()
            .anyMatch(its -> its.open().equals(stack) && (its.running() || its.state() instanceof State.Conflicted));
    if (!known) {
      draft.note(which, because);
      draft.change(
          inner.with(
              Candidacy.begun(inner.candidacies().size() + 1, stack, draft.at())
                  .in(new State.Conflicted(draft.at(), because))));
    }
  }

  // -- the target moves

  /// A candidate of ours has become the target's head.
  void landed(Change change, CommitId head) {
    Candidacy landed =
        change.candidacies().reversed().stream()
            .filter(candidacy -> candidacy.of(head))
            .filter(candidacy -> !candidacy.open().isEmpty())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(change.id() + " was promoted to a commit that was none of its candidates"));
    List<ChangeId> members = landed.open();
    draft.learn(draft.experience().at(target, head));
    draft.note(change.id(), "promoted: " + target.branch() + " is now " + head.abbreviated());
    for (ChangeId id : members) {
      Change member = draft.find(id);
      if (member != null) {
        land(member, landed, change.id());
      }
    }
    for (Change other : draft.changes()) {
      if (belongs(other) && !members.contains(other.id())) {
        Change next = other;
        for (Candidacy candidacy : other.candidacies()) {
          next = onto(next, candidacy, members, head);
        }
        draft.change(next);
      }
    }
  }

  private void land(Change member, Candidacy landed, ChangeId with) {
    Candidate candidate = landed.candidate().orElseThrow();
    boolean own = member.id().equals(with);
    if (!own) {
      draft.note(
          member.id(), "landed with " + with + ", whose candidate " + candidate.commit().abbreviated() + " holds it and passed");
    }
    Change quiet =
        stopped(member, own ? "it has landed" : "it has landed with " + with, own ? candidate.commit() : null)
            .on(candidate);
    var state = new State.Landed(draft.at(), candidate, landed.tree().orElseThrow(), with, landed.like().orElse(null));
    Candidacy one =
        own
            ? landed.in(state)
            : new Candidacy(quiet.candidacies().size() + 1, landed.changes(), landed.open(), true, state);
    Change next = quiet.with(one);
    boolean cancelling = next.state() instanceof ChangeState.Cancelling;
    draft.change(cancelling ? next : next.in(new ChangeState.Moving(IntegrationQueue.since(next))));
    draft.learn(draft.experience().ended(member, false));
  }

  /// What the landing of others leaves of a candidate: one that holds them below is on the head now.
  private Change onto(Change change, Candidacy candidacy, List<ChangeId> landed, CommitId head) {
    List<ChangeId> open = candidacy.open();
    if (open.isEmpty()) {
      return change;
    }
    if (candidacy.state() instanceof State.Conflicted) {
      // asked once more on the new head, which says for sure and costs next to nothing
      return change.with(candidacy.standing(List.of(), false));
    }
    boolean prefix = open.size() > landed.size() && open.subList(0, landed.size()).equals(landed);
    if (prefix && candidacy.current()) {
      Candidacy next =
          candidacy
              .standing(open.subList(landed.size(), open.size()), true)
              .rebased(candidate -> new Candidate(head, candidate.commit()));
      Change with = change.with(next);
      Candidate shown = change.candidate();
      return shown != null && candidacy.of(shown.commit()) ? with.on(new Candidate(head, shown.commit())) : with;
    }
    var still = new ArrayList<>(open);
    still.removeAll(landed);
    return change.with(candidacy.standing(still, candidacy.state() instanceof State.Merging));
  }

  /// Somebody else has moved the target: what was tested stands on a head that is no more.
  void moved(CommitId head, String by) {
    draft.learn(draft.experience().at(target, head));
    for (Change change : draft.changes()) {
      if (belongs(change)) {
        Change next = change;
        boolean hit = false;
        for (Candidacy candidacy : change.candidacies()) {
          boolean made = !(candidacy.state() instanceof State.Merging);
          hit |= made && candidacy.current() && (candidacy.running() || candidacy.state() instanceof State.Passed);
          next = made ? next.with(candidacy.standing(candidacy.open(), false)) : next;
        }
        if (hit) {
          draft.note(change.id(), target.branch() + " moved to " + head.abbreviated() + " (" + by + "): merged with it again");
        }
        draft.change(next);
      }
    }
  }

  /// Whether this is the commit of a candidate that is being promoted.
  boolean promotes(CommitId commit) {
    return landing().flatMap(this::promoting).filter(candidacy -> candidacy.of(commit)).isPresent();
  }

  private boolean belongs(Change change) {
    return change.aim() instanceof Aim.Integrate
        && !change.ended()
        && !change.landed()
        && IntegrationQueue.target(change).equals(target);
  }

  // -- ends

  private void drop(Change change, Candidacy candidacy, String because) {
    draft.note(change.id(), "given up on " + names(candidacy.open()) + ": " + because);
    draft.change(dropped(change, candidacy, because));
  }

  private Change dropped(Change change, Candidacy candidacy, String because) {
    Candidate candidate = candidacy.candidate().orElse(null);
    Change next = change.with(candidacy.in(new State.Dropped(draft.at(), candidate, because)));
    return candidate == null ? next : Flow.stopAttempts(next, candidate.commit(), draft.at(), because);
  }

  /// With all its candidates given up that still run.
  ///
  /// @param keep a candidate that goes on; null for none
  Change stopped(Change change, String because, @Nullable CommitId keep) {
    Change next = change;
    for (Candidacy candidacy : change.candidacies()) {
      if (candidacy.running() && (keep == null || !candidacy.of(keep))) {
        next = dropped(next, candidacy, because);
      }
    }
    return next;
  }

  private void fail(Change change, String because) {
    Change next = stopped(change, because, null);
    draft.change(
        next.active()
            ? next.in(new ChangeState.Failing(IntegrationQueue.since(change), because))
            : next.in(new ChangeState.Failed(draft.at(), because)));
    draft.note(change.id(), because);
    draft.learn(draft.experience().ended(change, true));
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
    StageName from = from(change);
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

  /// What a candidate stands on, for people: `1a2b3c4` or `1a2b3c4 and shop#41, shop#42`.
  private static String ground(Candidacy candidacy, Candidate candidate) {
    List<ChangeId> below = candidacy.open().subList(0, Math.max(0, candidacy.open().size() - 1));
    return candidate.base().abbreviated() + (below.isEmpty() ? "" : " and " + names(below));
  }

  private static String names(List<ChangeId> changes) {
    return changes.stream().map(ChangeId::toString).collect(Collectors.joining(", "));
  }
}
