package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.AttemptState.StopReason;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.change.Image;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The rules of how changes flow. Every rule is a function of what is in flight and what happened.
public final class Flow {
  private Flow() {}

  public static Decision decide(InFlight now, Event event) {
    var draft = new Draft(now, event.at());
    switch (event) {
      case Event.Defined defined -> draft.define(defined.definitions());
      case Event.BranchMoved moved -> branchMoved(draft, moved);
      case Event.BranchDeleted deleted -> branchDeleted(draft, deleted);
      case Event.Merged merged -> merged(draft, merged);
      case Event.Conflicted(var at, var id, var base, var files) ->
          fail(draft, id, at, "conflicts with " + base.abbreviated() + " in " + String.join(", ", files));
      case Event.NotMergeable(var at, var id, var because) -> fail(draft, id, at, because);
      case Event.NothingToIntegrate nothing -> nothingToIntegrate(draft, nothing);
      case Event.Tried(var id, var tried) -> tried(draft, id, tried);
      case Event.TargetMoved moved -> targetMovedMeanwhile(draft, moved);
      case Event.Noted(var _, var id, var sentence) -> draft.note(id, sentence);
      case Event.DeadlinePassed(var at, var id) -> deadlinePassed(draft, at, id);
    }
    return draft.settle();
  }

  public static Answer decide(InFlight now, Request request) {
    return switch (request) {
      case Request.Trigger trigger -> trigger(now, trigger);
      case Request.RunAgain again -> runAgain(now, again);
      case Request.Cancel cancel -> cancel(now, cancel);
    };
  }

  // -- events

  private static void branchMoved(Draft draft, Event.BranchMoved moved) {
    for (Definition definition : draft.definitions()) {
      Pipeline pipeline = definition.pipeline();
      if (!pipeline.repository().equals(moved.repository())) {
        continue;
      }
      var integration = pipeline.integration();
      if (integration != null && integration.claims(moved.branch())) {
        Aim aim = new Aim.Integrate(moved.branch(), integration.into());
        if (underway(draft, definition.name(), moved.branch(), moved.commit().id()).isEmpty()) {
          ChangeId born = draft.begin(definition, moved.commit(), aim, moved.by());
          supersede(draft, born, moved.branch());
        }
      } else if (pipeline.pushes().stream().anyMatch(pattern -> pattern.matches(moved.branch()))) {
        boolean landed = integration == null || integration.into().equals(moved.branch());
        if (underway(draft, definition.name(), moved.branch(), moved.commit().id()).isEmpty()) {
          draft.begin(definition, moved.commit(), new Aim.Check(moved.branch(), landed), moved.by());
        }
      }
    }
    mergeAgain(draft, moved.repository(), moved.branch(), moved.commit().id(), moved.by());
  }

