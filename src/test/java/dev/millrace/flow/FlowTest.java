package dev.millrace.flow;

import static dev.millrace.flow.Scene.define;
import static dev.millrace.flow.Scene.pipeline;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.AttemptState;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.pipeline.BranchPattern;
import java.util.List;
import org.junit.jupiter.api.Test;

class FlowTest {
  private final Scene scene =
      new Scene().defined(pipeline("shop", 1, "build", "verify(build): unit browser", "main!(verify)", "staging(main): deploy"));

  private Scene promoted() {
    return scene
        .pushed("integrate/a", "a")
        .merged(1, "m0")
        .passes("1/build/build/1")
        .passes("1/verify/unit/1")
        .passes("1/verify/browser/1")
        .passes("1/main/promote/1");
  }

  @Test
  void a_pushed_branch_is_merged_tested_promoted_and_flows_on() {
    scene.pushed("integrate/a", "a");
    assertThat(scene.queue()).isEqualTo("main <- shop#1(merging)");
    assertThat(scene.owed()).isEqualTo("merge 1");

    scene.merged(1, "m0");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build running, verify pending, main pending, staging pending");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/1");

    scene.started("1/build/build/1").passes("1/build/build/1");
    assertThat(scene.owed()).isEqualTo("run 1/verify/unit/1, run 1/verify/browser/1");

    scene.passes("1/verify/unit/1");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build passed, verify running, main pending, staging pending");

    scene.passes("1/verify/browser/1");
    assertThat(scene.owed()).isEqualTo("promote 1/main/promote/1");

    scene.passes("1/main/promote/1");
    assertThat(scene.queue()).isEmpty();
    assertThat(scene.owed()).isEqualTo("run 1/staging/deploy/1");

