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
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import dev.millrace.statistics.Window;
import dev.millrace.store.Database.Transaction;
import dev.millrace.store.tables.tables.records.StageTrialRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jooq.CloseableResultQuery;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.Record3;
import org.jooq.Record4;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

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
    row.setTookNanos(trial.duration().toNanos());
    row.setPassed(trial.passed());
    return row;
  }

  static Map<StageName, Figures> ofStages(
      DSLContext sql, PipelineName pipeline, List<Stage> stages, Window window, Instant now) {
    Param<String> stage = DSL.param("stage", String.class);
    var source =
        new Source(
            STAGE_TRIAL,
            STAGE_TRIAL.NUMBER,
            STAGE_TRIAL.FINISHED_AT,
            STAGE_TRIAL.TOOK_NANOS,
            DSL.field(STAGE_TRIAL.PASSED),
            STAGE_TRIAL.PIPELINE.eq(pipeline.text()).and(STAGE_TRIAL.STAGE.eq(stage)),
            List.of(
                STAGE_TRIAL.PIPELINE, STAGE_TRIAL.STAGE, STAGE_TRIAL.FINISHED_AT.desc(), STAGE_TRIAL.TOOK_NANOS, STAGE_TRIAL.PASSED));
    var figures = new LinkedHashMap<StageName, Figures>();
    try (var asking = new Asking(sql, source, window, now)) {
      for (Stage one : stages) {
        figures.put(one.name(), asking.figures(Map.of("stage", one.name().text())));
      }
    }
    return figures;
  }

  static Map<StepKey, Figures> ofSteps(
      DSLContext sql, PipelineName pipeline, List<Stage> stages, Window window, Instant now) {
    Param<String> stage = DSL.param("stage", String.class);
    Param<String> step = DSL.param("step", String.class);
    var took =
        DSL.field(
            "cast(extract(epoch from ({0} - {1})) * 1000000000 as bigint)",
            Long.class, ATTEMPT.FINISHED_AT, ATTEMPT.STARTED_AT);
    var source =
        new Source(
            ATTEMPT,
            ATTEMPT.NUMBER,
            ATTEMPT.FINISHED_AT,
            took,
            DSL.field(ATTEMPT.STATE.eq("passed")),
            ATTEMPT
                .PIPELINE
                .eq(pipeline.text())
                .and(ATTEMPT.STAGE.eq(stage))
                .and(ATTEMPT.STEP.eq(step))
                .and(ATTEMPT.FINISHED_AT.isNotNull())
                .and(ATTEMPT.STATE.in("passed", "failed")),
            List.of(ATTEMPT.PIPELINE, ATTEMPT.STAGE, ATTEMPT.STEP, ATTEMPT.FINISHED_AT.desc()));
    var figures = new LinkedHashMap<StepKey, Figures>();
    try (var asking = new Asking(sql, source, window, now)) {
      for (Stage one : stages) {
        for (Step each : one.steps()) {
          figures.put(
              new StepKey(one.name(), each.name()),
              asking.figures(Map.of("stage", one.name().text(), "step", each.name().text())));
        }
      }
    }
    return figures;
  }

  /// Where trials lie.
  ///
  /// @param whose which trials belong together; has parameters
  /// @param order all columns of the index: ordered by fewer of them, H2 sorts all trials instead of following it
  private record Source(
      Table<?> table,
      Field<Integer> change,
      Field<Instant> finishedAt,
      Field<Long> took,
      Field<Boolean> passed,
      Condition whose,
      List<? extends OrderField<?>> order) {}

  /// The statements that ask for figures, prepared once for all stages.
  private static final class Asking implements AutoCloseable {
    private final Window window;
    private final CloseableResultQuery<Record4<Integer, Instant, Long, Boolean>> newest;
    private final @Nullable CloseableResultQuery<Record3<Integer, Integer, Long>> within;

    Asking(DSLContext sql, Source source, Window window, Instant now) {
      this.window = window;
      int newestOnes =
          switch (window) {
            case Window.Last(int attempts) -> Math.max(attempts, Figures.LATEST);
            case Window.Days _ -> Figures.LATEST;
          };
      this.newest =
          sql.select(source.change(), source.finishedAt(), source.took(), source.passed())
              .from(source.table())
              .where(source.whose())
              .orderBy(source.order())
              .limit(newestOnes)
              .keepStatement(true);
      this.within =
          switch (window) {
            case Window.Last _ -> null;
            case Window.Days(int days) -> ranked(sql, source, now.minus(Duration.ofDays(days)));
          };
    }

    /// How many trials there are, how many failed, and how long the one in the middle and the one at 95 of 100 took, by
    /// nearest rank: one row for each of the two. `percentile_disc` would say it shorter, but takes another rank in H2.
    private static CloseableResultQuery<Record3<Integer, Integer, Long>> ranked(
        DSLContext sql, Source source, Instant after) {
      var took = source.took().as("took");
      var place = DSL.rowNumber().over(DSL.orderBy(source.took())).as("place");
      var count = DSL.count().over().as("trials");
      var failures = DSL.count().filterWhere(DSL.not(DSL.condition(source.passed()))).over().as("failures");
      var ranked =
          DSL.select(took, place, count, failures)
              .from(source.table())
              .where(source.whose(), source.finishedAt().gt(after))
              .asTable("ranked");
      var all = Objects.requireNonNull(ranked.field(count));
      var at = Objects.requireNonNull(ranked.field(place));
      return sql.select(all, ranked.field(failures), ranked.field(took))
          .from(ranked)
          .where(at.in(all.mul(50).add(99).div(100), all.mul(95).add(99).div(100)))
          .orderBy(at)
          .keepStatement(true);
    }

    Figures figures(Map<String, String> whose) {
      whose.forEach(newest::bind);
      List<Figures.Latest> trials =
          newest
              .fetch(
                  row ->
                      new Figures.Latest(
                          row.value1(), new Trial(row.value2(), Duration.ofNanos(row.value3()), row.value4())))
              .reversed();
      List<Figures.Latest> latest = last(trials, Figures.LATEST);
      return switch (window) {
        case Window.Last(int attempts) ->
            Figures.of(new Summary(last(trials, attempts).stream().map(Figures.Latest::trial).toList()), latest);
        case Window.Days _ -> {
          var query = Objects.requireNonNull(within);
          whose.forEach(query::bind);
          var rows = query.fetch();
          yield rows.isEmpty()
              ? new Figures(0, 0, null, null, latest)
              : new Figures(
                  rows.getFirst().value1(),
                  rows.getFirst().value2(),
                  Duration.ofNanos(rows.getFirst().value3()),
                  Duration.ofNanos(rows.getLast().value3()),
                  latest);
        }
      };
    }

    private static <T> List<T> last(List<T> all, int many) {
      return all.subList(Math.max(0, all.size() - many), all.size());
    }

    @Override
    public void close() {
      newest.close();
      if (within != null) {
        within.close();
      }
    }
  }
}
