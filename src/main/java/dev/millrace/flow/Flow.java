package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.AttemptState.StopReason;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.change.Image;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Parameter;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.queue.Hold;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The rules of how changes flow. Every rule is a function of what is in flight and what happened.
public final class Flow {
  private Flow() {}

  public static Decision decide(InFlight now, Event event) {
    var draft = new Draft(now, event.at());
    switch (event) {
      case Event.Defined defined -> draft.define(defined.definitions());
      case Event.BranchMoved moved -> branchMoved(draft, moved);
      case Event.BranchDeleted deleted -> branchDeleted(draft, deleted);
      case Event.Merged merged -> orders(draft, merged.order()).merged(merged);
      case Event.Conflicted conflicted -> orders(draft, conflicted.order()).conflicted(conflicted);
      case Event.NothingToIntegrate nothing -> orders(draft, nothing.order()).nothingToIntegrate(nothing);
      case Event.NotMergeable not -> orders(draft, not.order()).notMergeable(not);
      case Event.Tried(var id, var tried) -> tried(draft, id, tried);
      case Event.TargetMoved moved -> targetMovedMeanwhile(draft, moved);
      case Event.Noted(var _, var id, var sentence) -> draft.note(id, sentence);
      case Event.DeadlinePassed(var at, var id) -> deadlinePassed(draft, at, id);
    }
    return draft.settle();
  }

  /// The same for branches that move at once, one decision for each: the queues are asked once, after the last. Otherwise
  /// a push of hundreds takes as many plans, and starts the first of them one by one where they could go together.
  public static List<Decision> decide(InFlight now, List<Event.BranchMoved> moves) {
    var decisions = new ArrayList<Decision>();
    var targets = new LinkedHashSet<Target>();
    InFlight next = now;
    for (Event.BranchMoved moved : moves) {
      var draft = new Draft(next, moved.at());
      branchMoved(draft, moved);
      targets.addAll(draft.targets());
      boolean last = decisions.size() == moves.size() - 1;
      if (last) {
        targets.forEach(draft::touch);
      }
      Decision decision = last ? draft.settle() : draft.unsettled();
      decisions.add(decision);
      next = decision.next();
    }
    return decisions;
  }

  public static Answer decide(InFlight now, Request request) {
    return switch (request) {
      case Request.Trigger trigger -> trigger(now, trigger);
      case Request.RunAgain again -> runAgain(now, again);
      case Request.Cancel cancel -> cancel(now, cancel);
      case Request.MoveUp up -> moveUp(now, up);
      case Request.HoldQueue hold -> hold(now, hold);
      case Request.ReleaseQueue release -> release(now, release);
    };
  }

  private static Orders orders(Draft draft, Effect.Merge order) {
    return new Orders(new TargetDraft(draft, new Target(order.repository(), order.into())));
  }

  // -- events

  private static void branchMoved(Draft draft, Event.BranchMoved moved) {
    for (Definition definition : draft.definitions()) {
      Pipeline pipeline = definition.pipeline();
      PipelineName only = moved.wishes().pipeline();
      if (!pipeline.repository().equals(moved.repository()) || only != null && !only.equals(pipeline.name())) {
        continue;
      }
      var integration = pipeline.integration();
      if (integration != null && integration.claims(moved.branch())) {
        Aim aim = new Aim.Integrate(moved.branch(), integration.into());
        if (underway(draft, definition.name(), moved.branch(), moved.commit().id()).isEmpty()) {
          ChangeId born = draft.begin(definition, moved.commit(), aim, moved.by(), moved.wishes());
          supersede(draft, born, moved.branch());
        }
      } else if (pipeline.pushes().stream().anyMatch(pattern -> pattern.matches(moved.branch()))) {
        boolean landed = integration == null || integration.into().equals(moved.branch());
        if (underway(draft, definition.name(), moved.branch(), moved.commit().id()).isEmpty()) {
          draft.begin(definition, moved.commit(), new Aim.Check(moved.branch(), landed), moved.by(), moved.wishes());
        }
      }
    }
    targetMoved(draft, new Target(moved.repository(), moved.branch()), moved.commit().id(), moved.by());
  }

