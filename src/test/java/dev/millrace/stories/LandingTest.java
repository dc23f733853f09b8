package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How branches get onto main, and what keeps them from it.
class LandingTest extends Story {
  @Override
  String definition() {
    return """
        repository: shop
        integrate: {branches: ["integrate/**"], parallel: 1}
        stages:
          - build
          - name: verify
            steps: [unit, browser]
          - name: main
            promote: true
          - deploy
        steps:
          build: {image: scripted, run: pass}
          unit: {image: scripted, run: wait}
          browser: {image: scripted, run: pass}
          deploy: {image: scripted, run: pass}
        """;
  }

  @Test
  void a_branch_goes_onto_main_and_is_deleted() throws Exception {
    assertThat(shop.push("integrate/tea", "Sell tea", "tea", "green\n"))
        .isEqualTo(
            """
            shop#1: integrate/tea goes into main, next in the queue.
              http://mill/pipelines/shop/changes/1""");
    mill.runs("1/verify/unit/1");
    String tested = mill.containers.assignment("shop/1/verify/unit/1").commit().hex();
    assertThat(mill.change(1)).isEqualTo("running: build passed, verify running, main pending, deploy pending");
    assertThat(mill.main()).isEqualTo("<Begin>");

    mill.passes("1/verify/unit/1");
    mill.becomes(1, "passed");

    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "promoted: main is now <candidate 1>",
            "passed");
    assertThat(mill.change(1)).isEqualTo("passed: build passed, verify passed, main passed, deploy passed");
    assertThat(shop.main().hex()).isEqualTo(tested);
    assertThat(shop.branches()).containsExactly("main");
    assertThat(shop.onMain("tea")).isEqualTo("green");
    assertThat(shop.mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
  }

  @Test
  void two_branches_queue_up() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/verify/unit/1");
    assertThat(shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n"))
        .startsWith("shop#2: integrate/coffee goes into main, 1 ahead of it in the queue.");
    assertThat(mill.change(2)).startsWith("queued: build pending");
    assertThat(mill.json("/api/v1/pipelines/shop/queue").toString())
        .contains("\"change\":1,\"standing\":\"testing\",\"ahead\":0")
        .contains("\"change\":2,\"standing\":\"waiting\",\"ahead\":1");

    mill.passes("1/verify/unit/1");
    mill.passes("2/verify/unit/1");
    mill.becomes(2, "passed");

    assertThat(mill.history(2))
        .containsExactly(
            "integrate/coffee at <Sell coffee> is to be integrated into main, asked by a push by Ada",
            "merged with <candidate 1>: candidate <candidate 2>, made by git",
            "promoted: main is now <candidate 2>",
            "passed");
    assertThat(shop.mainline())
        .containsExactly(
            "Merge integrate/coffee into main (shop#2)", "Merge integrate/tea into main (shop#1)", "Begin");
  }

  @Test
  void what_fails_does_not_land_until_it_has_run_again_and_passed() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.failsTwice("1/verify/unit/1");
    mill.becomes(1, "failed");
    assertThat(mill.change(1))
        .isEqualTo(
            "failed (verify failed: unit: exit code 1; shop#1 failed twice, with nothing else to blame): build passed, verify failed 2, main pending, deploy pending");
    assertThat(mill.main()).isEqualTo("<Begin>");
    assertThat(shop.branches()).containsExactly("integrate/tea", "main");

    assertThat(mill.runAgain(1, "deploy"))
        .isEqualTo("409 Refused: deploy needs main, which has not passed; run again from main");
    assertThat(mill.runAgain(1, "verify")).isEqualTo("201 /api/v1/pipelines/shop/changes/1");
    mill.passes("1/verify/unit/3");
    mill.becomes(1, "passed");

