package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is nobody's fault, what is ours, and what takes too long.
class TroubleTest extends Story {
  static final String HURRIED =
      """
      repository: shop
      integrate: {branches: ["integrate/**"], parallel: 1}
      stages:
        - test
        - {name: main, promote: true}
      steps:
        test: {image: scripted, run: wait, timeout: 1s}
      """;

  private static final String CROWDED =
      """
      repository: shop
      on: {push: ["try/*"]}
      stages: [many, after]
      steps:
        one: {image: scripted, run: wait}
        two: {image: scripted, run: wait}
        three: {image: scripted, run: wait}
        four: {image: scripted, run: wait}
        five: {image: scripted, run: wait}
        after: {image: scripted, run: pass}
      """
          .replace("[many, after]", "[{name: many, steps: [one, two, three, four, five]}, after]");

  @Test
  void a_step_takes_too_long() throws Exception {
    mill.define("shop", HURRIED);
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.runs("1/test/test/2");
    mill.becomes(1, "failed");
    assertThat(mill.attempts(1))
        .containsExactly("test/test 1 timed-out (timed out after 1 s)", "test/test 2 timed-out (timed out after 1 s)");
    assertThat(mill.change(1))
        .isEqualTo(
            "failed (test failed: test: timed out after 1 s; shop#1 failed twice, with nothing else to blame):"
                + " test failed 2, main pending");
    assertThat(mill.main()).isEqualTo("<Begin>");
  }

  @Test
  void an_engine_that_is_away_for_a_moment_is_waited_for() throws Exception {
    mill.containers.makeUnreachable("the Docker engine does not answer; start it");
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.tells(1, "merged with");
    assertThat(mill.get("/health/ready").body()).isEqualTo("the Docker engine does not answer; start it\n");
    mill.containers.makeReachable();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
  }

  @Test
  void a_lost_machine_is_our_fault_and_the_change_may_run_again() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.containers.breaks("shop/1/test/test/1", "the container is gone", false);
    mill.becomes(1, "failed");
    assertThat(mill.change(1)).isEqualTo("failed (test errored: test: the container is gone): test errored, main pending");
    assertThat(mill.json("/api/v1/pipelines/shop/statistics").get("stages").get(0).get("trials").intValue()).isZero();

    mill.runAgain(1, "test");
    mill.passes("1/test/test/2");
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1))
        .containsExactly("test/test 1 errored (the container is gone)", "test/test 2 passed", "main/promote 1 passed");
  }

  /// A step that prints two lines and ends well, whose log can be opened, but there is no room for what is written.
  private Path passesWithAFullLog() throws Exception {
    Path log = mill.data().resolve("logs/shop/1/test/test/1.log");
    Files.createDirectories(log.getParent());
    Files.createSymbolicLink(log, Path.of("/dev/full"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.prints("1/test/test/1", "one\ntwo\n");
    mill.passes("1/test/test/1");
    return log;
  }

  @Test
  void a_log_that_cannot_be_kept_is_waited_for() throws Exception {
    Path log = passesWithAFullLog();
    mill.shows(
        "/health/ready",
        "shop/1/test/test/1 waits for its log: the log cannot be written: No space left on device; see that the disk has room");
    Files.delete(log);
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
    assertThat(Files.readString(log)).isEqualTo("one\ntwo\n");
    assertThat(mill.get("/health/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void who_waits_for_a_log_that_cannot_be_kept_can_be_cancelled() throws Exception {
    passesWithAFullLog();
    mill.shows("/health/ready", "waits for its log");
    mill.cancel(1);
    mill.becomes(1, "cancelled");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 cancelled (cancelled by the API)");
    assertThat(mill.get("/health/ready").statusCode()).isEqualTo(200);
  }

  @Test
  void a_command_that_cannot_be_started_is_the_definitions_fault() throws Exception {
    mill.containers.refuseToStart("shop/1/test/test/1", "the image has no shell");
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.becomes(1, "failed");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 failed (the image has no shell)");
  }

  @Test
  void a_step_uses_too_much_memory() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.containers.outOfMemory("shop/1/test/test/1");
    mill.runs("1/test/test/2");
    mill.containers.outOfMemory("shop/1/test/test/2");
    mill.becomes(1, "failed");
    assertThat(mill.attempts(1))
        .containsExactly(
            "test/test 1 failed (out of memory: it used more than its 2048 MiB)",
            "test/test 2 failed (out of memory: it used more than its 2048 MiB)");
  }

  @Test
  void who_waits_for_room_is_cancelled_without_ever_having_run() throws Exception {
    mill.define("shop", CROWDED);
    shop.push("try/1", "Try", "try", "1\n");
    mill.awaitSteps(4);
    mill.cancel(1);
    mill.becomes(1, "cancelled");
    assertThat(mill.attempts(1)).hasSize(5).allMatch(attempt -> attempt.endsWith(" cancelled (cancelled by the API)"));
    mill.awaitSteps(0);
    assertThat(mill.started(1)).isEqualTo(4);
  }

  @Test
  void who_waits_for_room_says_how_much_there_is() throws Exception {
    mill.define("shop", CROWDED);
    shop.push("try/1", "Try", "try", "1\n");
    mill.awaitSteps(4);
    mill.shows("/pipelines/shop/changes/1", "waits for room: 4 of 4 steps run here, 1 wait");
    mill.containers.running().forEach(step -> mill.containers.end(step, 0));
    mill.awaitSteps(1);
    mill.showsNoLonger("/pipelines/shop/changes/1", "waits for room");
  }

  @Test
  void pages_do_not_wait_for_an_engine_that_does_not_answer() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.containers.fallSilent();
    for (String page : List.of("/", "/pipelines/shop", "/pipelines/shop/changes/1", "/health/ready")) {
      assertThat(mill.get(page).statusCode()).as(page).isEqualTo(200);
    }
    mill.shows("/health/ready", "The container engine is slow: it takes more than 2 s to answer.");
    mill.containers.speak();
    mill.shows("/health/ready", "ready");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
  }

  @Test
  void who_waits_for_room_runs_when_there_is_some() throws Exception {
    mill.define("shop", CROWDED);
    shop.push("try/1", "Try", "try", "1\n");
    mill.awaitSteps(4);
    mill.containers.running().forEach(step -> mill.containers.end(step, 0));
    mill.awaitSteps(1);
    mill.containers.running().forEach(step -> mill.containers.end(step, 0));
    mill.becomes(1, "passed");
    assertThat(mill.started(1)).isEqualTo(6);
  }

  @Test
  void who_waits_for_room_goes_on_waiting_when_the_server_starts_again() throws Exception {
    mill.define("shop", CROWDED);
    shop.push("try/1", "Try", "try", "1\n");
    mill.awaitSteps(4);
    mill.stop();
    assertThat(mill.containers.running()).hasSize(4);
    mill.start();
    mill.shows("/pipelines/shop/changes/1", "waits for room: 4 of 4 steps run here, 1 wait");
    mill.containers.running().forEach(step -> mill.containers.end(step, 0));
    mill.awaitSteps(1);
    mill.containers.running().forEach(step -> mill.containers.end(step, 0));
    mill.becomes(1, "passed");
    assertThat(mill.started(1)).isEqualTo(6);
  }

  @Test
  void who_waits_for_the_engine_can_be_cancelled() throws Exception {
    mill.containers.makeUnreachable("the Docker engine does not answer; start it");
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.tells(1, "merged with");
    mill.cancel(1);
    mill.becomes(1, "cancelled");
    mill.containers.makeReachable();
    assertThat(mill.containers.starts("shop/1/test/test/1")).isZero();
  }
}
