package dev.millrace.store;

import static dev.millrace.store.tables.Tables.ATTEMPT;
import static dev.millrace.store.tables.Tables.CHANGE;
import static dev.millrace.store.tables.Tables.STAGE_TRIAL;

import dev.millrace.change.ChangeId;
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
import dev.millrace.store.KnownPasts.OfChange;
import dev.millrace.store.KnownPasts.Reading;
import dev.millrace.store.KnownPasts.StageTrial;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jooq.DSLContext;
import org.jooq.Param;
import org.jooq.Record;
import org.jooq.Records;
import org.jooq.SelectConditionStep;
import org.jooq.SelectSelectStep;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/// What statistics over time are made from. Changes are numbered as they come, so those of a period are a stretch of
/// numbers, which is found by halving; their rows lie side by side.
public final class Trends {
  /// About so many attempts are looked at for one page. Where the changes of a period have more, every second of them is
  /// looked at, or every fourth, and so on: evenly, by their numbers.
  static final int MOST = 3_000;

  /// So many of the newest trials of a stage are searched for its newest shift.
  private static final int FOR_SHIFTS = 300;

  private final Database database;
  private final Definitions definitions;
  private final int most;
  private final KnownPasts known = new KnownPasts();
  private final Map<StageKey, Found> shifts = new ConcurrentHashMap<>();

  private final Map<PeriodKey, Stretch> stretches = new ConcurrentHashMap<>();

  private record StageKey(PipelineName pipeline, StageName stage) {}

  private record PeriodKey(PipelineName pipeline, int days) {}