    assertThat(mill.attempts(1))
        .containsExactly(
            "build/build 1 passed",
            "verify/unit 1 failed (exit code 1)",
            "verify/unit 2 failed (exit code 1)",
            "verify/unit 3 passed",
            "verify/browser 1 passed",
            "verify/browser 3 passed",
            "main/promote 1 passed",
            "deploy/deploy 1 passed");
    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "failed on <Begin>: verify failed: unit: exit code 1",
            "shop#1 failed by itself; it is tried by itself once more",
            "the candidate on <Begin> is kept; what had failed or was stopped runs again",
            "failed on <Begin>: verify failed: unit: exit code 1",
            "verify failed: unit: exit code 1; shop#1 failed twice, with nothing else to blame",
            "run again from verify by the API",
            "shop#1 on the target's head",
            "the candidate on <Begin> is kept; runs again from verify",
            "verify/unit is flaky: it passed on the commit on which it had failed",
            "promoted: main is now <candidate 1>",
            "passed");
    assertThat(mill.main()).isEqualTo("<candidate 1>");
  }

  @Test
  void a_failed_change_makes_way_for_the_next() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.fails("1/verify/unit/1");
    mill.passes("2/verify/unit/1");
    mill.becomes(2, "passed");
    mill.fails("1/verify/unit/2");
    mill.becomes(1, "failed");

    assertThat(mill.runAgain(1, "build")).startsWith("201");
    mill.passes("1/verify/unit/3");
    mill.becomes(1, "passed");

    assertThat(mill.history(1))
        .contains(
            "merged with <candidate 2>: candidate <candidate 3>, made by git",
            "the candidate on <candidate 2> is kept; runs again from build");
    assertThat(mill.attempts(1)).contains("build/build 2 passed", "verify/unit 3 passed");
    assertThat(shop.mainline())
        .containsExactly(
            "Merge integrate/tea into main (shop#1)", "Merge integrate/coffee into main (shop#2)", "Begin");
  }

  @Test
  void a_conflict_names_the_files() throws Exception {
    shop.push("integrate/green", "Sell green tea", "tea", "green\n");
    mill.runs("1/verify/unit/1");
    shop.push("integrate/black", "Sell black tea", "tea", "black\n");
    mill.passes("1/verify/unit/1");
    mill.becomes(2, "failed");

    assertThat(mill.history(2))
        .containsExactly(
            "integrate/black at <Sell black tea> is to be integrated into main, asked by a push by Ada",
            "conflicts with <candidate 1> in tea");
    assertThat(mill.change(2))
        .isEqualTo(
            "failed (conflicts with <candidate 1> in tea): build pending, verify pending, main pending, deploy pending");
  }

  @Test
  void what_main_has_already_is_not_tested() throws Exception {
    assertThat(shop.pushAs("integrate/nothing")).startsWith("shop#1: integrate/nothing goes into main");
    mill.becomes(1, "passed");
    assertThat(mill.history(1))
        .containsExactly(
            "integrate/nothing at <Begin> is to be integrated into main, asked by a push by Ada",
            "nothing to integrate: the target, at <Begin>, contains this commit already");
    assertThat(mill.containers.all()).isEmpty();
  }

  @Test
  void what_comes_after_main_runs_again_without_landing_again() throws Exception {
    mill.containers.refuseToStart("shop/1/deploy/deploy/1", "the registry is closed");
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/verify/unit/1");
    mill.becomes(1, "failed");
    assertThat(mill.main()).isEqualTo("<candidate 1>");

    assertThat(mill.runAgain(1, "deploy")).startsWith("201");
    mill.becomes(1, "passed");

    assertThat(mill.attempts(1)).endsWith("deploy/deploy 1 failed (the registry is closed)", "deploy/deploy 2 passed");
    assertThat(shop.mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
  }

  @Test
  void what_has_landed_runs_again_and_disturbs_nobody() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/verify/unit/1");
    mill.becomes(1, "passed");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.passes("2/verify/unit/1");
    mill.becomes(2, "passed");
    shop.push("integrate/milk", "Sell milk", "milk", "white\n");
    mill.runs("3/verify/unit/1");

    assertThat(mill.runAgain(1, "verify")).startsWith("201");
    mill.passes("1/verify/unit/2");
    mill.becomes(1, "passed");
    mill.passes("3/verify/unit/1");
    mill.becomes(3, "passed");

    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "promoted: main is now <candidate 1>",
            "passed",
            "run again from verify by the API",
            "passed");
    assertThat(mill.attempts(3)).contains("verify/unit 1 passed").noneMatch(attempt -> attempt.contains("cancelled"));
    assertThat(shop.mainline()).hasSize(4).startsWith("Merge integrate/milk into main (shop#3)");
  }

  @Test
  void main_itself_is_checked_and_stays_where_it_is() throws Exception {
    assertThat(mill.trigger("shop", "{\"branch\": \"main\"}")).startsWith("201");
    mill.passes("1/verify/unit/1");
    mill.becomes(1, "passed");
    assertThat(mill.change(1)).isEqualTo("passed: build passed, verify passed, main passed, deploy passed");
    assertThat(mill.main()).isEqualTo("<Begin>");
  }

  @Test
  void containers_made_ready_in_advance_are_removed_when_they_are_not_needed() throws Exception {
    mill.define(
        "shop",
        definition().replace("build: {image: scripted, run: pass}", "build: {image: scripted, run: wait}"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/build/build/1");
    mill.containers.awaitPrepared("shop/1/verify/unit/1");
    mill.containers.awaitPrepared("shop/1/verify/browser/1");
    mill.failsTwice("1/build/build/1");
    mill.becomes(1, "failed");
    for (String step : new String[] {"build/build", "verify/unit", "verify/browser"}) {
      mill.containers.awaitReleased("shop/1/" + step + "/1");
    }
    assertThat(mill.containers.all()).isEmpty();
    assertThat(mill.attempts(1)).containsExactly("build/build 1 failed (exit code 1)", "build/build 2 failed (exit code 1)");
  }
}