  private static Optional<Change> underway(Draft draft, PipelineName pipeline, BranchName branch, CommitId commit) {
    return draft.changes().stream()
        .filter(change -> change.id().pipeline().equals(pipeline))
        .filter(change -> branch.equals(change.aim().branch()) && change.commit().id().equals(commit))
        .filter(change -> !(change.state() instanceof ChangeState.Leaving))
        .findFirst();
  }

  private static void supersede(Draft draft, ChangeId born, BranchName branch) {
    for (Change change : draft.changes()) {
      if (change.id().pipeline().equals(born.pipeline())
          && !change.id().equals(born)
          && change.aim() instanceof Aim.Integrate(var its, var _)
          && its.equals(branch)
          && !change.landed()) {
        stop(draft, change, "superseded by " + born + ": " + branch + " was pushed again");
      }
    }
  }

  /// Somebody moved a branch that changes may be on their way to; a promotion that was recorded too late is none of these.
  private static void targetMoved(Draft draft, Target target, CommitId head, String by) {
    var onTarget = new TargetDraft(draft, target);
    boolean known = draft.experience().head(target).filter(head::equals).isPresent();
    if (!known && !onTarget.promotes(head)) {
      new Heads(onTarget).moved(head, by);
      draft.touch(target);
    }
  }

  private static void branchDeleted(Draft draft, Event.BranchDeleted deleted) {
    for (Change change : draft.changes()) {
      if (change.pipeline().repository().equals(deleted.repository())
          && change.aim() instanceof Aim.Integrate(var branch, var _)
          && branch.equals(deleted.branch())
          && !change.landed()) {
        stop(draft, change, "branch " + branch + " was deleted");
      }
    }
  }

  private static void tried(Draft draft, AttemptId id, AttemptEvent event) {
    Change change = draft.find(id.change());
    Attempt attempt = change == null ? null : change.attempt(id).orElse(null);
    if (change == null || attempt == null) {
      return;
    }
    Attempt next = attempt.in(AttemptTable.next(attempt.state(), event));
    if (event instanceof AttemptEvent.Started(var _, Image image) && !attempt.ended()) {
      next = next.in(image);
    }
    if (next.equals(attempt)) {
      return;
    }
    learnFlaky(draft, change, next);
    boolean promoted =
        next.passed() && change.pipeline().find(id.stage()).filter(Stage::promotes).isPresent();
    draft.put(change.with(next));
    // run again after it had landed, it moves nothing
    if (promoted && !change.landed() && change.aim() instanceof Aim.Integrate(var _, var into)) {
      landed(draft, change.with(next), into, next.commit());
    }
    if (next.passed()
        && change.pipeline().find(id.stage()).map(stage -> stage.steps().getFirst()).orElse(null)
            instanceof Step.Promotion(var name, BranchName to, var _)
        && name.equals(id.step())
        && to != null) {
      draft.note(id.change(), "promoted: " + to + " contains " + next.commit().abbreviated() + " now");
    }
  }

  /// A step that passes where it failed before, on the same commit, is flaky.
  private static void learnFlaky(Draft draft, Change change, Attempt now) {
    boolean failedBefore =
        now.passed()
            && change.attempts(now.id().stage()).stream()
                .filter(other -> other.id().step().equals(now.id().step()) && other.commit().equals(now.commit()))
                .filter(other -> other.definition().equals(now.definition()))
                .anyMatch(other -> other.state() instanceof AttemptState.Failed);
    if (failedBefore) {
      var step = new Experience.FlakyStep(change.id().pipeline(), now.id().stage(), now.id().step());
      if (!draft.experience().flaky().contains(step)) {
        draft.learn(draft.experience().flaky(step));
        draft.note(change.id(), now.id().stage() + "/" + now.id().step() + " is flaky: it passed on the commit on which it had failed");
      }
    }
  }

  private static void landed(Draft draft, Change change, BranchName into, CommitId head) {
    new Heads(new TargetDraft(draft, new Target(change.pipeline().repository(), into))).landed(change, head);
    for (Definition definition : draft.definitions()) {
      Pipeline other = definition.pipeline();
      if (!other.name().equals(change.id().pipeline())
          && other.repository().equals(change.pipeline().repository())
          && other.pushes().stream().anyMatch(pattern -> pattern.matches(into))) {
        Commit commit = new Commit(head, change.commit().subject(), change.commit().author());
        draft.begin(definition, commit, new Aim.Check(into, true), change.id().toString());
      }
    }
  }

