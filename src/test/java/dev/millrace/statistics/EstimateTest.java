package dev.millrace.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import dev.millrace.pipeline.Text;
import dev.millrace.statistics.Estimate.Known;
import dev.millrace.statistics.Estimate.Overdue;
import dev.millrace.statistics.Estimate.Unknown;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EstimateTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private static Summary passes(int... seconds) {
    return new Summary(IntStream.of(seconds).mapToObj(one -> new Trial(NOON, Duration.ofSeconds(one), true)).toList());
  }

  private static Duration seconds(int seconds) {
    return Duration.ofSeconds(seconds);
  }

  @Test
  void nothing_is_said_from_fewer_than_three_passes_and_failures_are_none() {
    assertThat(Estimate.of(Summary.NONE, Duration.ZERO)).isEqualTo(new Unknown());
    assertThat(Estimate.of(passes(10, 20), Duration.ZERO)).isEqualTo(new Unknown());
    var failed = new Summary(IntStream.range(0, 9).mapToObj(_ -> new Trial(NOON, seconds(1), false)).toList());
    assertThat(Estimate.of(failed, Duration.ZERO)).isEqualTo(new Unknown());
  }

  @Test
  void what_has_not_begun_takes_as_long_as_half_and_at_most_as_long_as_nearly_all_did() {
    assertThat(Estimate.of(passes(IntStream.rangeClosed(1, 100).toArray()), Duration.ZERO)).isEqualTo(new Known(seconds(50), seconds(95)));
  }

  @Test
  void what_has_run_for_a_while_is_compared_with_those_that_had_not_ended_by_then_either() {
    Summary two = passes(10, 10, 10, 10, 100, 100, 100);
    assertThat(Estimate.of(two, seconds(5))).isEqualTo(new Known(seconds(5), seconds(95)));
    assertThat(Estimate.of(two, seconds(20))).isEqualTo(new Known(seconds(80), seconds(80)));
    assertThat(Estimate.of(two, seconds(101))).isEqualTo(new Overdue());
  }

  @Test
  void what_follows_adds_up_and_what_stands_side_by_side_ends_with_the_longest() {
    Estimate one = new Known(seconds(10), seconds(30));
    Estimate other = new Known(seconds(20), seconds(25));
    assertThat(one.then(other)).isEqualTo(new Known(seconds(30), seconds(55)));
    assertThat(one.and(other)).isEqualTo(new Known(seconds(20), seconds(30)));
    for (Estimate known : new Estimate[] {one, Estimate.NOTHING}) {
      assertThat(known.then(Estimate.UNKNOWN)).isEqualTo(Estimate.UNKNOWN);
      assertThat(known.and(Estimate.UNKNOWN)).isEqualTo(Estimate.UNKNOWN);
      assertThat(Estimate.UNKNOWN.then(known)).isEqualTo(Estimate.UNKNOWN);
      assertThat(known.then(new Overdue())).isEqualTo(new Overdue());
      assertThat(new Overdue().and(known)).isEqualTo(new Overdue());
      assertThat(new Overdue().then(Estimate.UNKNOWN)).isEqualTo(Estimate.UNKNOWN);
    }
  }

  // -- a queue: each change is verified, moves main, and is staged

  private static final StageName VERIFY = new StageName("verify");
  private static final StageName MAIN = new StageName("main");
  private static final StageName STAGING = new StageName("staging");
  private static final CommitId COMMIT = new CommitId("c".repeat(40));

  /// Verifying takes 100 seconds, moving main 2, staging 30.
  private static final Map<StageName, Summary> USUALLY =
      Map.of(VERIFY, passes(100, 100, 100), MAIN, passes(2, 2, 2), STAGING, passes(30, 30, 30));

  private static Stage stage(StageName name, StageName... needs) {
    var step =
        new Step.Container(
            new StepName(name.text()), Text.plain("busybox"), Text.plain("true"), Map.of(), Duration.ofMinutes(10), Limits.DEFAULT, true);
    return new Stage(name, List.of(needs), List.of(step));
  }

  private static Change waiting(int number) {
    var pipeline =
        new Pipeline(
            new PipelineName("shop"),
            new RepositoryName("shop"),
            new Integration(List.of(new BranchPattern("integrate/**")), new BranchName("main"), 4),
            List.of(),
            List.of(stage(VERIFY), Stage.promotion(MAIN, List.of(VERIFY)), stage(STAGING, MAIN)));
    return new Change(
        new ChangeId(pipeline.name(), number),
        new Commit(COMMIT, "Sell tea", "Ada"),
        new Aim.Integrate(new BranchName("integrate/tea"), new BranchName("main")),
        "Ada",
        new Definition(pipeline, "d".repeat(40), "shop.yml", ""),
        NOON,
        new ChangeState.Queued(NOON, null),
        null,
        1,
        List.of());
  }

  /// Its candidate is made, and its first stage has been running for so long.
  private static Change verifying(int number, int since) {
    Change change = waiting(number).on(new Candidate(COMMIT, COMMIT)).in(new ChangeState.Moving(NOON));
    return tried(change, VERIFY, new AttemptState.Running(NOON.minusSeconds(since)));
  }

  private static Change tried(Change change, StageName stage, AttemptState state) {
    StepName step = change.pipeline().stage(stage).steps().getFirst().name();
    return change.with(new Attempt(new AttemptId(change.id(), stage, step, 1), 1, COMMIT, "cafe", NOON, state, null));
  }

  private static Map<Integer, Estimate> turns(Change... changes) {
    var turns = new LinkedHashMap<Integer, Estimate>();
    Estimate.turns(List.of(changes), USUALLY, NOON).forEach((id, estimate) -> turns.put(id.number(), estimate));
    return turns;
  }

  private static Known known(int seconds) {
    return new Known(seconds(seconds), seconds(seconds));
  }

  @Test
  void what_waits_begins_when_the_one_before_it_has_landed_and_not_when_that_is_staged() {
    assertThat(turns(verifying(1, 40), waiting(2), waiting(3)))
        .isEqualTo(Map.of(1, known(60 + 2 + 30), 2, known(60 + 2 + 100 + 2 + 30), 3, known(60 + 2 + 100 + 2 + 100 + 2 + 30)));
  }

  @Test
  void what_has_landed_holds_nobody_up_while_it_is_staged() {
    Change landed = tried(verifying(1, 40), VERIFY, new AttemptState.Passed(NOON.minusSeconds(140), NOON.minusSeconds(40)));
    landed = tried(landed, MAIN, new AttemptState.Passed(NOON.minusSeconds(40), NOON.minusSeconds(38)));
    Change staged = tried(landed, STAGING, new AttemptState.Running(NOON.minusSeconds(10)));
    assertThat(turns(staged, waiting(2))).isEqualTo(Map.of(1, known(20), 2, known(100 + 2 + 30)));
  }

  @Test
  void what_is_tested_already_on_top_of_another_one_lands_with_its_own_candidate() {
    assertThat(turns(verifying(1, 40), verifying(2, 90), waiting(3)))
        .isEqualTo(Map.of(1, known(92), 2, known(10 + 2 + 30), 3, known(60 + 2 + 132)));
  }

  @Test
  void where_nothing_has_begun_the_first_one_takes_the_whole_way() {
    assertThat(turns(waiting(1), waiting(2))).isEqualTo(Map.of(1, known(132), 2, known(102 + 132)));
  }

  @Test
  void nothing_is_known_of_what_waits_behind_something_slow_or_unknown() {
    assertThat(turns(verifying(1, 101), waiting(2))).isEqualTo(Map.of(1, new Overdue(), 2, new Overdue()));
    Map<StageName, Summary> young = Map.of(VERIFY, passes(100, 100), MAIN, passes(2, 2, 2), STAGING, passes(30, 30, 30));
    assertThat(Estimate.turns(List.of(verifying(1, 40), waiting(2)), young, NOON).values())
        .containsExactly(new Unknown(), new Unknown());
  }
}
