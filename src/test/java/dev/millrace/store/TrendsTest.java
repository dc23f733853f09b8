package dev.millrace.store;

import static dev.millrace.store.Samples.SHOP;
import static dev.millrace.store.Samples.attempt;
import static dev.millrace.store.Samples.decide;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Fault;
import dev.millrace.flow.Decision;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.pipeline.Step;
import dev.millrace.statistics.ChangeTrial;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Journey;
import dev.millrace.statistics.Journey.Ending;
import dev.millrace.statistics.Past;
import dev.millrace.statistics.Period;
import dev.millrace.statistics.Shift;
import dev.millrace.statistics.Window;
import dev.millrace.statistics.Worked;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TrendsTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final StageName BUILD = new StageName("build");
  private static final String TEXT = "build: compile; verify: unit browser; main: promote; staging: deploy";

  private final String url = Samples.memory();
  private final Store store = Store.open(url, TrendsTest::parse);
  private final Definition shop = new Definition(parse(SHOP, "shop.yml", TEXT), "d1", "shop.yml", TEXT);

  @AfterEach
  void close() {
    store.close();
  }

  /// Only `main` promotes.
  private static Pipeline parse(PipelineName name, String path, String text) {
    var stages = new ArrayList<Stage>();
    for (Stage stage : Samples.parse(name, path, text).stages()) {
      stages.add(stage.name().text().equals("main") ? Stage.promotion(stage.name(), stage.needs()) : new Stage(stage.name(), stage.needs(), stage.steps().stream().map(step -> container(step.name())).toList()));
    }
    return new Pipeline(name, new RepositoryName("code"), null, List.of(), stages);
  }

  private static Step container(StepName name) {
    return new Step.Container(
        name, dev.millrace.pipeline.Text.plain("image"), dev.millrace.pipeline.Text.plain("true"), Map.of(), Duration.ofMinutes(1),
        dev.millrace.pipeline.Limits.DEFAULT, false);
  }

  private Change change(int number, Instant came) {
    Change sample = Samples.moving(shop, number);
    Aim aim = number % 7 == 0 ? new Aim.Check(null, false) : sample.aim();
    return new Change(sample.id(), sample.commit(), aim, sample.by(), shop, came, sample.state(), sample.candidate(), 1, List.of());
  }

  /// One that goes as far as chance lets it, with attempts of every kind.
  private Change random(int number, Instant came, Random random) {
    Change change = change(number, came);
    var attempts = new ArrayList<Attempt>();
    Instant at = came.plusSeconds(random.nextInt(600));
    boolean failed = false;
    for (Stage stage : shop.pipeline().stages()) {
      for (int tried = 1; tried <= 2 && !failed || tried == 1; tried++) {
        failed = false;
        for (Step step : stage.steps()) {
          Instant end = at.plusMillis(500 + random.nextInt(90_000));
          AttemptState state =
              switch (random.nextInt(12)) {
                case 0 -> new AttemptState.Failed(at, end, new Fault.ExitCode(1));
                case 1 -> new AttemptState.Errored(at, end, "no engine", false);
                case 2 -> new AttemptState.Cancelled(at, end, "by Ada");
                default -> new AttemptState.Passed(at, end);
              };
          failed |= !(state instanceof AttemptState.Passed);
          Attempt attempt = attempt(change, stage.name().text(), step.name().text(), tried, state);
          attempts.add(new Attempt(attempt.id(), 1, attempt.commit(), "d1", at, state));
        }
        at = at.plusSeconds(91);
        if (random.nextInt(4) > 0) {
          break;
        }
      }
      if (failed) {
        break;
      }
    }
    ChangeState state =
        failed
            ? random.nextBoolean() ? new ChangeState.Failed(at, "it failed") : new ChangeState.Cancelled(at, "by Ada")
            : random.nextInt(5) == 0 ? change.state() : new ChangeState.Passed(at, "");
    return change.with(attempts).in(state);
  }

  private List<Change> fill(int many, Duration apart) {
    var random = new Random(many);
    var changes = new ArrayList<Change>();
    var decisions = new ArrayList<Decision>();
    for (int number = 1; number <= many; number++) {
      Change change = random(number, NOW.minus(apart.multipliedBy(many - number)), random);
      changes.add(change);
      decisions.add(decide(change));
    }
    store.save(decisions);
    return changes;
  }

  /// The same, by walking over the changes.
  private Past naive(List<Change> all, Period period, int every, StageName only) {
    List<Change> came = all.stream().filter(change -> !change.createdAt().isBefore(period.from())).toList();
    List<Change> seen = came.stream().filter(change -> change.id().number() % every == 0).toList();
    var journeys = new ArrayList<Journey>();
    var trials = new TreeMap<StageName, List<ChangeTrial>>();
    var worked = new ArrayList<Worked>();
    for (Change change : seen) {
      int number = change.id().number();
      if (change.aim() instanceof Aim.Integrate) {
        Ending ending =
            switch (change.state()) {
              case ChangeState.Passed _ -> Ending.PASSED;
              case ChangeState.Failed _ -> Ending.FAILED;
              case ChangeState.Cancelled _ -> Ending.CANCELLED;
              case ChangeState.Queued _, ChangeState.Merging _, ChangeState.Moving _, ChangeState.Leaving _ -> Ending.OPEN;
            };
        Instant promoted =
            change.attempts(new StageName("main")).stream().filter(Attempt::passed).flatMap(attempt -> attempt.finishedAt().stream()).min(Comparator.naturalOrder()).orElse(null);
        Instant at = change.state() instanceof ChangeState.Ended ended ? ended.at() : Samples.noonPlus(1);
        journeys.add(new Journey(number, change.createdAt(), change.attempts().isEmpty() ? null : change.attempts().getFirst().plannedAt(), promoted, ending, at));
      }
      for (Attempt one : change.attempts()) {
        boolean counts = one.passed() || one.state() instanceof AttemptState.Failed;
        if (counts && (only == null || one.id().stage().equals(only))) {
          worked.add(new Worked(number, one.id().stage(), one.id().step(), one.id().number(), one.commit().hex(), "d1", one.startedAt().orElseThrow(), one.finishedAt().orElseThrow(), one.passed()));
        }
      }
      change.attempts().stream().collect(Collectors.groupingBy(one -> one.id().stage(), TreeMap::new, Collectors.groupingBy(one -> one.id().number(), TreeMap::new, Collectors.toList())))
          .forEach((stage, tries) -> tries.values().forEach(together -> {
            boolean failed = together.stream().anyMatch(one -> one.state() instanceof AttemptState.Failed);
            if (failed || together.stream().allMatch(Attempt::passed)) {
              trials.computeIfAbsent(stage, _ -> new ArrayList<>()).add(
                  ChangeTrial.of(number, together.stream().flatMap(one -> one.startedAt().stream()).min(Comparator.naturalOrder()).orElseThrow(),
                      together.stream().flatMap(one -> one.finishedAt().stream()).max(Comparator.naturalOrder()).orElseThrow(), !failed));
            }
          }));
    }
    return new Past(period, came.size(), every, journeys, trials, worked);
  }

  private static Past sorted(Past past) {
    var trials = new TreeMap<StageName, List<ChangeTrial>>();
    past.trials().forEach((stage, its) -> trials.put(stage, its.stream().sorted(Comparator.comparing(ChangeTrial::change).thenComparing(ChangeTrial::at)).toList()));
    return new Past(
        past.period(), past.changes(), past.every(), past.journeys(), trials,
        past.worked().stream().sorted(Comparator.comparing(Worked::change).thenComparing(Worked::stage).thenComparing(Worked::step).thenComparing(Worked::number)).toList());
  }

  @Test
  void what_is_read_is_what_happened() {
    List<Change> all = fill(200, Duration.ofHours(5));
    for (int days : Period.DAYS) {
      Period period = Period.ofDays(days, NOW);
      assertThat(sorted(store.trends().of(SHOP, period, null))).as(days + " days").isEqualTo(sorted(naive(all, period, 1, null)));
    }
    Period month = Period.ofDays(30, NOW);
    assertThat(sorted(store.trends().of(SHOP, month, Samples.VERIFY))).isEqualTo(sorted(naive(all, month, 1, Samples.VERIFY)));
  }

  @Test
  void of_too_many_every_so_manieth_is_read() {
    List<Change> all = fill(300, Duration.ofHours(1));
    Period period = Period.ofDays(30, NOW);
    var database = new Database(url);
    Past past = new Trends(database, new Definitions(TrendsTest::parse), 200).of(SHOP, period, null);
    database.close();
    assertThat(past.every()).isIn(4, 8);
    assertThat(sorted(past)).isEqualTo(sorted(naive(all, period, past.every(), null)));
  }

  @Test
  void what_was_kept_of_a_change_is_told_until_it_is_saved_anew() {
    var random = new Random(5);
    List<Change> all = new ArrayList<>(fill(40, Duration.ofHours(9)));
    Period month = Period.ofDays(30, NOW);
    for (int save = 0; save < 60; save++) {
      int number = 1 + random.nextInt(all.size() + 1);
      Change moved = random(number, NOW.minus(Duration.ofHours(9).multipliedBy(40 - number)), random);
      if (number > all.size()) {
        all.add(moved);
      } else {
        Change before = all.get(number - 1);
        // a change keeps its attempts: another one of it is tried
        Change after = again(before, random);
        all.set(number - 1, after);
        moved = after;
      }
      store.save(List.of(decide(moved)));
      Period period = random.nextBoolean() ? month : Period.ofDays(7, NOW);
      StageName only = random.nextInt(3) == 0 ? Samples.VERIFY : null;
      assertThat(sorted(store.trends().of(SHOP, period, only))).as("after save " + save).isEqualTo(sorted(naive(all, period, 1, only)));
    }
  }

  private static Change again(Change change, Random random) {
    var attempts = new ArrayList<>(change.attempts());
    StageName stage = attempts.get(random.nextInt(attempts.size())).id().stage();
    int number = 1 + change.attempts(stage).stream().mapToInt(one -> one.id().number()).max().orElseThrow();
    Instant at = attempts.getLast().finishedAt().orElseThrow().plusSeconds(7);
    for (Step step : change.pipeline().find(stage).orElseThrow().steps()) {
      Instant end = at.plusMillis(500 + random.nextInt(90_000));
      AttemptState state = random.nextInt(3) == 0 ? new AttemptState.Failed(at, end, new Fault.ExitCode(1)) : new AttemptState.Passed(at, end);
      attempts.add(new Attempt(attempt(change, stage.text(), step.name().text(), number, state).id(), 1, attempts.getFirst().commit(), "d1", at, state));
    }
    return change.with(attempts);
  }

  @Test
  void without_changes_there_is_no_past() {
    store.save(List.of(decide(List.of(shop), List.of())));
    Period period = Period.ofDays(30, NOW);
    assertThat(store.trends().of(SHOP, period, null)).isEqualTo(new Past(period, 0, 1, List.of(), Map.of(), List.of()));
    assertThat(store.trends().shifts(SHOP, figures())).isEmpty();
    fill(5, Duration.ofDays(1));
    Period later = Period.ofDays(7, NOW.plus(Duration.ofDays(400)));
    assertThat(store.trends().of(SHOP, later, null).changes()).isZero();
  }

  @Test
  void the_newest_shift_of_a_stage_is_found_and_forgotten_when_it_has_newer_trials() {
    for (int number = 1; number <= 40; number++) {
      Change change = change(number, NOW.plusSeconds(1000L * number));
      Instant start = NOW.plusSeconds(1000L * number);
      store.save(List.of(decide(change.with(attempt(change, "build", "compile", 1, new AttemptState.Passed(start, start.plusSeconds(number <= 25 ? 60 : 90)))).in(new ChangeState.Passed(start, "")))));
      Map<StageName, Shift> found = store.trends().shifts(SHOP, figures());
      if (number <= 25) {
        assertThat(found).as("after " + number).isEmpty();
      }
    }
    assertThat(store.trends().shifts(SHOP, figures()))
        .hasEntrySatisfying(BUILD, shift -> {
          assertThat(shift.kind()).isEqualTo(Shift.Kind.SLOWER);
          assertThat(shift.change()).isEqualTo(26);
        })
        .hasSize(1);
    assertThat(store.trends().commits(SHOP, List.of(26)).get(26)).isEqualTo(Samples.change(shop, 26).commit());
  }

  private Map<StageName, Figures> figures() {
    return store.stageStatistics(SHOP, Window.USUAL, Instant.now());
  }
}