  private static void targetMovedMeanwhile(Draft draft, Event.TargetMoved moved) {
    Change change = draft.find(moved.attempt().change());
    Attempt attempt = change == null ? null : change.attempt(moved.attempt()).orElse(null);
    if (change == null || attempt == null || attempt.ended()) {
      return;
    }
    String sentence = "the target had moved to " + moved.found().abbreviated() + " meanwhile";
    draft.put(
        change.with(
            attempt.in(AttemptTable.next(attempt.state(), new AttemptEvent.Broke(moved.at(), sentence, false)))));
    if (change.aim() instanceof Aim.Integrate) {
      new Heads(new TargetDraft(draft, IntegrationQueue.target(change)))
          .moved(moved.found(), "while " + change.id() + " was promoted");
    }
  }

  private static void deadlinePassed(Draft draft, Instant at, AttemptId id) {
    Change change = draft.find(id.change());
    if (change != null
        && change.pipeline().find(id.stage()).map(stage -> stage.step(id.step())).orElse(null)
            instanceof Step.Container step) {
      tried(draft, id, new AttemptEvent.StopWanted(at, new StopReason.TimedOut(step.timeout())));
    }
  }

  // -- requests

  private static Answer trigger(InFlight now, Request.Trigger trigger) {
    var draft = new Draft(now, trigger.at());
    Definition definition = now.definitions().get(trigger.pipeline());
    if (definition == null) {
      return new Answer.Refused("no pipeline is named " + trigger.pipeline() + " today");
    }
    BranchName branch = trigger.aim().branch();
    if (branch != null) {
      var before = underway(draft, definition.name(), branch, trigger.commit().id());
      if (before.isPresent()) {
        return new Answer.Refused(
            before.get().id() + " is already on its way with this commit; cancel it or wait for its end");
      }
    }
    List<String> problems = Parameter.problems(definition.pipeline(), trigger.parameters());
    if (!problems.isEmpty()) {
      return new Answer.Refused(String.join("; ", problems));
    }
    var wishes = new Wishes(0, null, trigger.parameters());
    ChangeId born = draft.begin(definition, trigger.commit(), trigger.aim(), trigger.by(), wishes);
    if (trigger.aim() instanceof Aim.Integrate(var its, var _)) {
      supersede(draft, born, its);
    }
    return new Answer.Granted(draft.settle(), born);
  }

  private static Answer cancel(InFlight now, Request.Cancel cancel) {
    Change change = now.changes().get(cancel.change());
    if (change == null) {
      return new Answer.Refused(cancel.change() + " has ended already; there is nothing to cancel");
    }
    if (change.state() instanceof ChangeState.Cancelling) {
      return new Answer.Refused(cancel.change() + " is being cancelled already; its running steps are told to stop");
    }
    if (change.state() instanceof ChangeState.Passing(var _, String because)) {
      return new Answer.Refused(cancel.change() + " is done already: " + because);
    }
    var draft = new Draft(now, cancel.at());
    stop(draft, change, "cancelled by " + cancel.by());
    return new Answer.Granted(draft.settle(), change.id());
  }

  private static Answer moveUp(InFlight now, Request.MoveUp up) {
    Change change = now.changes().get(up.change());
    if (change == null || !(change.aim() instanceof Aim.Integrate) || change.landed()) {
      return new Answer.Refused(up.change() + " is not in a queue");
    }
    IntegrationQueue queue = IntegrationQueue.of(now.changes().values()).get(IntegrationQueue.target(change));
    if (queue == null || queue.changes().stream().noneMatch(its -> its.id().equals(up.change()))) {
      return new Answer.Refused(up.change() + " cannot land any more");
    }
    if (queue.changes().getFirst().id().equals(up.change())) {
      return new Answer.Refused(up.change() + " is the first of its queue already");
    }
    var draft = new Draft(now, up.at());
    draft.note(up.change(), "moved up to the front by " + up.by() + (up.because().isBlank() ? "" : ": " + up.because()));
    draft.put(change.prior(queue.changes().getFirst().priority() + 1));
    return new Answer.Granted(draft.settle(), up.change());
  }