    scene.passes("1/staging/deploy/1");
    assertThat(scene.now.changes()).isEmpty();
    assertThat(scene.change(1)).hasToString("shop#1 passed: build passed, verify passed, main passed, staging passed");
    assertThat(scene.change(1).confidence().percent()).isEqualTo(100);
  }

  @Test
  void the_history_tells_it_in_sentences() {
    promoted().passes("1/staging/deploy/1");
    assertThat(scene.notes)
        .containsExactly(
            "shop#1 integrate/a at 61000000 is to be integrated into main, asked by alice",
            "shop#1 merged with d6300000: candidate 32460900, made by git",
            "shop#1 promoted: main is now 32460900",
            "shop#1 passed");
  }

  @Test
  void the_containers_of_the_next_stage_are_made_while_one_runs() {
    scene.pushed("integrate/a", "a").merged(1, "m0");
    assertThat(scene.prepared()).isEqualTo("prepare 1/verify/unit/1, prepare 1/verify/browser/1");
    scene.fails("1/build/build/1");
    assertThat(scene.prepared()).isEmpty();
  }

  @Test
  void one_branch_at_a_time_and_the_next_is_merged_when_the_first_has_landed() {
    scene.pushed("integrate/a", "a").pushed("integrate/b", "b").pushed("integrate/c", "c");
    assertThat(scene.queue()).isEqualTo("main <- shop#1(merging) <- shop#2(waiting) <- shop#3(waiting)");
    scene.merged(1, "m0").passes("1/build/build/1").passes("1/verify/unit/1").passes("1/verify/browser/1");
    assertThat(scene.queue()).isEqualTo("main <- shop#1(passed) <- shop#2(waiting) <- shop#3(waiting)");
    scene.passes("1/main/promote/1");
    assertThat(scene.queue()).isEqualTo("main <- shop#2(merging) <- shop#3(waiting)");
  }

  @Test
  void what_is_red_by_itself_is_looked_at_once_more_and_then_fails() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1").fails("1/verify/unit/1");
    assertThat(scene.owed()).as("what else the stage runs goes on").isEqualTo("merge 1, run 1/verify/browser/1");
    scene.merged(1, "m0");
    assertThat(scene.owed()).as("only what failed runs again").isEqualTo("run 1/verify/browser/1, run 1/verify/unit/2");
    scene.passes("1/verify/browser/1").fails("1/verify/unit/2");
    assertThat(scene.change(1)).hasToString("shop#1 failed: build passed, verify failed, main pending, staging pending");
    assertThat(scene.reason(1)).startsWith("verify failed: unit: exit code 1; ");
  }

  @Test
  void what_was_red_by_chance_lands_and_its_step_is_known_to_be_flaky() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1").fails("1/verify/unit/1");
    scene.merged(1, "m0").passes("1/verify/browser/1").passes("1/verify/unit/2");
    assertThat(scene.owed()).isEqualTo("promote 1/main/promote/1");
    assertThat(scene.notes).contains("shop#1 verify/unit is flaky: it passed on the commit on which it had failed");

    scene.passes("1/main/promote/1").pushed("integrate/b", "b").merged(2, "m0+1").passes("2/build/build/1");
    scene.fails("2/verify/unit/1");
    assertThat(scene.owed()).contains("run 2/verify/unit/2").doesNotContain("merge");
    assertThat(scene.notes)
        .contains("shop#2 verify/unit is tried again: it is known to be flaky, having both passed and failed on the same commit");
  }

  @Test
  void a_failed_change_lets_the_next_one_go() {
    scene.pushed("integrate/a", "a").merged(1, "m0").failsTwice("1/build/build/1", "m0").pushed("integrate/b", "b");
    assertThat(scene.queue()).isEqualTo("main <- shop#2(merging)");
  }

  @Test
  void run_again_from_a_stage_keeps_what_came_before_when_main_has_not_moved() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1");
    scene.passes("1/verify/browser/1").failsTwice("1/verify/unit/1", "m0");

    assertThat(scene.again(1, "verify")).isEqualTo("granted shop#1");
    assertThat(scene.owed()).isEqualTo("merge 1");
    scene.merged(1, "m0");
    assertThat(scene.owed()).isEqualTo("run 1/verify/unit/3, run 1/verify/browser/3");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build passed, verify running, main pending, staging pending");
    scene.passes("1/verify/unit/3").passes("1/verify/browser/3").passes("1/main/promote/1").passes("1/staging/deploy/1");
    assertThat(scene.change(1)).hasToString("shop#1 passed: build passed, verify passed, main passed, staging passed");
    assertThat(scene.attempts(1))
        .containsExactly(
            "1/build/build/1 passed",
            "1/verify/unit/1 failed",
            "1/verify/browser/1 passed",
            "1/verify/unit/2 failed",
            "1/verify/unit/3 passed",
            "1/verify/browser/3 passed",
            "1/main/promote/1 passed",
            "1/staging/deploy/1 passed");
  }

  @Test
  void run_again_tests_everything_when_main_has_moved_since() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1");
    scene.passes("1/verify/browser/1").failsTwice("1/verify/unit/1", "m0");
    scene.again(1, "verify");
    scene.merged(1, "m1");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build running, verify pending, main pending, staging pending");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/2");
  }

  @Test
  void run_again_of_a_landed_change_needs_no_queue_and_makes_what_follows_stale() {
    promoted().passes("1/staging/deploy/1");
    assertThat(scene.again(1, "build")).isEqualTo("granted shop#1");
    assertThat(scene.queue()).isEmpty();
    assertThat(scene.change(1)).hasToString("shop#1 moving: build running, verify pending, main pending, staging pending");
    scene.passes("1/build/build/2");
    assertThat(scene.owed()).isEqualTo("run 1/verify/unit/2, run 1/verify/browser/2");
  }

  @Test
  void run_again_is_refused_with_the_stage_to_begin_with() {
    scene.pushed("integrate/a", "a").merged(1, "m0").failsTwice("1/build/build/1", "m0");
    assertThat(scene.again(1, "verify")).isEqualTo("verify needs build, which has not passed; run again from build");
    assertThat(scene.again(1, "nothing")).isEqualTo("shop has no stage nothing; it has build, verify, main, staging");
  }

  @Test
  void run_again_is_refused_while_the_branch_is_on_its_way_with_a_newer_commit() {
    scene.pushed("integrate/a", "a").merged(1, "m0").failsTwice("1/build/build/1", "m0").pushed("integrate/a", "a2");
    assertThat(scene.again(1, "build")).isEqualTo("integrate/a has moved on: shop#2 is on its way with a newer commit");
  }

  @Test
  void run_again_twice_is_refused_the_second_time() {
    scene.pushed("integrate/a", "a").merged(1, "m0").failsTwice("1/build/build/1", "m0");
    scene.again(1, "build");
    String refused = "shop#1 is in the queue, which tries it again by itself where that can help; cancel it first";
    assertThat(scene.again(1, "build")).isEqualTo(refused);
    scene.merged(1, "m0");
    assertThat(scene.again(1, "build")).isEqualTo(refused);
  }

  @Test
  void a_change_keeps_its_definition_unless_todays_is_asked_for() {
    scene.pushed("integrate/a", "a").merged(1, "m0").failsTwice("1/build/build/1", "m0");
    scene.defined(pipeline("shop", 1, "build", "lint(build)", "main!(lint)"));
    scene.again(1, "build");
    scene.merged(1, "m0").failsTwice("1/build/build/3", "m0");
    assertThat(scene.change(1)).hasToString("shop#1 failed: build failed, verify pending, main pending, staging pending");
    scene.again(1, "build", true);
    scene.merged(1, "m0");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build running, lint pending, main pending");
  }

  @Test
  void a_conflict_names_its_files_and_lets_the_next_one_go() {
    scene.pushed("integrate/a", "a").pushed("integrate/b", "b").conflicts(1, "m0", "README.md", "a b.txt");
    assertThat(scene.reason(1)).startsWith("conflicts with d6300000 in README.md, a b.txt");
    assertThat(scene.queue()).isEqualTo("main <- shop#2(merging)");
  }

  @Test
  void what_never_had_a_candidate_can_be_tried_again_from_its_first_stage() {
    scene.pushed("integrate/a", "a").conflicts(1, "m0", "README.md");
    assertThat(scene.again(1, "verify")).isEqualTo("verify needs build, which has not passed; run again from build");
    assertThat(scene.again(1, "build")).isEqualTo("granted shop#1");
    scene.merged(1, "m1");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/1");
    assertThat(scene.notes.getLast()).endsWith(", made by git");
  }

  @Test
  void a_branch_with_nothing_new_ends_at_once() {
    scene.pushed("integrate/a", "a").nothingNew(1, "m0");
    assertThat(scene.change(1)).hasToString("shop#1 passed: build pending, verify pending, main pending, staging pending");
    assertThat(scene.reason(1))
        .isEqualTo("nothing to integrate: the target, at d6300000, contains this commit already");
  }

  @Test
  void a_branch_pushed_again_supersedes_its_older_change_and_stops_what_runs() {
    scene.pushed("integrate/a", "a").merged(1, "m0").started("1/build/build/1").pushed("integrate/a", "a2");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/1, stop 1/build/build/1, merge 2");
    scene.fails("1/build/build/1");
    assertThat(scene.reason(1)).isEqualTo("superseded by shop#2: integrate/a was pushed again");
    assertThat(scene.attempts(1)).containsExactly("1/build/build/1 cancelled");
  }

  @Test
  void the_same_push_told_twice_is_one_change() {
    scene.pushed("integrate/a", "a").pushed("integrate/a", "a");
    assertThat(scene.now.changes()).hasSize(1);
  }

  @Test
  void a_branch_deleted_while_it_waits_is_cancelled() {
    scene.pushed("integrate/a", "a").pushed("integrate/b", "b").deleted("integrate/b");
    assertThat(scene.reason(2)).isEqualTo("branch integrate/b was deleted");
    assertThat(scene.change(2)).hasToString("shop#2 cancelled: build pending, verify pending, main pending, staging pending");
  }

  @Test
  void a_main_that_somebody_else_moved_means_merging_again_at_once_and_testing_everything() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1").started("1/verify/unit/1");
    scene.pushed("main", "m1");
    assertThat(scene.queue()).isEqualTo("main <- shop#1(merging)");
    assertThat(scene.owed())
        .isEqualTo("merge 1, run 1/verify/unit/1, stop 1/verify/unit/1, run 1/verify/browser/1, stop 1/verify/browser/1");
    scene.merged(1, "m1");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build running, verify pending, main pending, staging pending");
    scene.fails("1/verify/unit/1").fails("1/verify/browser/1");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build running, verify pending, main pending, staging pending");
    scene.passes("1/build/build/2").passes("1/verify/unit/2").passes("1/verify/browser/2");
    assertThat(scene.owed()).isEqualTo("promote 1/main/promote/1");
  }

  @Test
  void a_promotion_that_comes_too_late_is_not_held_against_the_change() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1");
    scene.passes("1/verify/unit/1").passes("1/verify/browser/1").tooLate("1/main/promote/1", "m1");
    assertThat(scene.owed()).isEqualTo("merge 1");
    assertThat(scene.attempts(1)).contains("1/main/promote/1 errored");
    scene.merged(1, "m1");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build running, verify pending, main pending, staging pending");
  }

  @Test
  void a_change_that_had_landed_when_main_was_pushed_flows_on() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1");
    scene.passes("1/verify/unit/1").passes("1/verify/browser/1").pushed("main", "m1").passes("1/main/promote/1");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build passed, verify passed, main passed, staging running");
  }

  @Test
  void cancelling_stops_what_runs_and_then_ends() {
    scene.pushed("integrate/a", "a").merged(1, "m0").started("1/build/build/1");
    assertThat(scene.cancel(1)).isEqualTo("granted shop#1");
    assertThat(scene.change(1)).hasToString("shop#1 cancelling: build running, verify pending, main pending, staging pending");
    assertThat(scene.cancel(1)).isEqualTo("shop#1 is being cancelled already; its running steps are told to stop");
    scene.fails("1/build/build/1");
    assertThat(scene.change(1)).hasToString("shop#1 cancelled: build cancelled, verify pending, main pending, staging pending");
    assertThat(scene.reason(1)).isEqualTo("cancelled by bob");
    assertThat(scene.cancel(1)).isEqualTo("shop#1 has ended already; there is nothing to cancel");
    assertThat(scene.again(1, "build")).isEqualTo("granted shop#1");
  }

  @Test
  void a_step_that_ran_too_long_has_failed() {
    scene.pushed("integrate/a", "a").merged(1, "m0").started("1/build/build/1").deadline("1/build/build/1");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/1, stop 1/build/build/1");
    scene.fails("1/build/build/1").merged(1, "m0").started("1/build/build/2").deadline("1/build/build/2").fails("1/build/build/2");
    assertThat(scene.reason(1)).startsWith("build failed: build: timed out after 600 s");
  }

  @Test
  void a_step_that_failed_in_time_keeps_its_fault_when_that_is_seen_too_late() {
    scene.pushed("integrate/a", "a").merged(1, "m0").started("1/build/build/1");
    var inTime = new AttemptEvent.Faulted(scene.tick(), new Fault.ExitCode(3));
    scene.deadline("1/build/build/1").tried("1/build/build/1", inTime).merged(1, "m0").fails("1/build/build/2");
    assertThat(scene.change(1).attempts().getFirst().state())
        .isInstanceOfSatisfying(AttemptState.Failed.class, failed -> assertThat(failed.fault()).isEqualTo(inTime.fault()));
  }

  @Test
  void what_is_our_fault_is_tried_again_by_itself_and_then_given_up() {
    scene.pushed("integrate/a", "a").merged(1, "m0").breaks("1/build/build/1").breaks("1/build/build/2");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build running, verify pending, main pending, staging pending");
    scene.breaks("1/build/build/3");
    assertThat(scene.change(1)).hasToString("shop#1 failed: build errored, verify pending, main pending, staging pending");
    assertThat(scene.reason(1)).isEqualTo("build errored: build: the machine is gone");
  }

  @Test
  void an_attempt_keeps_what_it_ran_in_and_an_ended_one_learns_nothing_more() {
    var image = new Image("busybox:1", "sha256:" + "0f".repeat(32));
    var other = new Image("busybox:1", "sha256:" + "1e".repeat(32));
    scene.pushed("integrate/a", "a").merged(1, "m0").started("1/build/build/1", image).passes("1/build/build/1");
    scene.started("1/build/build/1", other);
    assertThat(scene.change(1).attempts().getFirst().image()).isEqualTo(image);
  }

  @Test
  void a_step_that_had_started_is_not_tried_again_by_itself() {
    scene.pushed("integrate/a", "a").merged(1, "m0").started("1/build/build/1").breaks("1/build/build/1");
    assertThat(scene.change(1)).hasToString("shop#1 failed: build errored, verify pending, main pending, staging pending");
  }

  @Test
  void an_ended_attempt_never_changes() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1");
    var passed = scene.change(1).attempts().getFirst().state();
    scene.fails("1/build/build/1").started("1/build/build/1").breaks("1/build/build/1");
    assertThat(scene.change(1).attempts().getFirst().state()).isEqualTo(passed).isInstanceOf(AttemptState.Passed.class);
  }

  @Test
  void a_commit_that_is_not_integrated_stops_before_the_promotion() {
    assertThat(scene.check("feature/x", "x", false)).isEqualTo("granted shop#1");
    scene.passes("1/build/build/1").passes("1/verify/unit/1").passes("1/verify/browser/1");
    assertThat(scene.change(1)).hasToString("shop#1 passed: build passed, verify passed, main skipped, staging skipped");
    assertThat(scene.again(1, "staging"))
        .isEqualTo("staging does not run for shop#1: only what is integrated goes that far");
  }

  @Test
  void a_commit_of_main_goes_all_the_way() {
    scene.check("main", "m0", true);
    scene.passes("1/build/build/1").passes("1/verify/unit/1").passes("1/verify/browser/1");
    assertThat(scene.owed()).isEqualTo("promote 1/main/promote/1");
  }

  @Test
  void the_same_commit_is_not_triggered_twice_at_once() {
    scene.check("main", "m0", true);
    assertThat(scene.check("main", "m0", true))
        .isEqualTo("shop#1 is already on its way with this commit; cancel it or wait for its end");
  }

  @Test
  void a_push_starts_the_pipelines_that_follow_the_branch_and_so_does_a_promotion_by_another() {
    var docs = define("docs", null, List.of(new BranchPattern("main")), "publish");
    scene.defined(pipeline("shop", 1, "main!"), docs);
    scene.pushed("main", "m0");
    assertThat(scene.now.changes().keySet()).hasToString("[docs#1]");
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/main/promote/1");
    assertThat(scene.now.changes().keySet()).hasToString("[docs#1, docs#2]");
  }

  @Test
  void a_pipeline_that_is_no_longer_defined_takes_nothing_new_and_finishes_what_it_has() {
    scene.pushed("integrate/a", "a").merged(1, "m0").defined();
    scene.pushed("integrate/b", "b");
    assertThat(scene.now.changes()).hasSize(1);
    scene.passes("1/build/build/1");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build passed, verify running, main pending, staging pending");
    scene.defined(pipeline("shop", 1, "build")).pushed("integrate/b", "b2");
    assertThat(scene.now.changes().keySet()).as("numbers go on").hasToString("[shop#1, shop#2]");
  }

  @Test
  void stages_side_by_side_go_on_when_one_fails_and_the_change_ends_with_the_last() {
    scene.defined(pipeline("shop", 1, "build", "lint", "main!(build, lint)", "report(build)"));
    scene.pushed("integrate/a", "a").merged(1, "m0").failsTwice("1/lint/lint/1", "m0");
    assertThat(scene.queue()).isEqualTo("main <- shop#1(leaving)");
    scene.passes("1/build/build/1");
    assertThat(scene.change(1)).hasToString("shop#1 failed: build passed, lint failed, main pending, report pending");
    assertThat(scene.reason(1)).startsWith("lint failed: lint: exit code 1");
  }

  @Test
  void stages_that_the_promotion_does_not_need_run_when_it_has_landed() {
    scene.defined(pipeline("shop", 1, "build", "main!(build)", "report(build)"));
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1");
    assertThat(scene.owed()).isEqualTo("promote 1/main/promote/1");
    scene.passes("1/main/promote/1");
    assertThat(scene.owed()).isEqualTo("run 1/report/report/1");
  }

  @Test
  void places_of_the_definition_are_filled_in() {
    scene.pushed("integrate/a", "a").merged(1, "m0");
    var run = (Effect.Run) Owed.to(scene.now.changes(), scene.change(1)).getFirst();
    assertThat(run.assignment().command()).isEqualTo("./zero build 1");
    assertThat(run.assignment().environment())
        .containsEntry("AUTHOR", "alice")
        .containsEntry("MILLRACE_BRANCH", "integrate/a")
        .containsEntry("MILLRACE_COMMIT", run.assignment().commit().hex());
  }
}
