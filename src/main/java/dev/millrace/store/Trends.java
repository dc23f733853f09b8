package dev.millrace.store;

import static dev.millrace.store.tables.Tables.ATTEMPT;
import static dev.millrace.store.tables.Tables.CHANGE;
import static dev.millrace.store.tables.Tables.STAGE_TRIAL;

import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.statistics.ChangePoints;
import dev.millrace.statistics.ChangeTrial;
import dev.millrace.statistics.Journey;
import dev.millrace.statistics.Journey.Ending;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Past;
import dev.millrace.statistics.Period;
import dev.millrace.statistics.Shift;
import dev.millrace.statistics.Worked;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Param;
import org.jooq.Record;
import org.jooq.Records;
import org.jooq.SelectJoinStep;
import org.jooq.SelectSelectStep;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// What statistics over time are made from. Changes are numbered as they come, so those of a period are a stretch of
/// numbers, which is found by halving; their rows lie side by side.
public final class Trends {
  /// About so many attempts are read for one page. Where the changes of a period have more, every second of them is
  /// looked at, or every third, and so on: evenly, by their numbers. A thousand take some 50 ms to read and to draw.
  static final int MOST = 3_000;

  /// So many of the newest trials of a stage are searched for its newest shift.
  private static final int FOR_SHIFTS = 300;

  private final Database database;
  private final Definitions definitions;
  private final int most;
  private final Map<StageKey, Found> shifts = new ConcurrentHashMap<>();

  private record StageKey(PipelineName pipeline, StageName stage) {}

  /// What was found when this was the newest trial.
  private record Found(Figures.Latest newest, Optional<Shift> shift) {}

  Trends(Database database, Definitions definitions) {
    this(database, definitions, MOST);
  }

  Trends(Database database, Definitions definitions, int most) {
    this.database = database;
    this.definitions = definitions;
    this.most = most;
  }

  /// The changes that came in the period, what became of them, the trials of their stages, and the attempts of their
  /// steps.
  ///
  /// @param only the stage whose steps are wanted; null for the steps of all
  public Past of(PipelineName pipeline, Period period, @Nullable StageName only) {
    return database.read(sql -> read(sql, pipeline, period, only));
  }

  /// The newest shift of each stage among its newest trials; a stage that did not change has none. What was found is
  /// kept until the stage has a newer trial.
  ///
  /// @param figures as [Store#stageStatistics] gives them: they tell which trial is the newest
  public Map<StageName, Shift> shifts(PipelineName pipeline, Map<StageName, Figures> figures) {
    var found = new LinkedHashMap<StageName, Shift>();
    figures.forEach(
        (stage, its) -> {
          if (!its.latest().isEmpty()) {
            shift(new StageKey(pipeline, stage), its.latest().getLast()).ifPresent(shift -> found.put(stage, shift));
          }
        });
    return found;
  }

  /// The commits of some changes, by number.
  public Map<Integer, Commit> commits(PipelineName pipeline, Collection<Integer> numbers) {
    return database.read(
        sql ->
            sql.select(CHANGE.NUMBER, CHANGE.COMMIT_ID, CHANGE.SUBJECT, CHANGE.AUTHOR)
                .from(CHANGE)
                .where(CHANGE.PIPELINE.eq(pipeline.text()), CHANGE.NUMBER.in(numbers))
                .fetchMap(
                    CHANGE.NUMBER, row -> new Commit(new CommitId(row.value2()), row.value3(), row.value4())));
  }

  private Optional<Shift> shift(StageKey key, Figures.Latest last) {
    Found known = shifts.get(key);
    if (known == null || !known.newest().equals(last)) {
      List<ChangeTrial> newest = database.read(sql -> newest(sql, key, FOR_SHIFTS));
      known = new Found(last, ChangePoints.newest(newest.reversed()));
      shifts.put(key, known);
    }
    return known.shift();
  }

  private static List<ChangeTrial> newest(DSLContext sql, StageKey key, int many) {
    // ordered by all columns of the index, or H2 sorts all trials of the stage instead of following it
    return sql.select(STAGE_TRIAL.NUMBER, STAGE_TRIAL.STARTED_AT, STAGE_TRIAL.FINISHED_AT, STAGE_TRIAL.PASSED)
        .from(STAGE_TRIAL)
        .where(STAGE_TRIAL.PIPELINE.eq(key.pipeline().text()), STAGE_TRIAL.STAGE.eq(key.stage().text()))
        .orderBy(
            STAGE_TRIAL.PIPELINE,
            STAGE_TRIAL.STAGE,
            STAGE_TRIAL.FINISHED_AT.desc(),
            STAGE_TRIAL.TOOK_NANOS,
            STAGE_TRIAL.PASSED)
        .limit(many)
        .fetch(row -> ChangeTrial.of(row.value1(), row.value2(), row.value3(), row.value4()));
  }

