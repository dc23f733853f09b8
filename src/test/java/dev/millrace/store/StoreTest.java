package dev.millrace.store;

import static dev.millrace.store.Samples.NOON;
import static dev.millrace.store.Samples.SHOP;
import static dev.millrace.store.Samples.VERIFY;
import static dev.millrace.store.Samples.attempt;
import static dev.millrace.store.Samples.change;
import static dev.millrace.store.Samples.commit;
import static dev.millrace.store.Samples.decide;
import static dev.millrace.store.Samples.definition;
import static dev.millrace.store.Samples.moving;
import static dev.millrace.store.Samples.noonPlus;
import static dev.millrace.store.Samples.passed;
import static dev.millrace.store.Samples.shop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Fault;
import dev.millrace.flow.InFlight;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import dev.millrace.statistics.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreTest {
  private final String url = Samples.memory() + ";DB_CLOSE_DELAY=-1";
  private Store store = Samples.open(url);

  @AfterEach
  void close() {
    store.close();
  }

  private void restart() {
    store.close();
    store = Samples.open(url);
  }

  @Test
  void a_new_store_is_empty_and_has_a_name_for_its_installation() {
    assertThat(store.load()).isEqualTo(InFlight.NOTHING);
    assertThat(store.lastSequence()).isZero();
    assertThat(store.installation()).matches("[a-z0-9]{8}");
    String first = store.installation();
    restart();
    assertThat(store.installation()).isEqualTo(first);
  }

  @Test
  void after_a_restart_the_changes_in_flight_are_there_with_all_their_attempts() {
    Change waiting = change(shop(), 1);
    Change moving =
        moving(shop(), 2)
            .with(attempt(moving(shop(), 2), "verify", "unit", 1, passed(3, 5)))
            .with(attempt(moving(shop(), 2), "build", "compile", 1, new AttemptState.Running(noonPlus(3))));
    Change ended = change(shop(), 3).in(new ChangeState.Passed(noonPlus(9), ""));
    store.save(List.of(decide(waiting, moving, ended)));
    restart();
    InFlight loaded = store.load();
    assertThat(new InFlight(loaded.definitions(), loaded.numbers(), loaded.changes()))
        .isEqualTo(
            new InFlight(
                Map.of(SHOP, shop()), Map.of(SHOP, 3), new TreeMap<>(Map.of(waiting.id(), waiting, moving.id(), moving))));
    assertThat(store.change(ended.id())).contains(ended);
    assertThat(store.change(new ChangeId(SHOP, 4))).isEmpty();
  }

  @Test
  void a_pipeline_that_vanished_keeps_its_changes_and_its_last_number() {
    Definition other = definition("other", "d2", "build: compile");
    store.save(List.of(decide(List.of(shop(), other), List.of(change(shop(), 1)))));
    store.save(List.of(decide(List.of(other), List.of())));
    for (int time = 0; time < 2; time++) {
      assertThat(store.definitions()).containsExactly(other);
      assertThat(store.definition(SHOP)).isEmpty();
      assertThat(store.pipelines()).containsExactly(new PipelineName("other"), SHOP);
      assertThat(store.load().numbers()).containsEntry(SHOP, 1);
      assertThat(store.load().definitions()).containsOnlyKeys(new PipelineName("other"));
      assertThat(store.change(new ChangeId(SHOP, 1))).contains(change(shop(), 1));
      restart();
    }
    store.save(List.of(decide(List.of(other, shop()), List.of())));
    assertThat(store.definition(SHOP)).contains(shop());
  }

  @Test
  void a_change_keeps_the_definition_it_started_with() {
    Definition later = definition("shop", "d2", "verify: unit");
    store.save(List.of(decide(change(shop(), 1))));
    store.save(List.of(decide(List.of(later), List.of(change(later, 2)))));
    restart();
    assertThat(store.change(new ChangeId(SHOP, 1)).orElseThrow().definition()).isEqualTo(shop());
    assertThat(store.change(new ChangeId(SHOP, 2)).orElseThrow().definition()).isEqualTo(later);
    assertThat(store.definition(SHOP)).contains(later);
  }

  @Test
  void a_definition_that_comes_back_is_the_one_of_then() {
    Definition later = definition("shop", "d2", "verify: unit");
    for (Definition today : List.of(shop(), later, shop())) {
      store.save(List.of(decide(List.of(today), List.of())));
      restart();
      assertThat(store.definitions()).containsExactly(today);
    }
  }

  @Test
  void two_definitions_at_one_commit_are_a_bug() {
    store.save(List.of(decide(change(shop(), 1))));
    Definition different = definition("shop", "d1", "verify: unit");
    assertThatIllegalStateException().isThrownBy(() -> store.save(List.of(decide(change(different, 2)))));
  }

  @Test
  void an_ended_attempt_never_changes() {
    Change change = moving(shop(), 1);
    Change passed = change.with(attempt(change, "build", "compile", 1, passed(3, 5)));
    store.save(List.of(decide(passed)));
    Change different = change.with(attempt(change, "build", "compile", 1, passed(3, 6)));
    assertThatIllegalStateException().isThrownBy(() -> store.save(List.of(decide(different))));
    restart();
    assertThatIllegalStateException().isThrownBy(() -> store.save(List.of(decide(different))));
    assertThat(store.change(change.id())).contains(passed);
  }

  @Test
  void the_statement_itself_matches_no_attempt_that_has_ended() {
    Change change = moving(shop(), 1);
    var passed = attempt(change, "build", "compile", 1, passed(3, 5));
    store.save(List.of(decide(change.with(passed))));
    try (var database = new Database(url)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  database.write(
                      transaction ->
                          transaction.each(
                              List.of(AttemptRows.update(transaction, passed, passed.in(passed(3, 6)))))));
    }
  }

  @Test
  void no_attempt_is_ever_lost() {
    Change change = moving(shop(), 1);
    store.save(List.of(decide(change.with(attempt(change, "build", "compile", 1, new AttemptState.Planned())))));
    assertThatIllegalStateException().isThrownBy(() -> store.save(List.of(decide(change))));
  }

  @Test
  void what_another_process_has_written_meanwhile_is_not_overwritten() {
    Change change = moving(shop(), 1);
    store.save(List.of(decide(change)));
    try (Store second = Samples.open(url)) {
      second.save(List.of(decide(change.in(new ChangeState.Passed(noonPlus(9), "")))));
    }
    Change other = change.in(new ChangeState.Failed(noonPlus(9), "x"));
    assertThatIllegalStateException().isThrownBy(() -> store.save(List.of(decide(other))));
    assertThat(store.change(change.id()).orElseThrow().state()).isInstanceOf(ChangeState.Passed.class);
  }

  @Test
  void decisions_are_stored_all_or_none() {
    Change change = moving(shop(), 1);
    Change passed = change.with(attempt(change, "build", "compile", 1, passed(3, 5)));
    store.save(List.of(decide(passed)));
    long before = store.lastSequence();
    assertThatIllegalStateException().isThrownBy(() -> store.save(List.of(decide(change(shop(), 2)), decide(change))));
    assertThat(store.lastSequence()).isEqualTo(before);
    assertThat(store.movedAfter(before, 10)).isEmpty();
    assertThat(store.change(new ChangeId(SHOP, 2))).isEmpty();
    store.save(List.of(decide(change(shop(), 2))));
    assertThat(store.change(new ChangeId(SHOP, 2))).isPresent();
  }

  @Test
  void an_ended_change_can_be_sent_round_again() {
    Change change = moving(shop(), 1);
    Change ended =
        change
            .with(attempt(change, "build", "compile", 1, passed(3, 5)))
            .in(new ChangeState.Failed(noonPlus(9), "verify failed"));
    store.save(List.of(decide(ended)));
    restart();
    Change read = store.change(change.id()).orElseThrow();
    Change again = read.inNextRound().in(new ChangeState.Queued(noonPlus(20), VERIFY));
    store.save(List.of(decide(again)));
    restart();
    assertThat(store.load().changes()).containsEntry(change.id(), again);
  }

  @Test
  void changes_come_newest_first_page_by_page_and_by_state() {
    var changes = new ArrayList<Change>();
    for (int number = 1; number <= 9; number++) {
      Change change = number % 2 == 0 ? change(shop(), number) : moving(shop(), number);
      changes.add(change.with(attempt(change, "verify", "unit", 1, new AttemptState.Planned()))
          .with(attempt(change, "build", "compile", 1, new AttemptState.Planned())));
    }
    store.save(List.of(decide(changes.toArray(Change[]::new))));
    Definition other = definition("other", "d", "a: b");
    store.save(List.of(decide(List.of(shop(), other), List.of(change(other, 1)))));
    assertThat(store.changes(SHOP, Filter.newest(3))).containsExactly(changes.get(8), changes.get(7), changes.get(6));
    assertThat(store.changes(SHOP, Filter.newest(30).before(3))).containsExactly(changes.get(1), changes.get(0));
    assertThat(store.changes(SHOP, new Filter(List.of("queued"), "", "", "", 8, 2))).containsExactly(changes.get(5), changes.get(3));
    assertThat(store.changes(SHOP, new Filter(List.of("failed"), "", "", "", 0, 2))).isEmpty();
    assertThat(store.changes(SHOP, Filter.newest(0))).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Filter(List.of("runing"), "", "", "", 0, 1))
        .withMessage(
            "no change is ever \"runing\"; it is one of queued, running, passed, failed, cancelled");
  }

  @Test
  void changes_are_found_by_commit_and_by_branch() {
    Change second = change(shop(), 2).on(new Candidate(commit(7), commit(1)));
    store.save(List.of(decide(moving(shop(), 1), second, change(shop(), 3))));
    assertThat(store.containing(commit(1))).containsExactly(new ChangeId(SHOP, 1), new ChangeId(SHOP, 2));
    assertThat(store.containing(commit(1001))).containsExactly(new ChangeId(SHOP, 1));
    assertThat(store.containing(commit(7))).isEmpty();
    assertThat(store.known(SHOP, new BranchName("integrate/3"), commit(3))).isTrue();
    assertThat(store.known(SHOP, new BranchName("integrate/3"), commit(2))).isFalse();
    assertThat(store.known(SHOP, new BranchName("integrate/2"), commit(3))).isFalse();
    assertThat(store.known(new PipelineName("other"), new BranchName("integrate/3"), commit(3))).isFalse();
  }

  @Test
  void the_history_of_a_change_is_told_in_order() {
    ChangeId id = new ChangeId(SHOP, 1);
    List<Note> notes = IntStream.range(0, 5).mapToObj(at -> new Note(noonPlus(-at), id, "sentence " + at)).toList();
    List<Change> changes = List.of(change(shop(), 1), change(shop(), 2));
    store.save(List.of(decide(List.of(shop()), changes, notes.get(0), notes.get(1))));
    store.save(
        List.of(
            decide(List.of(shop()), List.of(), notes.get(2), new Note(NOON, new ChangeId(SHOP, 2), "other")),
            decide(List.of(shop()), List.of(), notes.get(3), notes.get(4))));
    assertThat(store.history(id)).isEqualTo(notes);
    assertThat(store.history(new ChangeId(SHOP, 3))).isEmpty();
  }

  @Test
  void long_texts_come_back_whole() {
    String text = "ä line of many\n".repeat(100_000);
    String stages =
        IntStream.rangeClosed(1, 5000).mapToObj(stage -> "stage-" + stage + ": step").collect(Collectors.joining("; "));
    Definition plain = definition("shop", "d1", stages);
    Change change = change(plain, 1).in(new ChangeState.Failed(NOON, text));
    Note note = new Note(NOON, change.id(), text);
    store.save(List.of(decide(List.of(plain), List.of(change), note)));
    restart();
    assertThat(store.change(change.id())).contains(change);
    assertThat(store.history(change.id())).containsExactly(note);
  }

  @Test
  void who_watches_hears_of_everything_that_moved_in_order() {
    Change queued = change(shop(), 1);
    Change moving = moving(shop(), 1);
    Change running = moving.with(attempt(moving, "build", "compile", 1, new AttemptState.Running(noonPlus(3))));
    var fault = new AttemptState.Failed(noonPlus(3), noonPlus(4), new Fault.ExitCode(1));
    Change failed =
        moving
            .with(attempt(moving, "build", "compile", 1, fault))
            .in(new ChangeState.Failed(noonPlus(4), "build failed"));
    store.save(List.of(decide(queued)));
    store.save(List.of(decide(moving), decide(running)));
    assertThat(told(0))
        .containsExactly(
            "1 shop pipeline.defined",
            "2 shop#1 change.queued",
            "3 shop#1 change.moving",
            "4 shop/1/build/compile/1 attempt.running");
    restart();
    assertThat(store.lastSequence()).isEqualTo(4);
    store.save(List.of(decide(failed)));
    store.save(List.of(decide(List.of(), List.of())));
    store.save(List.of(decide(List.of(), List.of())));
    assertThat(told(4))
        .containsExactly(
            "5 shop#1 change.failed", "6 shop/1/build/compile/1 attempt.failed", "7 shop pipeline.removed");
    assertThat(store.movedAfter(2, 2)).extracting(Moved::sequence).containsExactly(3L, 4L);
    assertThat(store.movedAfter(7, 2)).isEmpty();
    assertThat(store.lastSequence()).isEqualTo(7);
  }

  private List<String> told(long after) {
    return store.movedAfter(after, 100).stream()
        .map(
            moved ->
                moved.sequence()
                    + " "
                    + (moved.attempt() != null ? moved.attempt() : moved.change() != null ? moved.change() : moved.pipeline())
                    + " "
                    + moved.what())
        .toList();
  }

  @Test
  void nothing_that_a_batch_passes_through_is_left_out_of_what_moved() {
    Change change = moving(shop(), 1);
    store.save(
        List.of(
            decide(change),
            decide(change.with(attempt(change, "build", "compile", 1, new AttemptState.Planned()))),
            decide(change.with(attempt(change, "build", "compile", 1, new AttemptState.Running(noonPlus(3))))),
            decide(change.with(attempt(change, "build", "compile", 1, passed(3, 5))))));
    assertThat(store.movedAfter(2, 100))
        .extracting(Moved::what)
        .containsExactly("attempt.planned", "attempt.running", "attempt.passed");
    assertThat(stage("build", 1).count()).isEqualTo(1);
  }

  @Test
  void a_stage_is_tried_from_its_first_start_to_its_last_end() {
    Change one = moving(shop(), 1);
    one = one.with(attempt(one, "verify", "unit", 1, passed(10, 20)));
    Change both = one.with(attempt(one, "verify", "browser", 1, new AttemptState.Running(noonPlus(5))));
    store.save(List.of(decide(both)));
    assertThat(stage("verify", 10)).isEqualTo(Figures.NONE);
    restart();
    store.save(List.of(decide(one.with(attempt(one, "verify", "browser", 1, passed(5, 17))))));
    assertThat(stage("verify", 10).recent().trials()).containsExactly(new Trial(noonPlus(20), Duration.ofSeconds(15), true));
    assertThat(step("browser", 10).recent().trials()).containsExactly(new Trial(noonPlus(17), Duration.ofSeconds(12), true));
  }

  @Test
  void a_stage_fails_with_any_step_and_says_nothing_when_only_we_were_at_fault() {
    var failed = new AttemptState.Failed(noonPlus(3), noonPlus(4), new Fault.ExitCode(1));
    var cancelled = new AttemptState.Cancelled(null, noonPlus(6), "");
    var errored = new AttemptState.Errored(noonPlus(3), noonPlus(4), "no engine", true);
    Change change = moving(shop(), 1);
    change =
        change
            .with(attempt(change, "verify", "unit", 1, failed))
            .with(attempt(change, "verify", "browser", 1, cancelled));
    change =
        change
            .with(attempt(change, "verify", "unit", 2, passed(11, 12)))
            .with(attempt(change, "verify", "browser", 2, errored));
    change =
        change
            .with(attempt(change, "verify", "unit", 3, passed(21, 22)))
            .with(attempt(change, "verify", "browser", 3, passed(21, 23)));
    store.save(List.of(decide(change)));
    assertThat(stage("verify", 10).recent().trials())
        .containsExactly(
            new Trial(noonPlus(6), Duration.ofSeconds(3), false), new Trial(noonPlus(23), Duration.ofSeconds(2), true));
    assertThat(step("unit", 10).recent().trials()).extracting(Trial::passed).containsExactly(false, true, true);
    assertThat(step("browser", 10).recent().trials()).extracting(Trial::passed).containsExactly(true);
  }

  @Test
  void a_step_tried_later_under_the_same_number_belongs_to_the_same_trial() {
    Change change = moving(shop(), 1);
    change = change.with(attempt(change, "verify", "unit", 1, passed(10, 20)));
    store.save(List.of(decide(change)));
    store.save(List.of(decide(change.with(attempt(change, "verify", "browser", 1, passed(20, 40))))));
    assertThat(stage("verify", 10).recent().trials()).containsExactly(new Trial(noonPlus(40), Duration.ofSeconds(30), true));
  }

  @Test
  void statistics_are_of_the_last_trials_oldest_first_and_know_every_stage_there_is() {
    for (int number = 1; number <= 5; number++) {
      Change change = moving(shop(), number);
      store.save(List.of(decide(change.with(attempt(change, "build", "compile", 1, passed(0, number))))));
    }
    Figures build = stage("build", 3);
    assertThat(build.recent().trials()).extracting(trial -> trial.duration().toSeconds()).containsExactly(1L, 2L, 3L, 4L, 5L);
    assertThat(build.latest()).extracting(Figures.Latest::change).containsExactly(1, 2, 3, 4, 5);
    assertThat(List.of(build.count(), build.median())).isEqualTo(List.of(3, Duration.ofSeconds(4)));
    assertThat(store.stageStatistics(SHOP, new Window.Last(3), NOON)).containsOnlyKeys(new StageName("build"), VERIFY);
    assertThat(store.stepStatistics(SHOP, new Window.Last(3), NOON)).hasSize(3);
    assertThat(store.stageStatistics(new PipelineName("other"), new Window.Last(3), NOON)).isEmpty();
  }

  @Test
  void figures_are_those_of_the_trials_in_the_window_however_they_are_asked_for() {
    var random = new Random(5);
    var trials = new ArrayList<Figures.Latest>();
    Instant now = noonPlus(60 * 86_400);
    var build = new StageName("build");
    var compile = new StepKey(build, new StepName("compile"));
    for (int round = 1; round <= 6; round++) {
      for (int nth = 0; nth < 3 * round * round; nth++) {
        Change change = moving(shop(), trials.size() + 1);
        long end = random.nextInt(60 * 86_400);
        long start = end - random.nextInt(900);
        boolean fails = random.nextInt(4) == 0;
        change =
            change
                .with(
                    attempt(
                        change, "build", "compile", 1,
                        fails ? new AttemptState.Failed(noonPlus(start), noonPlus(end), new Fault.ExitCode(1)) : passed(start, end)))
                // neither counts: we were at fault, or nobody was
                .with(attempt(change, "build", "compile", 2, new AttemptState.Errored(noonPlus(1), now, "no engine", true)))
                .with(attempt(change, "build", "compile", 3, new AttemptState.Cancelled(noonPlus(1), now, "enough")));
        store.save(List.of(decide(change)));
        trials.add(new Figures.Latest(change.id().number(), new Trial(noonPlus(end), Duration.ofSeconds(end - start), !fails)));
      }
      trials.sort(Comparator.comparing(one -> one.trial().finishedAt()));
      for (Window window : Window.CHOICES) {
        List<Figures.Latest> within =
            switch (window) {
              case Window.Last(int attempts) -> trials.subList(Math.max(0, trials.size() - attempts), trials.size());
              case Window.Days(int days) ->
                  trials.stream().filter(one -> one.trial().finishedAt().isAfter(now.minus(Duration.ofDays(days)))).toList();
            };
        Figures expected =
            Figures.of(
                new Summary(within.stream().map(Figures.Latest::trial).toList()),
                trials.subList(Math.max(0, trials.size() - Figures.LATEST), trials.size()));
        assertThat(store.stageStatistics(SHOP, window, now)).as(window.text()).containsEntry(build, expected).containsEntry(VERIFY, Figures.NONE);
        assertThat(store.stepStatistics(SHOP, window, now)).as(window.text()).containsEntry(compile, expected);
      }
    }
  }

  private Figures stage(String name, int last) {
    return store.stageStatistics(SHOP, new Window.Last(last), NOON).get(new StageName(name));
  }

  private Figures step(String name, int last) {
    return store.stepStatistics(SHOP, new Window.Last(last), NOON).get(new StepKey(VERIFY, new StepName(name)));
  }

  @Test
  void of_what_moved_the_newest_are_kept_and_the_oldest_forgotten_little_by_little() {
    store.close();
    store = Store.open(url, Samples::parse, 10);
    for (int number = 1; number <= 40; number++) {
      store.save(List.of(decide(change(shop(), number))));
    }
    long last = store.lastSequence();
    assertThat(store.firstSequence()).isEqualTo(last - 9);
    restart();
    assertThat(store.firstSequence()).isEqualTo(last - 9);
    assertThat(store.lastSequence()).isEqualTo(last);
    assertThat(store.movedAfter(0, 100)).extracting(Moved::sequence).first().isEqualTo(last - 9);
    assertThat(store.movedAfter(last - 10, 100)).hasSize(10);
  }

  @Test
  void what_moved_is_the_same_from_memory_and_from_the_database() {
    for (int number = 1; number <= 20; number++) {
      store.save(List.of(decide(change(shop(), number))));
    }
    List<Moved> remembered = store.movedAfter(5, 10);
    restart();
    assertThat(store.movedAfter(5, 10)).isEqualTo(remembered).hasSize(10);
  }

  @Test
  void statistics_that_were_read_before_are_those_of_now() {
    Change one = moving(shop(), 1).with(attempt(moving(shop(), 1), "build", "compile", 1, new AttemptState.Running(noonPlus(3))));
    store.save(List.of(decide(one)));
    assertThat(figures().values()).allMatch(figures -> figures.count() == 0);
    store.save(List.of(decide(one.with(attempt(one, "build", "compile", 1, passed(3, 5))))));
    assertThat(figures().values()).extracting(Figures::count).containsExactly(1, 0);
    assertThat(figures()).isEqualTo(figures());
  }

  private Map<StageName, Figures> figures() {
    return store.stageStatistics(SHOP, Window.USUAL, noonPlus(10));
  }
}
