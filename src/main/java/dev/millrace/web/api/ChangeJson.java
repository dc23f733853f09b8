package dev.millrace.web.api;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidacy;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import dev.millrace.statistics.Estimate;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A change as JSON. Times are ISO 8601 in UTC; what is not known is null.
final class ChangeJson {
  private ChangeJson() {}

  static ObjectNode of(Change change) {
    return of(change, Estimate.UNKNOWN, change.createdAt());
  }

  /// @param estimate when it should have ended
  static ObjectNode of(Change change, Estimate estimate, Instant now) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("number", change.id().number());
    json.put("pipeline", change.id().pipeline().text());
    json.put("state", word(change.state()));
    json.put("reason", change.state() instanceof ChangeState.Ended ended ? ended.because() : "");
    json.put("branch", change.aim().branch() == null ? null : change.aim().branch().text());
    json.put("into", change.aim() instanceof Aim.Integrate(var _, var into) ? into.text() : null);
    json.put("commit", change.commit().id().hex());
    json.put("candidate", change.candidate() == null ? null : change.candidate().commit().hex());
    json.put("base", change.candidate() == null ? null : change.candidate().base().hex());
    json.put("landed", change.landed());
    json.put("subject", change.commit().subject());
    json.put("author", change.commit().author());
    json.put("by", change.by());
    ObjectNode parameters = json.putObject("parameters");
    change.values().forEach(parameters::put);
    json.put("confidence", change.confidence().percent());
    json.put("definition", change.definition().commit());
    json.put("createdAt", change.createdAt().toString());
    json.put("startedAt", text(startedAt(change.attempts())));
    json.put("finishedAt", change.state() instanceof ChangeState.Ended ended ? ended.at().toString() : null);
    json.put("estimate", estimate instanceof Estimate.Known(Duration usual, var _) ? now.plus(usual).toString() : null);
    json.put("latest", estimate instanceof Estimate.Known(var _, Duration late) ? now.plus(late).toString() : null);
    json.put("priority", change.priority());
    json.put("landedWith", change.landedWith().map(ChangeId::toString).orElse(null));
    ArrayNode candidates = json.putArray("candidates");
    change.candidacies().forEach(candidacy -> candidates.add(candidate(candidacy)));
    ArrayNode stages = json.putArray("stages");
    Map<?, StageState> states = change.stages();
    // asked for once: each answer goes through all stages and attempts
    Map<StageName, Map<StepName, Attempt>> counting = change.counting();
    for (Stage stage : change.pipeline().stages()) {
      stages.add(stage(change, stage, states.get(stage.name()), counting.getOrDefault(stage.name(), Map.of())));
    }
    return json;
  }

  /// One go at the target: what it was made of, on what, and what came of it.
  private static ObjectNode candidate(Candidacy candidacy) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("candidate", candidacy.number());
    ArrayNode changes = json.putArray("changes");
    candidacy.changes().forEach(change -> changes.add(change.toString()));
    json.put("state", candidacy.state().getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT));
    json.put("base", candidacy.candidate().map(candidate -> candidate.base().hex()).orElse(null));
    json.put("commit", candidacy.candidate().map(candidate -> candidate.commit().hex()).orElse(null));
    json.put("current", candidacy.current());
    json.put("at", candidacy.at().toString());
    json.put("reason", candidacy.because());
    return json;
  }

  private static ObjectNode stage(
      Change change, Stage stage, @Nullable StageState state, Map<StepName, Attempt> byStep) {
    List<Attempt> counting = List.copyOf(byStep.values());
    boolean ended = !counting.isEmpty() && counting.stream().allMatch(Attempt::ended);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", stage.name().text());
    json.put("state", String.valueOf(state));
    json.put("attempt", change.latestNumber(stage.name()));
    json.put("startedAt", text(startedAt(counting)));
    json.put(
        "finishedAt",
        ended ? text(counting.stream().flatMap(its -> its.finishedAt().stream()).max(Comparator.naturalOrder())) : null);
    ArrayNode needs = json.putArray("needs");
    stage.needs().forEach(need -> needs.add(need.text()));
    ArrayNode steps = json.putArray("steps");
    for (Step step : stage.steps()) {
      ObjectNode one = steps.addObject();
      one.put("name", step.name().text());
      Attempt now = byStep.get(step.name());
      one.put("state", now == null ? "pending" : word(now.state()));
      ArrayNode attempts = one.putArray("attempts");
      change.attempts(stage.name()).stream()
          .filter(attempt -> attempt.id().step().equals(step.name()))
          .forEach(attempt -> attempts.add(attempt(attempt)));
    }
    return json;
  }

  private static ObjectNode attempt(Attempt attempt) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("attempt", attempt.id().number());
    json.put("state", word(attempt.state()));
    json.put("commit", attempt.commit().hex());
    json.put("definition", attempt.definition());
    Image image = attempt.image();
    json.put("image", image == null ? null : image.name());
    json.put("digest", image == null ? null : image.digest());
    json.put("plannedAt", attempt.plannedAt().toString());
    json.put("startedAt", text(attempt.startedAt()));
    json.put("finishedAt", text(attempt.finishedAt()));
    if (attempt.state() instanceof AttemptState.Failed(var _, var _, Fault.ExitCode(int code))) {
      json.put("exitCode", code);
    } else if (attempt.passed()) {
      json.put("exitCode", 0);
    } else {
      json.putNull("exitCode");
    }
    json.put(
        "reason",
        switch (attempt.state()) {
          case AttemptState.Failed failed -> failed.fault().sentence();
          case AttemptState.Errored errored -> errored.because();
          case AttemptState.Cancelled cancelled -> cancelled.because();
          case AttemptState.Planned _, AttemptState.Running _, AttemptState.Stopping _, AttemptState.Passed _ -> "";
        });
    return json;
  }

  static String word(ChangeState state) {
    return switch (state) {
      case ChangeState.Queued _ -> "queued";
      case ChangeState.Merging _, ChangeState.Moving _, ChangeState.Leaving _ -> "running";
      case ChangeState.Passed _ -> "passed";
      case ChangeState.Failed _ -> "failed";
      case ChangeState.Cancelled _ -> "cancelled";
    };
  }

  private static String word(AttemptState state) {
    return switch (state) {
      case AttemptState.Planned _ -> "pending";
      case AttemptState.Running _, AttemptState.Stopping _ -> "running";
      case AttemptState.Passed _ -> "passed";
      case AttemptState.Failed(var _, var _, Fault.TimedOut _) -> "timed-out";
      case AttemptState.Failed _ -> "failed";
      case AttemptState.Errored _ -> "errored";
      case AttemptState.Cancelled _ -> "cancelled";
    };
  }

  private static Optional<Instant> startedAt(List<Attempt> attempts) {
    return attempts.stream().flatMap(attempt -> attempt.startedAt().stream()).min(Comparator.naturalOrder());
  }

  private static @Nullable String text(Optional<Instant> instant) {
    return instant.map(Instant::toString).orElse(null);
  }
}
