package dev.millrace.store;

import static dev.millrace.store.Samples.NOON;
import static dev.millrace.store.Samples.VERIFY;
import static dev.millrace.store.Samples.attempt;
import static dev.millrace.store.Samples.change;
import static dev.millrace.store.Samples.decide;
import static dev.millrace.store.Samples.moving;
import static dev.millrace.store.Samples.noonPlus;
import static dev.millrace.store.Samples.shop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.AttemptState.StopReason;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.TreeId;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.pipeline.BranchName;
import dev.millrace.queue.Odds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Whatever a sealed noun can be, the store gives it back; a new case that nobody mapped fails here.
class StatesTest {
  static final List<ChangeState> CHANGE_STATES =
      List.of(
          new ChangeState.Queued(NOON, null),
          new ChangeState.Queued(NOON, VERIFY),
          new ChangeState.Merging(NOON, null),
          new ChangeState.Merging(NOON, VERIFY),
          new ChangeState.Moving(NOON),
          new ChangeState.Failing(NOON, "verify failed"),
          new ChangeState.Passing(NOON, "nothing to integrate"),
          new ChangeState.Cancelling(NOON, "ada said so"),
          new ChangeState.Passed(NOON, ""),
          new ChangeState.Failed(NOON, "verify failed"),
          new ChangeState.Cancelled(NOON, "ada said so"));

  private static final Candidate CANDIDATE =
      new Candidate(new CommitId("ab".repeat(20)), new CommitId("cd".repeat(20)));
  private static final TreeId TREE = new TreeId("ef".repeat(20));
  private static final ChangeId OTHER = new ChangeId(Samples.SHOP, 7);

  static final List<Candidacy.State> CANDIDACY_STATES =
      List.of(
          new Candidacy.State.Merging(NOON),
          new Candidacy.State.Testing(NOON, CANDIDATE, TREE),
          new Candidacy.State.Passed(NOON, CANDIDATE, TREE, null),
          new Candidacy.State.Passed(NOON, CANDIDATE, TREE, OTHER),
          new Candidacy.State.Failed(NOON, CANDIDATE, TREE, "unit failed"),
          new Candidacy.State.Conflicted(NOON, "conflicts in a"),
          new Candidacy.State.Dropped(NOON, null, "not wanted"),
          new Candidacy.State.Dropped(NOON, CANDIDATE, "not wanted"),
          new Candidacy.State.Landed(NOON, CANDIDATE, TREE, OTHER, null),
          new Candidacy.State.Landed(NOON, CANDIDATE, TREE, OTHER, OTHER));

  private static final List<StopReason> REASONS =
      List.of(new StopReason.Cancelled("a newer push"), new StopReason.TimedOut(Duration.ofMillis(90_001)));

  private static final List<Fault> FAULTS =
      List.of(
          new Fault.ExitCode(137),
          new Fault.OutOfMemory(3L << 40),
          new Fault.TimedOut(Duration.ofNanos(1)),
          new Fault.NotStartable("no such command: mak"));

  static final List<AttemptState> ATTEMPT_STATES =
      Stream.of(
              Stream.of(
                  new AttemptState.Planned(),
                  new AttemptState.Running(noonPlus(3)),
                  new AttemptState.Passed(noonPlus(3), noonPlus(4)),
                  new AttemptState.Errored(null, noonPlus(4), "no engine", true),
                  new AttemptState.Errored(noonPlus(3), noonPlus(4), "lost", false),
                  new AttemptState.Cancelled(null, noonPlus(4), "no longer wanted"),
                  new AttemptState.Cancelled(noonPlus(3), noonPlus(4), "")),
              REASONS.stream().map(reason -> new AttemptState.Stopping(null, reason)),
              REASONS.stream().map(reason -> new AttemptState.Stopping(noonPlus(3), reason)),
              FAULTS.stream().map(fault -> new AttemptState.Failed(noonPlus(3), noonPlus(4), fault)))
          .<AttemptState>flatMap(states -> states)
          .toList();

  static final List<Aim> AIMS =
      List.of(
          new Aim.Integrate(new BranchName("integrate/ä b"), new BranchName("main")),
          new Aim.Check(null, false),
          new Aim.Check(new BranchName("main"), true));

  @Test
  void the_examples_leave_no_case_out() {
    assertThat(classes(CHANGE_STATES)).isEqualTo(cases(ChangeState.class));
    assertThat(classes(CANDIDACY_STATES)).isEqualTo(cases(Candidacy.State.class));
    assertThat(classes(ATTEMPT_STATES)).isEqualTo(cases(AttemptState.class));
    assertThat(classes(REASONS)).isEqualTo(cases(StopReason.class));
    assertThat(classes(FAULTS)).isEqualTo(cases(Fault.class));
    assertThat(classes(AIMS)).isEqualTo(cases(Aim.class));
    assertThat(CHANGE_STATES.stream().map(ChangeRows::word).distinct()).isEqualTo(ChangeRows.STATES);
  }