  /// The numbers of the changes that came since then.
  ///
  /// @param first above the last one when none did
  /// @param attempts of one change, on the average
  private record Stretch(Instant from, int first, int last, double attempts) {}

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
    // begun before the database shows what it has: what is saved behind that is not kept as it was
    try (Reading reading = known.begin()) {
      return database.read(sql -> read(sql, reading, pipeline, period, only));
    }
  }

  /// Comes after each save, with what was saved.
  void saved(Collection<ChangeId> changes) {
    known.saved(changes);
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
            of(
                    sql.select(CHANGE.NUMBER, CHANGE.COMMIT_ID, CHANGE.SUBJECT, CHANGE.AUTHOR),
                    CHANGE,
                    CHANGE.PIPELINE,
                    pipeline,
                    CHANGE.NUMBER,
                    numbers)
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

  /// Rows of changes with these numbers. The numbers come first, so that a few of many are looked up by the key.
  private static <R extends Record> SelectConditionStep<R> of(
      SelectSelectStep<R> select,
      Table<?> table,
      TableField<?, String> pipelines,
      PipelineName pipeline,
      TableField<?, Integer> number,
      Collection<Integer> numbers) {
    var wanted = DSL.unnest(numbers.toArray(Integer[]::new)).as("numbers", "wanted");
    return select
        .from(wanted)
        .join(table)
        .on(number.eq(wanted.field(0, Integer.class)))
        .where(pipelines.eq(pipeline.text()));
  }

  private Past read(DSLContext sql, Reading reading, PipelineName pipeline, Period period, @Nullable StageName only) {
    int last = number(sql, pipeline, Integer.MAX_VALUE);
    Stretch stretch = stretch(sql, pipeline, period, last);
    int first = stretch.first();
    if (first > last) {
      return new Past(period, 0, 1, List.of(), Map.of(), List.of());
    }
    int changes = last - first + 1;
    int every = every(changes * stretch.attempts());
    // by the number itself, and doubled when they become too many: so they are the same ones on the next page
    List<Integer> wanted =
        IntStream.rangeClosed(first, last).filter(number -> number % every == 0).boxed().toList();
    var journeys = new ArrayList<Journey>();
    var trials = new HashMap<StageName, List<ChangeTrial>>();
    var worked = new ArrayList<Worked>();
    for (OfChange its : pasts(sql, reading, pipeline, wanted)) {
      if (its.journey() != null) {
        journeys.add(its.journey());
      }
      its.trials().forEach(one -> trials.computeIfAbsent(one.stage(), _ -> new ArrayList<>()).add(one.trial()));
      its.worked().stream().filter(one -> only == null || one.stage().equals(only)).forEach(worked::add);
    }
    return new Past(period, changes, every, journeys, trials, worked);
  }

  /// What was found of a period that begins then, and is found again until a tenth more changes have come: when a change
  /// came does not become another, and how many attempts one has does so slowly.
  private Stretch stretch(DSLContext sql, PipelineName pipeline, Period period, int last) {
    var key = new PeriodKey(pipeline, period.days());
    Stretch known = stretches.get(key);
    if (known != null && known.from().equals(period.from()) && last - known.last() <= (known.last() - known.first()) / 10) {
      return known;
    }
    int first = firstSince(sql, pipeline, period.from(), last);
    double attempts = first > last ? 1 : attemptsOfOne(sql, pipeline, first, last);
    var found = new Stretch(period.from(), first, last, attempts);
    if (first <= last) {
      stretches.put(key, found);
    }
    return found;
  }

  /// Which changes are looked at when there are so many attempts: every one, every second, every fourth, ...
  private int every(double attempts) {
    int every = 1;
    while (attempts / every > most) {
      every *= 2;
    }
    return every;
  }

  /// What these changes say, oldest first. Only those are read that have moved since they were read last.
  private List<OfChange> pasts(DSLContext sql, Reading reading, PipelineName pipeline, List<Integer> wanted) {
    var found = new TreeMap<Integer, OfChange>();
    var missing = new ArrayList<Integer>();
    for (int number : wanted) {
      OfChange its = reading.find(new ChangeId(pipeline, number));
      if (its == null) {
        missing.add(number);
      } else {
        found.put(number, its);
      }
    }
    if (!missing.isEmpty()) {
      Map<Integer, OfChange> read = read(sql, pipeline, missing);
      reading.keep(pipeline, read);
      found.putAll(read);
    }
    return List.copyOf(found.values());
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
  private static double attemptsOfOne(DSLContext sql, PipelineName pipeline, int first, int last) {
    int apart = Math.max(2, (last - first + 1) / 50);
    List<Integer> few = IntStream.rangeClosed(0, (last - first) / apart).mapToObj(at -> first + at * apart).toList();
    int attempts =
        of(sql.select(DSL.count()), ATTEMPT, ATTEMPT.PIPELINE, pipeline, ATTEMPT.NUMBER, few).fetchSingle().value1();
    return Math.max(1, (double) attempts / few.size());
  }

  private record ChangeRow(
      int number, Instant createdAt, String state, Instant stateAt, boolean integrates, String definition) {}

  private static List<ChangeRow> changes(DSLContext sql, PipelineName pipeline, List<Integer> numbers) {
    return of(
            sql.select(
                CHANGE.NUMBER,
                CHANGE.CREATED_AT,
                CHANGE.STATE,
                CHANGE.STATE_AT,
                CHANGE.AIM.eq("integrate"),
                CHANGE.DEFINITION_COMMIT),
            CHANGE,
            CHANGE.PIPELINE,
            pipeline,
            CHANGE.NUMBER,
            numbers)
        .fetch(Records.mapping(ChangeRow::new));
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

  /// @param plannedAt null for all but the first of its change
  private record AttemptRow(
      int change,
      String stage,
      String step,
      int number,
      String commit,
      String definition,
      @Nullable Instant plannedAt,
      @Nullable Instant startedAt,
      @Nullable Instant finishedAt,
      String state) {
    boolean passed() {
      return state.equals("passed");
    }

    boolean failed() {
      return state.equals("failed");
    }
  }

  private Map<Integer, OfChange> read(DSLContext sql, PipelineName pipeline, List<Integer> numbers) {
    List<ChangeRow> changes = changes(sql, pipeline, numbers);
    Map<String, Set<String>> promoting = promoting(sql, pipeline, changes);
    Map<Integer, List<AttemptRow>> attempts = attempts(sql, pipeline, numbers);
    var names = new Interned();
    var read = new HashMap<Integer, OfChange>();
    for (ChangeRow change : changes) {
      List<AttemptRow> its = attempts.getOrDefault(change.number(), List.of());
      Set<String> usual = promoting.getOrDefault(change.definition(), Set.of());
      Journey journey = change.integrates() ? journey(change, its, promoting, usual) : null;
      read.put(change.number(), new OfChange(journey, trials(its, names), worked(its, names)));
    }
    return read;
  }

  private static Map<Integer, List<AttemptRow>> attempts(DSLContext sql, PipelineName pipeline, List<Integer> numbers) {
    return of(
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
            ATTEMPT.PIPELINE,
            pipeline,
            ATTEMPT.NUMBER,
            numbers)
        .fetchGroups(ATTEMPT.NUMBER, Records.mapping(AttemptRow::new));
  }

  private static Journey journey(
      ChangeRow change, List<AttemptRow> attempts, Map<String, Set<String>> promoting, Set<String> usual) {
    Instant planned = null;
    Instant promoted = null;
    for (AttemptRow one : attempts) {
      planned = one.plannedAt() == null ? planned : one.plannedAt();
      Instant finished = one.finishedAt();
      if (finished != null
          && one.passed()
          && promoting.getOrDefault(one.definition(), usual).contains(one.stage())
          && (promoted == null || finished.isBefore(promoted))) {
        promoted = finished;
      }
    }
    return new Journey(change.number(), change.createdAt(), planned, promoted, ending(change.state()), change.stateAt());
  }

  /// As [Trials] stores them; but the rows of attempts are here already, and those of trials lie elsewhere.
  private static List<StageTrial> trials(List<AttemptRow> attempts, Interned names) {
    record Key(String stage, int number) {}
    var rounds = new LinkedHashMap<Key, List<AttemptRow>>();
    attempts.forEach(one -> rounds.computeIfAbsent(new Key(one.stage(), one.number()), _ -> new ArrayList<>()).add(one));
    var trials = new ArrayList<StageTrial>();
    rounds.forEach(
        (key, its) -> {
          boolean failed = its.stream().anyMatch(AttemptRow::failed);
          if (its.stream().allMatch(one -> one.finishedAt() != null)
              && (failed || its.stream().allMatch(AttemptRow::passed))) {
            Instant started =
                its.stream().map(AttemptRow::startedAt).filter(Objects::nonNull).min(Comparator.naturalOrder()).orElseThrow();
            Instant finished =
                its.stream().map(AttemptRow::finishedAt).filter(Objects::nonNull).max(Comparator.naturalOrder()).orElseThrow();
            trials.add(
                new StageTrial(
                    names.stage(key.stage()), ChangeTrial.of(its.getFirst().change(), started, finished, !failed)));
          }
        });
    return trials;
  }

  private static List<Worked> worked(List<AttemptRow> attempts, Interned names) {
    var worked = new ArrayList<Worked>();
    for (AttemptRow one : attempts) {
      if (one.startedAt() != null && one.finishedAt() != null && (one.passed() || one.failed())) {
        worked.add(
            new Worked(
                one.change(),
                names.stage(one.stage()),
                names.step(one.step()),
                one.number(),
                names.text(one.commit()),
                names.text(one.definition()),
                one.startedAt(),
                one.finishedAt(),
                one.passed()));
      }
    }
    return worked;
  }

  /// Names that are checked once and not once for each row, and commits that are kept once.
  private static final class Interned {
    private final Map<String, StageName> stages = new HashMap<>();
    private final Map<String, StepName> steps = new HashMap<>();
    private final Map<String, String> texts = new HashMap<>();

    String text(String text) {
      return texts.computeIfAbsent(text, _ -> text);
    }

    StageName stage(String text) {
      return stages.computeIfAbsent(text, StageName::new);
    }

    StepName step(String text) {
      return steps.computeIfAbsent(text, StepName::new);
    }
  }
}