  /// Some of the changes of a pipeline: every so manieth from one number to another.
  private record Some(String pipeline, int first, int last, int every) {
    int many() {
      return last - first + 1;
    }

    /// A query of the rows of these changes. The numbers come first, so that a few of many are looked up by the key.
    <R extends Record> SelectJoinStep<R> of(
        SelectSelectStep<R> select, Table<?> table, TableField<?, Integer> number) {
      if (every == 1) {
        return select.from(table);
      }
      var numbers = DSL.generateSeries(first, last, every).as("numbers", "wanted");
      return select.from(numbers).join(table).on(number.eq(numbers.field(0, Integer.class)));
    }

    Condition are(TableField<?, String> pipelines, TableField<?, Integer> numbers) {
      Condition its = pipelines.eq(pipeline);
      return every == 1 ? its.and(numbers.between(first, last)) : its;
    }
  }

  private Past read(DSLContext sql, PipelineName pipeline, Period period, @Nullable StageName only) {
    int last = number(sql, pipeline, Integer.MAX_VALUE);
    int first = firstSince(sql, pipeline, period.from(), last);
    if (first > last) {
      return new Past(period, 0, 1, List.of(), Map.of(), List.of());
    }
    var all = new Some(pipeline.text(), first, last, 1);
    double each = attemptsOfOne(sql, all);
    int every = (int) Math.max(1, Math.ceil(all.many() * each / most));
    // those that are looked at are the newest and every so manieth before it, also on the next page
    var some = new Some(pipeline.text(), first + (last - first) % every, last, every);
    var names = new Interned();
    List<ChangeRow> changes = changes(sql, some);
    Attempts attempts = attempts(sql, some, promoting(sql, pipeline, changes), only, names);
    List<Journey> journeys =
        changes.stream().filter(ChangeRow::integrates).map(change -> journey(change, attempts)).toList();
    return new Past(period, all.many(), every, journeys, trials(sql, some, names), attempts.worked());
  }

  /// The number of the newest change whose number is not above this; 0 when there is none.
  private static int number(DSLContext sql, PipelineName pipeline, int atMost) {
    return sql.select(CHANGE.NUMBER)
        .from(CHANGE)
        .where(CHANGE.PIPELINE.eq(pipeline.text()), CHANGE.NUMBER.le(atMost))
        .orderBy(CHANGE.PIPELINE, CHANGE.NUMBER.desc())
        .limit(1)
        .fetchOptional(CHANGE.NUMBER)
        .orElse(0);
  }