  @Test
  void every_aim_comes_back() {
    try (Store store = Samples.open(Samples.memory())) {
      int number = 0;
      for (Aim aim : AIMS) {
        Change plain = change(shop(), ++number);
        var change =
            new Change(plain.id(), plain.commit(), aim, plain.by(), plain.definition(), NOON, plain.state(), null, 1, List.of());
        store.save(List.of(decide(change)));
        assertThat(store.change(change.id())).contains(change);
      }
    }
  }

  @Test
  void every_state_of_a_change_comes_back_whatever_it_was_before() {
    try (Store store = Samples.open(Samples.memory())) {
      int number = 0;
      for (ChangeState first : CHANGE_STATES) {
        for (ChangeState second : CHANGE_STATES) {
          Change change = change(shop(), ++number).in(first);
          store.save(List.of(decide(change)));
          assertThat(store.change(change.id())).contains(change);
          store.save(List.of(decide(change.in(second))));
          assertThat(store.change(change.id())).contains(change.in(second));
        }
      }
    }
  }

  @Test
  void every_state_of_a_candidate_comes_back_whatever_it_was_before() {
    try (Store store = Samples.open(Samples.memory())) {
      int number = 0;
      for (Candidacy.State first : CANDIDACY_STATES) {
        for (Candidacy.State second : CANDIDACY_STATES) {
          Change plain = change(shop(), ++number).prior(number);
          Candidacy begun = Candidacy.begun(1, List.of(OTHER, plain.id()), NOON);
          Change change = plain.with(begun.in(first)).with(Candidacy.begun(2, List.of(plain.id()), NOON));
          store.save(List.of(decide(change)));
          assertThat(store.change(change.id())).contains(change);
          Change next = change.with(begun.in(second).standing(List.of(), false)).prior(0);
          store.save(List.of(decide(next)));
          assertThat(store.change(change.id())).contains(next);
        }
      }
    }
  }

  @Test
  void only_what_was_tested_teaches_how_often_changes_fail() {
    try (Store store = Samples.open(Samples.memory())) {
      var failed = new Candidacy.State.Failed(NOON, CANDIDATE, TREE, "unit failed");
      List<Change> changes =
          List.of(
              ended(1, new ChangeState.Passed(NOON, ""), new Candidacy.State.Landed(NOON, CANDIDATE, TREE, OTHER, null)),
              ended(2, new ChangeState.Failed(NOON, "unit failed"), failed, failed),
              ended(3, new ChangeState.Failed(NOON, "conflicts"), new Candidacy.State.Conflicted(NOON, "conflicts")),
              ended(4, new ChangeState.Cancelled(NOON, "ada said so"), failed),
              ended(
                  5,
                  new ChangeState.Failed(NOON, "deploy failed"),
                  failed,
                  new Candidacy.State.Landed(NOON, CANDIDATE, TREE, OTHER, null)),
              ended(6, new ChangeState.Passed(NOON, "nothing to integrate"), new Candidacy.State.Dropped(NOON, null, "")));
      changes.forEach(change -> store.save(List.of(decide(change))));
      Odds odds = store.load().experience().odds().get(Samples.SHOP);
      assertThat(odds).isEqualTo(Odds.UNKNOWN.with("Ada", false).with("Ada", true).with("Ada", false));
    }
  }

  private static Change ended(int number, ChangeState state, Candidacy.State... candidates) {
    Change change = change(shop(), number);
    for (Candidacy.State candidate : candidates) {
      change = change.with(Candidacy.begun(change.candidacies().size() + 1, List.of(change.id()), NOON).in(candidate));
    }
    return change.in(state);
  }

  @Test
  void every_state_of_an_attempt_comes_back_whatever_it_was_before() {
    try (Store store = Samples.open(Samples.memory())) {
      int number = 0;
      for (AttemptState first : ATTEMPT_STATES) {
        for (AttemptState second : ATTEMPT_STATES) {
          Change plain = moving(shop(), ++number);
          Change change = plain.with(imaged(attempt(plain, "verify", "unit", 1, first)));
          store.save(List.of(decide(change)));
          assertThat(store.change(change.id())).contains(change);
          if (!(first instanceof AttemptState.Ended)) {
            Change next = plain.with(imaged(attempt(plain, "verify", "unit", 1, second)));
            store.save(List.of(decide(next)));
            assertThat(store.change(change.id())).contains(next);
          }
        }
      }
    }
  }

  /// What began knows what it runs in.
  static Attempt imaged(Attempt attempt) {
    return attempt.startedAt().isEmpty() ? attempt : attempt.in(new Image("busybox:1", "sha256:" + "0f".repeat(32)));
  }

  private static Set<Class<?>> classes(List<?> examples) {
    return examples.stream().map(Object::getClass).collect(Collectors.toSet());
  }

  private static Set<Class<?>> cases(Class<?> sealed) {
    var cases = new HashSet<Class<?>>();
    var open = new ArrayList<Class<?>>(List.of(sealed));
    while (!open.isEmpty()) {
      Class<?> next = open.removeLast();
      if (next.isSealed()) {
        open.addAll(Arrays.asList(next.getPermittedSubclasses()));
      } else {
        cases.add(next);
      }
    }
    return cases;
  }
}