  private static Optional<Change> underway(Draft draft, PipelineName pipeline, BranchName branch, CommitId commit) {
    return draft.changes().stream()
        .filter(change -> change.id().pipeline().equals(pipeline))
        .filter(change -> branch.equals(change.aim().branch()) && change.commit().id().equals(commit))
        .filter(change -> !(change.state() instanceof ChangeState.Cancelling))
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

  /// Candidates that stand on an older head of the branch cannot land any more: they are made again.
  private static void mergeAgain(
      Draft draft, RepositoryName repository, BranchName into, CommitId head, String because) {
    for (Change change : draft.changes()) {
      if (change.pipeline().repository().equals(repository)
          && change.aim() instanceof Aim.Integrate(var _, var its)
          && its.equals(into)
          && change.state() instanceof ChangeState.Moving(var since)
          && !change.landed()
          && change.candidate() != null
          && !change.candidate().base().equals(head)
          && !change.candidate().commit().equals(head)) {
        String sentence = into + " moved to " + head.abbreviated() + " (" + because + "): merged with it again";
        draft.put(stopAttempts(change, draft.at(), sentence).inNextRound().in(new ChangeState.Merging(since, null)));
        draft.note(change.id(), sentence);
      }
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

  private static void merged(Draft draft, Event.Merged merged) {
    Change change = draft.find(merged.change());
    if (change == null || !(change.state() instanceof ChangeState.Merging(var since, var from))) {
      return;
    }
    boolean kept = merged.candidate().equals(change.candidate());
    Change moving = change.on(merged.candidate()).in(new ChangeState.Moving(since));
    String base = merged.candidate().base().abbreviated();
    if (kept && from != null) {
      draft.put(plan(moving, from, draft.at()));
      draft.note(change.id(), "the candidate on " + base + " is kept; runs again from " + from);
    } else if (kept) {
      draft.put(planStopped(moving, draft.at()));
      draft.note(change.id(), "the target is at " + base + " again: the candidate is kept, and what was stopped runs again");
    } else {
      draft.put(moving);
      draft.note(
          change.id(),
          (change.candidate() == null ? "merged with " : "merged again, now with ")
              + base
              + ": candidate "
              + merged.candidate().commit().abbreviated()
              + ", made by "
              + merged.by()
              + (from == null || change.candidate() == null ? "" : "; the target has moved since, so every stage runs"));
    }
  }

  private static void nothingToIntegrate(Draft draft, Event.NothingToIntegrate nothing) {
    Change change = draft.find(nothing.change());
    if (change != null && change.state() instanceof ChangeState.Merging) {
      String sentence =
          "nothing to integrate: the target, at " + nothing.base().abbreviated() + ", contains this commit already";
      draft.put(change.in(new ChangeState.Passed(nothing.at(), sentence)));
      draft.note(change.id(), sentence);
    }
  }

  private static void fail(Draft draft, ChangeId id, Instant at, String because) {
    Change change = draft.find(id);
    if (change != null && change.state() instanceof ChangeState.Merging) {
      draft.put(change.in(new ChangeState.Failed(at, because)));
      draft.note(id, because);
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
    boolean promoted =
        next.passed()
            && change.pipeline().find(id.stage()).filter(Stage::promotes).isPresent()
            && change.candidate() != null
            && change.candidate().commit().equals(next.commit());
    // It may have landed just before somebody moved the target on: then there is nothing to merge again.
    boolean landedInTime = promoted && change.state() instanceof ChangeState.Merging;
    draft.put(landedInTime ? change.with(next).in(new ChangeState.Moving(next.plannedAt())) : change.with(next));
    // run again after it had landed, it moves nothing
    if (promoted && !change.landed() && change.aim() instanceof Aim.Integrate(var _, var into)) {
      landed(draft, change, into, next.commit());
    }
    if (next.passed()
        && change.pipeline().find(id.stage()).map(stage -> stage.steps().getFirst()).orElse(null)
            instanceof Step.Promotion(var name, BranchName to, var _)
        && name.equals(id.step())
        && to != null) {
      draft.note(id.change(), "promoted: " + to + " contains " + next.commit().abbreviated() + " now");
    }
  }

  private static void landed(Draft draft, Change change, BranchName into, CommitId head) {
    draft.note(change.id(), "promoted: " + into + " is now " + head.abbreviated());
    mergeAgain(draft, change.pipeline().repository(), into, head, "by " + change.id());
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
    Change told =
        change.with(
            attempt.in(AttemptTable.next(attempt.state(), new AttemptEvent.Broke(moved.at(), sentence, false))));
    boolean present = change.candidate() != null && change.candidate().commit().equals(attempt.commit());
    if (present && told.state() instanceof ChangeState.Moving(var since)) {
      draft.put(stopAttempts(told, moved.at(), sentence).inNextRound().in(new ChangeState.Merging(since, null)));
      draft.note(change.id(), sentence + ": merged with it again");
    } else {
      draft.put(told);
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
    ChangeId born = draft.begin(definition, trigger.commit(), trigger.aim(), trigger.by());
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
    var draft = new Draft(now, cancel.at());
    stop(draft, change, "cancelled by " + cancel.by());
    return new Answer.Granted(draft.settle(), change.id());
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
      draft.put(round.in(new ChangeState.Queued(again.at(), again.from())));
    } else {
      Change moving = change.ended() ? round.in(new ChangeState.Moving(again.at())) : round;
      draft.put(plan(moving, again.from(), again.at()));
    }
    return new Answer.Granted(draft.settle(), change.id());
  }

  private static Optional<String> whyNotAgain(InFlight now, Change change, StageName from) {
    Optional<Stage> stage = change.pipeline().find(from);
    if (stage.isEmpty()) {
      return Optional.of(
          change.id().pipeline() + " has no stage " + from + "; it has "
              + String.join(", ", change.pipeline().stages().stream().map(its -> its.name().text()).toList()));
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
      case ChangeState.Queued _, ChangeState.Merging _ -> {
        Change stopped = stopAttempts(change, draft.at(), because);
        draft.put(
            stopped.active()
                ? stopped.in(new ChangeState.Cancelling(draft.at(), because))
                : stopped.in(new ChangeState.Cancelled(draft.at(), because)));
        draft.note(change.id(), because);
      }
      case ChangeState.Moving(var since) -> {
        draft.put(stopAttempts(change, draft.at(), because).in(new ChangeState.Cancelling(since, because)));
        draft.note(change.id(), because);
      }
      case ChangeState.Cancelling _, ChangeState.Ended _ -> {}
    }
  }

  /// Tells every container of the change to stop. A promotion is seen through: it takes no time and cannot be half done.
  private static Change stopAttempts(Change change, Instant at, String because) {
    Change next = change;
    for (Attempt attempt : change.attempts()) {
      boolean promotion = change.pipeline().find(attempt.id().stage()).filter(Stage::moves).isPresent();
      if (!attempt.ended() && !promotion) {
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

  /// What was stopped for the sake of another candidate, when there is none.
  private static Change planStopped(Change change, Instant at) {
    Change next = change;
    for (var stage : change.counting().entrySet()) {
      if (stage.getValue().values().stream().map(Attempt::state).anyMatch(Flow::stopped)) {
        next = plan(next, stage.getKey(), at);
      }
    }
    return next;
  }

  private static boolean stopped(AttemptState state) {
    return switch (state) {
      case AttemptState.Stopping _, AttemptState.Cancelled _, AttemptState.Errored _ -> true;
      case AttemptState.Planned _, AttemptState.Running _, AttemptState.Passed _, AttemptState.Failed _ -> false;
    };
  }

  static List<Stage> ready(Change change) {
    Map<StageName, StageState> states = change.stages();
    return change.pipeline().stages().stream()
        .filter(stage -> states.get(stage.name()) == StageState.PENDING)
        .filter(stage -> stage.needs().stream().allMatch(need -> states.get(need) == StageState.PASSED))
        .toList();
  }
}