  private static Answer hold(InFlight now, Request.HoldQueue hold) {
    Hold before = now.holds().get(hold.target());
    if (before != null) {
      return new Answer.Refused("the queue of " + hold.target() + " is held already, by " + before.by() + ": " + before.because());
    }
    if (hold.because().isBlank()) {
      return new Answer.Refused("say why the queue is to be held, for those who wait for it");
    }
    boolean known =
        now.definitions().values().stream()
            .map(Definition::pipeline)
            .filter(pipeline -> pipeline.repository().equals(hold.target().repository()))
            .anyMatch(pipeline -> pipeline.integration() != null && pipeline.integration().into().equals(hold.target().branch()));
    if (!known) {
      return new Answer.Refused("no pipeline integrates into " + hold.target());
    }
    var draft = new Draft(now, hold.at());
    draft.holds().put(hold.target(), new Hold(hold.at(), hold.by(), hold.because().strip()));
    return new Answer.Granted(told(draft, hold.target(), "the queue is held by " + hold.by() + ": " + hold.because().strip()), null);
  }

  private static Answer release(InFlight now, Request.ReleaseQueue release) {
    if (!now.holds().containsKey(release.target())) {
      return new Answer.Refused("the queue of " + release.target() + " is not held");
    }
    var draft = new Draft(now, release.at());
    draft.holds().remove(release.target());
    return new Answer.Granted(told(draft, release.target(), "the queue is released by " + release.by()), null);
  }

  private static Decision told(Draft draft, Target target, String sentence) {
    IntegrationQueue queue = IntegrationQueue.of(draft.changes()).get(target);
    if (queue != null) {
      queue.changes().forEach(change -> draft.note(change.id(), sentence));
    }
    draft.touch(target);
    return draft.settle();
  }

  private static Answer runAgain(InFlight now, Request.RunAgain again) {
    Change before = now.changes().getOrDefault(again.change().id(), again.change());
    Definition today = now.definitions().get(before.id().pipeline());
    if (again.latest() && today == null) {
      return new Answer.Refused("no pipeline is named " + before.id().pipeline() + " today; run it by its own definition");
    }
    Change change = again.latest() && today != null ? before.following(today) : before;
    var refusal = whyNotAgain(now, change, again.from());
    if (refusal.isPresent()) {
      return new Answer.Refused(refusal.get());
    }
    var draft = new Draft(now, again.at());
    draft.note(change.id(), "run again from " + again.from() + " by " + again.by());
    boolean toQueue = change.ended() && change.aim() instanceof Aim.Integrate && !change.landed();
    Change round = change.inNextRound();
    if (toQueue) {
      draft.put(forgotten(round, change.id()).in(new ChangeState.Queued(draft.inLine(), again.from())));
      draft.changes().forEach(other -> draft.change(forgotten(other, change.id())));
    } else {
      Change moving = change.ended() ? round.in(new ChangeState.Moving(again.at())) : round;
      draft.put(plan(moving, again.from(), again.at()));
    }
    return new Answer.Granted(draft.settle(), change.id());
  }

  /// What was seen of it before counts no longer.
  private static Change forgotten(Change change, ChangeId again) {
    Change next = change;
    for (Candidacy candidacy : change.candidacies()) {
      if (!candidacy.running() && candidacy.open().contains(again)) {
        next = next.with(candidacy.standing(List.of(), false));
      }
    }
    return next;
  }

