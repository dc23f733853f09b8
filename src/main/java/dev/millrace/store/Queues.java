package dev.millrace.store;

import static dev.millrace.store.tables.Tables.CANDIDATE;
import static dev.millrace.store.tables.Tables.CHANGE;
import static dev.millrace.store.tables.Tables.FLAKY_STEP;
import static dev.millrace.store.tables.Tables.NOTE;
import static dev.millrace.store.tables.Tables.QUEUE_HOLD;

import dev.millrace.change.ChangeId;
import dev.millrace.change.TreeId;
import dev.millrace.flow.Experience;
import dev.millrace.flow.Experience.FlakyStep;
import dev.millrace.flow.Experience.TestedTree;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.queue.Hold;
import dev.millrace.queue.Odds;
import dev.millrace.queue.Target;
import dev.millrace.store.Database.Transaction;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;

/// What the store knows of queues besides their changes: which are held, and what earlier changes have shown.
final class Queues {
  private Queues() {}

  /// How many ended changes odds are learned from, of each pipeline.
  private static final int LEARNED = 400;

  /// How many passed candidates are remembered by their files.
  private static final int REMEMBERED = 500;

  static Map<Target, Hold> holds(DSLContext sql) {
    var holds = new HashMap<Target, Hold>();
    for (var row : sql.fetch(QUEUE_HOLD)) {
      holds.put(
          new Target(new RepositoryName(row.getRepository()), new BranchName(row.getTarget())),
          new Hold(row.getHeldAt(), row.getHeldBy(), row.getBecause()));
    }
    return Map.copyOf(holds);
  }

  static Set<FlakyStep> flaky(DSLContext sql) {
    var flaky = new HashSet<FlakyStep>();
    for (var row : sql.fetch(FLAKY_STEP)) {
      flaky.add(
          new FlakyStep(
              new PipelineName(row.getPipeline()), new StageName(row.getStage()), new StepName(row.getStep())));
    }
    return Set.copyOf(flaky);
  }

  static void write(Transaction transaction, Map<Target, Hold> before, Map<Target, Hold> after) {
    before.forEach(
        (target, hold) -> {
          if (!hold.equals(after.get(target))) {
            transaction
                .sql()
                .deleteFrom(QUEUE_HOLD)
                .where(QUEUE_HOLD.REPOSITORY.eq(target.repository().text()), QUEUE_HOLD.TARGET.eq(target.branch().text()))
                .execute();
          }
        });
    after.forEach(
        (target, hold) -> {
          if (!hold.equals(before.get(target))) {
            transaction
                .sql()
                .insertInto(QUEUE_HOLD)
                .set(QUEUE_HOLD.REPOSITORY, target.repository().text())
                .set(QUEUE_HOLD.TARGET, target.branch().text())
                .set(QUEUE_HOLD.HELD_AT, hold.at())
                .set(QUEUE_HOLD.HELD_BY, hold.by())
                .set(QUEUE_HOLD.BECAUSE, hold.because())
                .execute();
          }
        });
  }

  /// Once flaky, always flaky, as far as the store is concerned.
  static void write(Transaction transaction, Set<FlakyStep> before, Set<FlakyStep> after) {
    for (FlakyStep step : after) {
      if (!before.contains(step)) {
        transaction
            .sql()
            .insertInto(FLAKY_STEP)
            .set(FLAKY_STEP.PIPELINE, step.pipeline().text())
            .set(FLAKY_STEP.STAGE, step.stage().text())
            .set(FLAKY_STEP.STEP, step.step().text())
            .execute();
      }
    }
  }

  static Map<ChangeId, String> lastNotes(DSLContext sql, Collection<ChangeId> changes) {
    var last = new HashMap<ChangeId, String>();
    for (ChangeId change : changes) {
      sql.select(NOTE.SENTENCE)
          .from(NOTE)
          .where(NOTE.PIPELINE.eq(change.pipeline().text()), NOTE.NUMBER.eq(change.number()))
          .orderBy(NOTE.ID.desc())
          .limit(1)
          .fetch()
          .forEach(row -> last.put(change, row.value1()));
    }
    return last;
  }

  /// What ended changes have shown.
  static Experience experience(DSLContext sql, SortedMap<PipelineName, Known> pipelines, Set<FlakyStep> flaky) {
    var odds = new HashMap<PipelineName, Odds>();
    pipelines.forEach(
        (name, known) -> {
          Odds learned = Odds.UNKNOWN;
          // a conflict, or a merge that could not be made, says nothing of how often tests fail
          var landed = DSL.boolOr(CANDIDATE.STATE.eq("landed"));
          var tested =
              sql.select(CHANGE.AUTHOR, landed)
                  .from(CHANGE)
                  .join(CANDIDATE)
                  .on(CANDIDATE.PIPELINE.eq(CHANGE.PIPELINE), CANDIDATE.NUMBER.eq(CHANGE.NUMBER))
                  .where(
                      CHANGE.PIPELINE.eq(name.text()),
                      CHANGE.NUMBER.gt(known.lastNumber() - LEARNED),
                      CANDIDATE.STATE.eq("landed").or(CHANGE.STATE.eq("failed").and(CANDIDATE.STATE.eq("failed"))))
                  .groupBy(CHANGE.NUMBER, CHANGE.AUTHOR)
                  .orderBy(CHANGE.NUMBER)
                  .fetch();
          for (var row : tested) {
            learned = learned.with(row.value1(), !row.value2());
          }
          odds.put(name, learned);
        });
    var passed = new LinkedHashMap<TestedTree, ChangeId>();
    var rows =
        sql.select(CANDIDATE.PIPELINE, CANDIDATE.NUMBER, CANDIDATE.TREE, CHANGE.DEFINITION_COMMIT, CHANGE.PARAMETERS)
            .from(CANDIDATE)
            .join(CHANGE)
            .on(CHANGE.PIPELINE.eq(CANDIDATE.PIPELINE), CHANGE.NUMBER.eq(CANDIDATE.NUMBER))
            .where(CANDIDATE.STATE.eq("landed"))
            .orderBy(CANDIDATE.STATE_AT.desc())
            .limit(REMEMBERED)
            .fetch();
    for (var row : rows.reversed()) {
      var name = new PipelineName(row.value1());
      Known known = pipelines.get(name);
      // what passed by an earlier definition says nothing about today's
      if (known != null && known.definition().commit().equals(row.value4())) {
        Map<String, String> parameters = known.definition().pipeline().values(ChangeRows.parameters(row.value5()));
        passed.put(
            new TestedTree(name, known.definition().text(), parameters, new TreeId(row.value3())),
            new ChangeId(name, row.value2()));
      }
    }
    return new Experience(odds, flaky, passed, Map.of(), Set.of());
  }
}
