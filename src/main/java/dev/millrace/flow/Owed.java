package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.CommitId;
import dev.millrace.change.StageState;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Parameter;
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
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What the outside world owes a change. A conclusion from its state, so that nothing owed can be lost in a crash.
public final class Owed {
  private Owed() {}

  /// @param all the changes in flight, by their ids
  public static List<Effect> to(Map<ChangeId, Change> all, Change change) {
    var owed = new ArrayList<Effect>();
    for (Candidacy candidacy : change.candidacies()) {
      merge(all, change, candidacy).ifPresent(owed::add);
    }
    for (Attempt attempt : change.attempts()) {
      if (!attempt.ended()) {
        addTo(owed, all, change, attempt);
      }
    }
    // with several candidates at once nobody knows which of them the next attempt is of
    long tested = change.candidacies().stream().filter(its -> its.state() instanceof Candidacy.State.Testing).count();
    if (change.state() instanceof ChangeState.Moving && tested <= 1) {
      addPreparations(owed, change);
    }
    return owed;
  }

  /// The candidate that is to be made; empty when this one is made, or can no longer be.
  static Optional<Effect.Merge> merge(Map<ChangeId, Change> all, Change change, Candidacy candidacy) {
    var integration = change.pipeline().integration();
    if (!(candidacy.state() instanceof Candidacy.State.Merging)
        || integration == null
        || !(change.aim() instanceof Aim.Integrate(var _, var into))) {
      return Optional.empty();
    }
    var pieces = new ArrayList<Effect.Piece>();
    for (ChangeId id : candidacy.open()) {
      if (!(all.get(id) instanceof Change below && below.aim() instanceof Aim.Integrate(var branch, var _))) {
        return Optional.empty();
      }
      pieces.add(new Effect.Piece(id, below.commit(), branch, below.createdAt()));
    }
    return Optional.of(
        new Effect.Merge(
            change.id(), candidacy.number(), change.pipeline().repository(), pieces, into, integration.method()));
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
        .flatMap(step -> step instanceof Step.Container container ? Stream.of(container) : Stream.empty())
        .findFirst()
        .map(container -> assignment(change, id, attempt, container));
  }

  private static Step step(Change change, AttemptId id) {
    return change.pipeline().stage(id.stage()).step(id.step());
  }

  private static void addTo(List<Effect> owed, Map<ChangeId, Change> all, Change change, Attempt attempt) {
    switch (step(change, attempt.id())) {
      case Step.Promotion(var _, BranchName to, var method) when to != null ->
          owed.add(
              new Effect.Advance(
                  attempt.id(), change.pipeline().repository(), attempt.commit(), to, method, attempt.plannedAt()));
      case Step.Promotion _ -> {
        Candidate candidate = new Candidate(base(change, attempt), attempt.commit());
        owed.add(
            switch (change.aim()) {
              case Aim.Integrate(var _, var into) ->
                  new Effect.Promote(
                      attempt.id(), change.pipeline().repository(), candidate, tips(all, change, attempt), into);
              case Aim.Check(var branch, var _) -> {
                var integration = change.pipeline().integration();
                BranchName into = integration != null ? integration.into() : Objects.requireNonNull(branch);
                yield new Effect.Promote(attempt.id(), change.pipeline().repository(), candidate, List.of(), into);
              }
            });
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
    return change.candidacies().reversed().stream()
        .filter(candidacy -> candidacy.of(attempt.commit()))
        .flatMap(candidacy -> candidacy.candidate().stream())
        .map(Candidate::base)
        .findFirst()
        .orElse(attempt.commit());
  }

  /// The branches of all that lands with it.
  private static List<Effect.Tip> tips(Map<ChangeId, Change> all, Change change, Attempt attempt) {
    return change.candidacies().reversed().stream()
        .filter(candidacy -> candidacy.of(attempt.commit()))
        .findFirst()
        .map(Candidacy::open)
        .orElse(List.of(change.id()))
        .stream()
        .map(all::get)
        .flatMap(
            landing ->
                landing != null && landing.aim() instanceof Aim.Integrate(var branch, var _)
                    ? Stream.of(new Effect.Tip(branch, landing.commit().id()))
                    : Stream.<Effect.Tip>empty())
        .toList();
  }

  /// Containers of the stages that come next are made while the ones before them run.
  private static void addPreparations(List<Effect> owed, Change change) {
    Map<StageName, StageState> states = change.stages();
    boolean landed = change.aim() instanceof Aim.Check || change.landed();
    Set<StageName> tests = change.pipeline().tests();
    for (Stage stage : change.pipeline().stages()) {
      boolean next =
          (landed || tests.contains(stage.name())) &&
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
    change.values().forEach((name, value) -> places.put(Parameter.PLACE + name, value));
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
