package dev.millrace.engine;

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
import dev.millrace.change.Fault;
import dev.millrace.flow.Note;
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
import dev.millrace.queue.Carrier;
import dev.millrace.statistics.Estimate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TickerTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final BranchName MAIN = new BranchName("main");
  private static final CommitId CANDIDATE = new CommitId("c".repeat(40));

  private final Ticker ticker = new Ticker(1, 0);
  private final List<Note> history = new ArrayList<>();
  private Optional<Carrier> carrier = Optional.empty();
  private Change change =
      new Change(
              new ChangeId(new PipelineName("shop"), 42),
              new Commit(new CommitId("a".repeat(40)), "Sell tea", "Ada"),
              new Aim.Integrate(new BranchName("integrate/tea"), MAIN),
              "a push by Ada",
              definition(),
              NOON,
              new ChangeState.Moving(NOON),
              null,
              1,
              List.of())
          .on(new Candidate(new CommitId("b".repeat(40)), CANDIDATE));

  private static Definition definition() {
    var build = new Stage(new StageName("build"), List.of(), List.of(step("compile")));
    var verify = new Stage(new StageName("verify"), List.of(build.name()), List.of(step("unit"), step("browser")));
    var main = Stage.promotion(new StageName("main"), List.of(verify.name()));
    var integration = new Integration(List.of(new BranchPattern("integrate/**")), MAIN, 1);
    var pipeline =
        new Pipeline(
            new PipelineName("shop"), new RepositoryName("shop"), integration, List.of(), List.of(build, verify, main));
    return new Definition(pipeline, "d".repeat(40), "shop.yml", "");
  }

  private static Step step(String name) {
    return new Step.Container(
        new StepName(name), Text.plain("image"), Text.plain("true"), Map.of(), Duration.ofMinutes(1), Limits.DEFAULT, false);
  }

  private void attempt(String stage, String step, int number, AttemptState state) {
    var id = new AttemptId(change.id(), new StageName(stage), new StepName(step), number);
    change = change.with(new Attempt(id, 1, CANDIDATE, "d".repeat(40), NOON, state));
  }

  private void note(long at, String sentence) {
    history.add(new Note(NOON.plusSeconds(at), change.id(), sentence));
  }

  private static AttemptState running(long from) {
    return new AttemptState.Running(NOON.plusSeconds(from));
  }

  private static AttemptState passed(long from, long to) {
    return new AttemptState.Passed(NOON.plusSeconds(from), NOON.plusSeconds(to));
  }

  private static AttemptState failed(long from, long to) {
    return new AttemptState.Failed(NOON.plusSeconds(from), NOON.plusSeconds(to), new Fault.ExitCode(1));
  }

  private List<String> news(int ahead) {
    return ticker.news(change, history, ahead, carrier).stream()
        .map(
            line ->
                switch (line) {
                  case Ticker.Line.Plain(String text) -> text;
                  case Ticker.Line.TailOf(AttemptId attempt) -> "tail of " + attempt;
                })
        .toList();
  }

  @Test
  void each_thing_is_told_once_in_the_order_in_which_it_happened() {
    note(0, "known already");
    assertThat(news(0)).isEmpty();
    attempt("build", "compile", 1, new AttemptState.Planned());
    assertThat(news(0)).isEmpty();
    note(1, "merged with bbbbbbbb");
    attempt("build", "compile", 1, running(2));
    assertThat(news(0)).containsExactly("merged with bbbbbbbb", "build begins");
    attempt("build", "compile", 1, passed(2, 132));
    attempt("verify", "unit", 1, running(133));
    attempt("verify", "browser", 1, running(134));
    note(140, "moved up");
    assertThat(news(0)).containsExactly("build passed, 2 m 10 s", "verify begins", "moved up");
    assertThat(news(0)).isEmpty();
  }

  @Test
  void what_began_and_ended_between_two_looks_is_told_whole() {
    attempt("build", "compile", 1, passed(2, 3));
    attempt("verify", "unit", 1, failed(4, 16));
    attempt("verify", "browser", 1, passed(4, 20));
    assertThat(news(-1))
        .containsExactly(
            "build begins",
            "build passed, 1 s",
            "verify begins",
            "verify/unit failed, 12 s: exit code 1",
            "tail of shop/42/verify/unit/1",
            "verify failed, 16 s");
  }

  @Test
  void a_stage_of_one_step_fails_in_one_line_and_a_second_attempt_is_called_so() {
    attempt("build", "compile", 1, failed(1, 2));
    attempt("build", "compile", 2, running(5));
    assertThat(news(-1))
        .containsExactly(
            "build begins",
            "build failed, 1 s: exit code 1",
            "tail of shop/42/build/compile/1",
            "build (attempt 2) begins");
  }

  @Test
  void what_never_began_has_no_log_to_show() {
    attempt("build", "compile", 1, new AttemptState.Errored(null, NOON.plusSeconds(1), "no image", true));
    attempt("verify", "unit", 1, new AttemptState.Cancelled(null, NOON.plusSeconds(2), "superseded"));
    assertThat(news(-1))
        .containsExactly("build errored: no image", "verify cancelled");
  }

  @Test
  void the_place_in_the_queue_is_told_when_it_is_another() {
    assertThat(news(2)).containsExactly("2 ahead of it in the queue");
    assertThat(news(2)).isEmpty();
    assertThat(news(0)).containsExactly("next in the queue");
    assertThat(news(-1)).isEmpty();
  }

  @Test
  void the_end_is_left_to_the_outcome() {
    note(0, "known already");
    note(1, "failed: build failed: compile: exit code 1");
    change = change.in(new ChangeState.Failed(NOON, "build failed: compile: exit code 1"));
    assertThat(news(-1)).isEmpty();
    assertThat(Outcome.of(change, Outcome.Until.LANDED))
        .contains(
            new Outcome(change.id(), Outcome.End.FAILED, "shop#42 failed: build failed: compile: exit code 1"));
  }

  @Test
  void a_promotion_is_the_outcome_for_who_waits_for_the_landing_and_not_for_who_waits_for_the_end() {
    assertThat(Outcome.of(change, Outcome.Until.LANDED)).isEmpty();
    attempt("main", "promote", 1, passed(5, 5));
    var landed = new Outcome(change.id(), Outcome.End.PASSED, "main is now cccccccc (shop#42)");
    assertThat(Outcome.of(change, Outcome.Until.LANDED)).contains(landed);
    assertThat(Outcome.of(change, Outcome.Until.ENDED)).isEmpty();
    note(0, "known already");
    note(5, "promoted: main is now cccccccc");
    assertThat(news(-1)).containsExactly("main passed");
    change = change.in(new ChangeState.Passed(NOON, ""));
    assertThat(Outcome.of(change, Outcome.Until.ENDED)).contains(landed);
  }

  @Test
  void a_silence_is_broken_by_what_is_still_going_on() {
    var soon = new Estimate.Known(Duration.ofSeconds(64), Duration.ofSeconds(100));
    Instant now = NOON.plusSeconds(132);
    assertThat(Ticker.still(change.in(new ChangeState.Queued(NOON, null)), 2, Optional.empty(), Estimate.UNKNOWN, now))
        .isEqualTo("… still waiting, 2 ahead of it");
    attempt("verify", "unit", 1, running(2));
    attempt("verify", "browser", 1, running(3));
    assertThat(Ticker.still(change, 0, Optional.empty(), soon, now)).isEqualTo("… still verify, 2 m 10 s, done in about 1 m");
    assertThat(Ticker.still(change, 0, Optional.empty(), new Estimate.Overdue(), now))
        .isEqualTo("… still verify, 2 m 10 s, longer than usual");
    assertThat(Ticker.still(change.in(new ChangeState.Cancelling(NOON, "")), 0, Optional.empty(), Estimate.UNKNOWN, now))
        .isEqualTo("… still verify, 2 m 10 s");
  }

  @Test
  void what_is_tested_in_the_candidate_of_another_hears_in_whose_and_with_whom() {
    change = change.in(new ChangeState.Queued(NOON, null));
    note(0, "known already");
    carrier = carrier(45, 41, 43);
    assertThat(news(2)).containsExactly("2 ahead of it in the queue", "tested in shop#45's candidate, together with shop#41 and shop#43");
    assertThat(news(2)).isEmpty();
    assertThat(Ticker.still(change, 2, carrier, Estimate.UNKNOWN, NOON))
        .isEqualTo("… still tested in shop#45's candidate, together with shop#41 and shop#43");
    carrier = carrier(46, 40, 41, 43, 45);
    assertThat(news(2)).containsExactly("tested in shop#46's candidate, together with 4 others");
    carrier = Optional.empty();
    assertThat(news(2)).isEmpty();
    carrier = carrier(46);
    assertThat(news(2)).containsExactly("tested in shop#46's candidate");
  }

  private static Optional<Carrier> carrier(int by, Integer... others) {
    var shop = new PipelineName("shop");
    return Optional.of(
        new Carrier(new ChangeId(shop, by), List.of(others).stream().map(number -> new ChangeId(shop, number)).toList()));
  }

  @Test
  void durations_are_short() {
    assertThat(List.of(0, 59, 60, 130, 3600, 7325))
        .extracting(seconds -> Ticker.words(Duration.ofSeconds(seconds)))
        .containsExactly("0 s", "59 s", "1 m", "2 m 10 s", "1 h", "2 h 2 m");
  }
}
