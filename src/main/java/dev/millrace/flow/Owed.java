package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.CommitId;
import dev.millrace.change.StageState;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the outside world owes a change. A conclusion from its state, so that nothing owed can be lost in a crash.
public final class Owed {
  private Owed() {}

  public static List<Effect> to(Change change) {
    var owed = new ArrayList<Effect>();
    if (change.state() instanceof ChangeState.Merging
        && change.aim() instanceof Aim.Integrate(var branch, var into)) {
      var piece = new Effect.Piece(change.id(), change.commit(), branch, change.createdAt());
      var method = Objects.requireNonNull(change.pipeline().integration()).method();
      owed.add(
          new Effect.Merge(
              change.id(), change.round(), change.pipeline().repository(), List.of(piece), into, method));
    }
    for (Attempt attempt : change.attempts()) {
      if (!attempt.ended()) {
        addTo(owed, change, attempt);
      }
    }
    if (change.state() instanceof ChangeState.Moving) {
      addPreparations(owed, change);
    }
    return owed;
  }

  /// Until when an attempt may run; empty for one that does not run or may run as long as it likes.
  public static Optional<Instant> deadline(Change change, Attempt attempt) {
    return attempt.state() instanceof AttemptState.Running(var startedAt)
            && step(change, attempt.id()) instanceof Step.Container container
        ? Optional.of(startedAt.plus(container.timeout()))
        : Optional.empty();
  }

  /// What an attempt of a container's step is made of; empty for a promotion, and where the definition that the change
  /// follows has no such step.
  public static Optional<Assignment> assignment(Change change, Attempt attempt) {
    AttemptId id = attempt.id();
    return change.pipeline().find(id.stage()).stream()
        .flatMap(stage -> stage.steps().stream())
        .filter(step -> step.name().equals(id.step()))
        .flatMap(step -> step instanceof Step.Container container ? java.util.stream.Stream.of(container) : java.util.stream.Stream.empty())
        .findFirst()
        .map(container -> assignment(change, id, attempt, container));
  }

  private static Step step(Change change, AttemptId id) {
    return change.pipeline().stage(id.stage()).step(id.step());
  }

  private static void addTo(List<Effect> owed, Change change, Attempt attempt) {
    switch (step(change, attempt.id())) {
      case Step.Promotion(var _, BranchName to, var method) when to != null ->
          owed.add(
              new Effect.Advance(
                  attempt.id(), change.pipeline().repository(), attempt.commit(), to, method, attempt.plannedAt()));
      case Step.Promotion _ -> {
        Candidate candidate = new Candidate(base(change, attempt), attempt.commit());
        switch (change.aim()) {
          case Aim.Integrate(var branch, var into) ->
              owed.add(promote(change, attempt, candidate, branch, into));
          case Aim.Check(var branch, var _) -> {
            var integration = change.pipeline().integration();
            BranchName into = integration != null ? integration.into() : Objects.requireNonNull(branch);
            owed.add(promote(change, attempt, candidate, null, into));
          }
        }
      }
      case Step.Container container -> {
        owed.add(new Effect.Run(assignment(change, attempt.id(), attempt, container)));
        if (attempt.state() instanceof AttemptState.Stopping) {
          owed.add(new Effect.Stop(attempt.id()));
        }
      }
    }
  }

  private static CommitId base(Change change, Attempt attempt) {
    Candidate candidate = Objects.requireNonNull(change.candidate());
    return candidate.commit().equals(attempt.commit()) ? candidate.base() : attempt.commit();
  }

  private static Effect promote(
      Change change, Attempt attempt, Candidate candidate, @Nullable BranchName branch, BranchName into) {
    var tips = branch == null ? List.<Effect.Tip>of() : List.of(new Effect.Tip(branch, change.commit().id()));
    return new Effect.Promote(attempt.id(), change.pipeline().repository(), candidate, tips, into);
  }

  /// Containers of the stages that come next are made while the ones before them run.
  private static void addPreparations(List<Effect> owed, Change change) {
    Map<StageName, StageState> states = change.stages();
    for (Stage stage : change.pipeline().stages()) {
      boolean next =
          states.get(stage.name()) == StageState.PENDING
              && stage.needs().stream().allMatch(need -> states.get(need) == StageState.PASSED || states.get(need) == StageState.RUNNING);
      if (next) {
        int number = change.latestNumber(stage.name()) + 1;
        for (Step step : stage.steps()) {
          if (step instanceof Step.Container container) {
            var id = new AttemptId(change.id(), stage.name(), step.name(), number);
            owed.add(new Effect.Prepare(assignment(change, id, null, container)));
          }
        }
      }
    }
  }

  private static Assignment assignment(
      Change change, AttemptId id, @Nullable Attempt attempt, Step.Container step) {
    var commit = attempt != null ? attempt.commit() : Objects.requireNonNull(change.candidate()).commit();
    BranchName branch = change.aim().branch();
    var places = new LinkedHashMap<String, String>();
    places.put("change.pipeline", id.change().pipeline().text());
    places.put("change.number", Integer.toString(id.change().number()));
    places.put("change.branch", branch == null ? "" : branch.text());
    places.put("change.commit", change.commit().id().hex());
    places.put("change.subject", change.commit().subject());
    places.put("change.author", change.commit().author());
    var environment = new LinkedHashMap<String, String>();
    environment.put("CI", "true");
    environment.put("MILLRACE_PIPELINE", id.change().pipeline().text());
    environment.put("MILLRACE_CHANGE", Integer.toString(id.change().number()));
    environment.put("MILLRACE_STAGE", id.stage().text());
    environment.put("MILLRACE_STEP", id.step().text());
    environment.put("MILLRACE_ATTEMPT", Integer.toString(id.number()));
    environment.put("MILLRACE_COMMIT", commit.hex());
    environment.put("MILLRACE_BRANCH", branch == null ? "" : branch.text());
    step.environment().forEach((name, text) -> environment.put(name, text.fill(places)));
    return new Assignment(
        id,
        change.pipeline().repository(),
        commit,
        step.image().fill(places),
        step.command().fill(places),
        environment,
        step.timeout(),
        step.limits(),
        step.network());
  }
}
