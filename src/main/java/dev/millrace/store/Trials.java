package dev.millrace.store;

import static dev.millrace.store.tables.Tables.ATTEMPT;
import static dev.millrace.store.tables.Tables.STAGE_TRIAL;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import dev.millrace.store.Database.Transaction;
import dev.millrace.store.tables.tables.records.StageTrialRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.Record3;
import org.jooq.ResultQuery;
import org.jooq.impl.DSL;

/// The trials of stages and steps. Those of a step are its attempts; those of a stage are rows of their own, or asking
/// for the last hundred of them would mean to group all attempts there ever were.
final class Trials {
  private Trials() {}

  private record Key(StageName stage, int number) {}

  /// Collects the statements for every stage of which an attempt has ended between the two: an update where another
  /// step was tried later under a number that had been over already.
  static void collect(
      Transaction transaction, Change stored, Change change, List<Query> inserts, List<Query> updates) {
    change.attempts().stream()
        .filter(attempt -> attempt.ended() && !stored.attempt(attempt.id()).map(Attempt::ended).orElse(false))
        .map(attempt -> new Key(attempt.id().stage(), attempt.id().number()))
        .distinct()
        .forEach(
            key ->
                trial(change, key)
                    .map(trial -> row(change, key, trial))
                    .ifPresent(
                        row -> {
                          if (trial(stored, key).isPresent()) {
                            updates.add(
                                transaction
                                    .sql()
                                    .update(STAGE_TRIAL)
                                    .set(row.intoMap())
                                    .where(
                                        STAGE_TRIAL.PIPELINE.eq(row.getPipeline()),
                                        STAGE_TRIAL.NUMBER.eq(row.getNumber()),
                                        STAGE_TRIAL.STAGE.eq(row.getStage()),
                                        STAGE_TRIAL.ATTEMPT.eq(row.getAttempt())));
                          } else {
                            inserts.add(transaction.sql().insertInto(STAGE_TRIAL).set(row.intoMap()));
                          }
                        }));
  }

  /// What the attempts of a stage with one number come to; empty while one of them has not ended, and when none failed
  /// but one errored or was cancelled.
  private static Optional<Trial> trial(Change change, Key key) {
    List<Attempt> together =
        change.attempts(key.stage()).stream().filter(attempt -> attempt.id().number() == key.number()).toList();
    boolean failed = together.stream().anyMatch(attempt -> attempt.state() instanceof AttemptState.Failed);
    if (together.isEmpty()
        || !together.stream().allMatch(Attempt::ended)
        || !failed && !together.stream().allMatch(Attempt::passed)) {
      return Optional.empty();
    }
    Instant started = Collections.min(together.stream().flatMap(attempt -> attempt.startedAt().stream()).toList());
    Instant finished = Collections.max(together.stream().flatMap(attempt -> attempt.finishedAt().stream()).toList());
    return Optional.of(new Trial(finished, Duration.between(started, finished), !failed));
  }

  private static StageTrialRecord row(Change change, Key key, Trial trial) {
    var row = new StageTrialRecord();
    row.setPipeline(change.id().pipeline().text());
    row.setNumber(change.id().number());
    row.setStage(key.stage().text());
    row.setAttempt(key.number());
    row.setStartedAt(trial.finishedAt().minus(trial.duration()));
    row.setFinishedAt(trial.finishedAt());
    row.setPassed(trial.passed());
    return row;
  }

  static Map<StageName, Summary> ofStages(DSLContext sql, PipelineName pipeline, List<Stage> stages, int last) {
    Param<String> stage = DSL.param("stage", String.class);
    var summaries = new LinkedHashMap<StageName, Summary>();
    // ordered by all columns of the index, or H2 sorts all trials of the stage instead of following it
    try (var query =
        sql.select(STAGE_TRIAL.STARTED_AT, STAGE_TRIAL.FINISHED_AT, STAGE_TRIAL.PASSED)
            .from(STAGE_TRIAL)
            .where(STAGE_TRIAL.PIPELINE.eq(pipeline.text()), STAGE_TRIAL.STAGE.eq(stage))
            .orderBy(STAGE_TRIAL.PIPELINE, STAGE_TRIAL.STAGE, STAGE_TRIAL.FINISHED_AT.desc())
            .limit(last)
            .keepStatement(true)) {
      for (Stage one : stages) {
        summaries.put(one.name(), summary(query.bind("stage", one.name().text())));
      }
    }
    return summaries;
  }

  static Map<StepKey, Summary> ofSteps(DSLContext sql, PipelineName pipeline, List<Stage> stages, int last) {
    Param<String> stage = DSL.param("stage", String.class);
    Param<String> step = DSL.param("step", String.class);
    var summaries = new LinkedHashMap<StepKey, Summary>();
    try (var query =
        sql.select(ATTEMPT.STARTED_AT, ATTEMPT.FINISHED_AT, ATTEMPT.STATE.eq("passed"))
            .from(ATTEMPT)
            .where(
                ATTEMPT.PIPELINE.eq(pipeline.text()),
                ATTEMPT.STAGE.eq(stage),
                ATTEMPT.STEP.eq(step),
                ATTEMPT.FINISHED_AT.isNotNull(),
                ATTEMPT.STATE.in("passed", "failed"))
            .orderBy(ATTEMPT.PIPELINE, ATTEMPT.STAGE, ATTEMPT.STEP, ATTEMPT.FINISHED_AT.desc())
            .limit(last)
            .keepStatement(true)) {
      for (Stage one : stages) {
        for (Step each : one.steps()) {
          query.bind("stage", one.name().text()).bind("step", each.name().text());
          summaries.put(new StepKey(one.name(), each.name()), summary(query));
        }
      }
    }
    return summaries;
  }

  private static Summary summary(ResultQuery<Record3<Instant, Instant, Boolean>> newestFirst) {
    return new Summary(
        newestFirst
            .fetch(row -> new Trial(row.value2(), Duration.between(row.value1(), row.value2()), row.value3()))
            .reversed());
  }
}