  private static Optional<String> whyNotAgain(InFlight now, Change change, StageName from) {
    Optional<Stage> stage = change.pipeline().find(from);
    if (stage.isEmpty()) {
      return Optional.of(
          change.id().pipeline() + " has no stage " + from + "; it has "
              + String.join(", ", change.pipeline().stages().stream().map(its -> its.name().text()).toList()));
    }
    if (change.landedWith().isPresent()) {
      return Optional.of(change.id() + " landed with " + change.landedWith().get() + ", which runs what follows; run that one again");
    }
    if (!change.ended() && change.aim() instanceof Aim.Integrate && !change.landed()) {
      return Optional.of(change.id() + " is in the queue, which tries it again by itself where that can help; cancel it first");
    }
    if (!change.ended() && !(change.state() instanceof ChangeState.Moving)) {
      return Optional.of(change.id() + " is still on its way; cancel it first");
    }
    Map<StageName, StageState> states = change.stages();
    if (states.get(from) == StageState.SKIPPED) {
      return Optional.of(from + " does not run for " + change.id() + ": only what is integrated goes that far");
    }
    boolean running =
        !change.ended()
            && (states.get(from) == StageState.PENDING
                || change.pipeline().stages().stream()
                    .anyMatch(
                        its -> states.get(its.name()) == StageState.RUNNING && follows(change.pipeline(), its, from)));
    if (running) {
      return Optional.of(from + " or a stage after it is still to run in " + change.id() + "; cancel it first or wait");
    }
    for (StageName need : stage.get().needs()) {
      if (states.get(need) != StageState.PASSED) {
        return Optional.of(from + " needs " + need + ", which has not passed; run again from " + need);
      }
    }
    return now.changes().values().stream()
        .filter(other -> !other.id().equals(change.id()) && other.id().pipeline().equals(change.id().pipeline()))
        .filter(other -> change.aim() instanceof Aim.Integrate(var branch, var _) && branch.equals(other.aim().branch()))
        .filter(_ -> !change.landed())
        .findFirst()
        .map(other -> change.aim().branch() + " has moved on: " + other.id() + " is on its way with a newer commit");
  }

  /// Whether `stage` is `from` or comes after it.
  private static boolean follows(Pipeline pipeline, Stage stage, StageName from) {
    return stage.name().equals(from)
        || stage.needs().stream().anyMatch(need -> follows(pipeline, pipeline.stage(need), from));
  }

  // -- shared

  /// Ends a change that need not go on: at once if nothing of it runs, else as soon as nothing does.
  private static void stop(Draft draft, Change change, String because) {
    switch (change.state()) {
      case ChangeState.Queued(var since, var _) -> stop(draft, change, since, because);
      case ChangeState.Merging(var since, var _) -> stop(draft, change, since, because);
      case ChangeState.Moving(var since) -> stop(draft, change, since, because);
      case ChangeState.Failing(var since, var _) -> stop(draft, change, since, because);
      case ChangeState.Passing _, ChangeState.Cancelling _, ChangeState.Ended _ -> {}
    }
  }

  private static void stop(Draft draft, Change change, Instant since, String because) {
    Change next = change;
    if (change.aim() instanceof Aim.Integrate) {
      next = new TargetDraft(draft, IntegrationQueue.target(change)).stopped(change, because, null);
    }
    draft.put(stopAttempts(next, null, draft.at(), because).in(new ChangeState.Cancelling(since, because)));
    draft.note(change.id(), because);
  }

  /// Tells the containers of the change to stop. A promotion is seen through: it takes no time and cannot be half done.
  ///
  /// @param commit only those that work on it; null for all
  static Change stopAttempts(Change change, @Nullable CommitId commit, Instant at, String because) {
    Change next = change;
    for (Attempt attempt : change.attempts()) {
      boolean promotion = change.pipeline().find(attempt.id().stage()).filter(Stage::moves).isPresent();
      if (!attempt.ended() && !promotion && (commit == null || attempt.commit().equals(commit))) {
        var stop = new AttemptEvent.StopWanted(at, new StopReason.Cancelled(because));
        next = next.with(attempt.in(AttemptTable.next(attempt.state(), stop)));
      }
    }
    return next;
  }

  static Change plan(Change change, StageName stage, Instant at) {
    int number = change.latestNumber(stage) + 1;
    Change next = change;
    for (Step step : change.pipeline().stage(stage).steps()) {
      next = Draft.planned(next, stage, step, number, at);
    }
    return next;
  }

  static List<Stage> ready(Change change) {
    Map<StageName, StageState> states = change.stages();
    return change.pipeline().stages().stream()
        .filter(stage -> states.get(stage.name()) == StageState.PENDING)
        .filter(stage -> stage.needs().stream().allMatch(need -> states.get(need) == StageState.PASSED))
        .toList();
  }
}