  /// The number of the first change that came since then.
  private static int firstSince(DSLContext sql, PipelineName pipeline, Instant since, int last) {
    Param<Integer> atMost = DSL.param("at_most", Integer.class);
    int low = 1;
    int high = last + 1;
    try (var query =
        sql.select(CHANGE.CREATED_AT)
            .from(CHANGE)
            .where(CHANGE.PIPELINE.eq(pipeline.text()), CHANGE.NUMBER.le(atMost))
            .orderBy(CHANGE.PIPELINE, CHANGE.NUMBER.desc())
            .limit(1)
            .keepStatement(true)) {
      while (low < high) {
        int middle = (low + high) >>> 1;
        Instant createdAt = query.bind("at_most", middle).fetchOne(CHANGE.CREATED_AT);
        if (createdAt == null || createdAt.isBefore(since)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
    }
    return low;
  }

  /// How many attempts one of the changes has, judged by a few of them.
  private static double attemptsOfOne(DSLContext sql, Some all) {
    var few = new Some(all.pipeline(), all.first(), all.last(), Math.max(2, all.many() / 50));
    int attempts =
        few.of(sql.select(DSL.count()), ATTEMPT, ATTEMPT.NUMBER)
            .where(few.are(ATTEMPT.PIPELINE, ATTEMPT.NUMBER))
            .fetchSingle()
            .value1();
    return Math.max(1, (double) attempts / Math.ceil((double) few.many() / few.every()));
  }

  private record ChangeRow(
      int number, Instant createdAt, String state, Instant stateAt, boolean integrates, String definition) {}

  private static List<ChangeRow> changes(DSLContext sql, Some some) {
    return some.of(
            sql.select(
                CHANGE.NUMBER,
                CHANGE.CREATED_AT,
                CHANGE.STATE,
                CHANGE.STATE_AT,
                CHANGE.AIM.eq("integrate"),
                CHANGE.DEFINITION_COMMIT),
            CHANGE,
            CHANGE.NUMBER)
        .where(some.are(CHANGE.PIPELINE, CHANGE.NUMBER))
        .orderBy(CHANGE.NUMBER)
        .fetch(Records.mapping(ChangeRow::new));
  }

  private static Journey journey(ChangeRow change, Attempts attempts) {
    return new Journey(
        change.number(),
        change.createdAt(),
        attempts.planned().get(change.number()),
        attempts.promoted().get(change.number()),
        ending(change.state()),
        change.stateAt());
  }

  private static Ending ending(String state) {
    return switch (state) {
      case "passed" -> Ending.PASSED;
      case "failed" -> Ending.FAILED;
      case "cancelled" -> Ending.CANCELLED;
      default -> Ending.OPEN;
    };
  }

  /// The stages that promote, by the commit of the definition.
  private Map<String, Set<String>> promoting(DSLContext sql, PipelineName pipeline, List<ChangeRow> changes) {
    var promoting = new HashMap<String, Set<String>>();
    for (ChangeRow change : changes) {
      promoting.computeIfAbsent(
          change.definition(), commit -> promoting(definitions.get(sql, pipeline.text(), commit)));
    }
    return promoting;
  }

  private static Set<String> promoting(Definition definition) {
    return definition.pipeline().stages().stream()
        .filter(Stage::promotes)
        .map(stage -> stage.name().text())
        .collect(Collectors.toSet());
  }

  private static Map<StageName, List<ChangeTrial>> trials(DSLContext sql, Some some, Interned names) {
    var trials = new HashMap<StageName, List<ChangeTrial>>();
    some.of(
            sql.select(
                STAGE_TRIAL.STAGE,
                STAGE_TRIAL.NUMBER,
                STAGE_TRIAL.STARTED_AT,
                STAGE_TRIAL.FINISHED_AT,
                STAGE_TRIAL.PASSED),
            STAGE_TRIAL,
            STAGE_TRIAL.NUMBER)
        .where(some.are(STAGE_TRIAL.PIPELINE, STAGE_TRIAL.NUMBER))
        .forEach(
            row ->
                trials
                    .computeIfAbsent(names.stage(row.value1()), _ -> new ArrayList<>())
                    .add(ChangeTrial.of(row.value2(), row.value3(), row.value4(), row.value5())));
    return trials;
  }

  /// What the attempts of some changes say: when the first of each change was planned, when it was first promoted, and
  /// what the steps did that were asked for.
  private record Attempts(Map<Integer, Instant> planned, Map<Integer, Instant> promoted, List<Worked> worked) {}

  /// In one pass, for their rows are the largest and the most.
  private static Attempts attempts(
      DSLContext sql, Some some, Map<String, Set<String>> promoting, @Nullable StageName only, Interned names) {
    Set<String> any = promoting.values().stream().flatMap(Set::stream).collect(Collectors.toSet());
    var attempts = new Attempts(new HashMap<>(), new HashMap<>(), new ArrayList<>());
    some.of(
            sql.select(
                ATTEMPT.NUMBER,
                ATTEMPT.STAGE,
                ATTEMPT.STEP,
                ATTEMPT.ATTEMPT_,
                ATTEMPT.COMMIT_ID,
                ATTEMPT.DEFINITION_COMMIT,
                DSL.when(ATTEMPT.PLACE.eq(0), ATTEMPT.PLANNED_AT),
                ATTEMPT.STARTED_AT,
                ATTEMPT.FINISHED_AT,
                ATTEMPT.STATE),
            ATTEMPT,
            ATTEMPT.NUMBER)
        .where(some.are(ATTEMPT.PIPELINE, ATTEMPT.NUMBER))
        .forEach(
            row -> {
              int change = row.value1();
              String stage = row.value2();
              String state = row.value10();
              if (row.value7() != null) {
                attempts.planned().put(change, row.value7());
              }
              if (state.equals("passed") && promoting.getOrDefault(row.value6(), any).contains(stage)) {
                attempts.promoted().merge(change, row.value9(), (a, b) -> a.isBefore(b) ? a : b);
              }
              if ((state.equals("passed") || state.equals("failed")) && (only == null || stage.equals(only.text()))) {
                attempts.worked()
                    .add(
                        new Worked(
                            change,
                            names.stage(stage),
                            names.step(row.value3()),
                            row.value4(),
                            row.value5(),
                            row.value6(),
                            row.value8(),
                            row.value9(),
                            state.equals("passed")));
              }
            });
    return attempts;
  }

  /// Names that are checked once and not once for each row.
  private static final class Interned {
    private final Map<String, StageName> stages = new HashMap<>();
    private final Map<String, StepName> steps = new HashMap<>();

    StageName stage(String text) {
      return stages.computeIfAbsent(text, StageName::new);
    }

    StepName step(String text) {
      return steps.computeIfAbsent(text, StepName::new);
    }
  }
}
