package dev.millrace.flow;

import static dev.millrace.flow.Scene.pipeline;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.queue.Target;
import org.junit.jupiter.api.Test;

/// Several branches at once: what the rules make of what the policy wants.
class QueueTest {
  private static final Target MAIN = new Target(Scene.SHOP, Scene.MAIN);

  private final Scene scene = new Scene().defined(pipeline("shop", 4, "build", "main!(build)", "deploy(main)"));

  /// Two branches, both tested: the second one on top of the first.
  private Scene two() {
    return scene.pushed("integrate/a", "a").pushed("integrate/b", "b").merged(1, "m0").merged(2, "m0");
  }

  @Test
  void the_second_is_tested_on_top_of_the_first_at_once() {
    scene.pushed("integrate/a", "a").pushed("integrate/b", "b");
    assertThat(scene.owed()).isEqualTo("merge 1, merge 1+2");
    scene.merged(1, "m0").merged(2, "m0");
    assertThat(scene.queue()).isEqualTo("main <- shop#1(testing) <- shop#2(testing shop#1+shop#2)");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/1, run 2/build/build/1");
  }

  @Test
  void what_is_pushed_at_once_is_planned_once_and_shares_candidates_from_the_beginning() {
    scene.pushedAtOnce("integrate/a", "integrate/b", "integrate/c", "integrate/d", "integrate/e", "integrate/f", "integrate/g", "integrate/h");
    assertThat(scene.owed()).isEqualTo("merge 1+2, merge 1+2+3+4, merge 1+2+3+4+5+6, merge 1+2+3+4+5+6+7+8");
    assertThat(scene.notes).startsWith("shop#1 integrate/a at " + Scene.commit("integrate/a").abbreviated() + " is to be integrated into main, asked by alice");
    scene.pushedAtOnce("integrate/a", "integrate/z");
    assertThat(scene.queue()).as("what is there already, and a new one").contains(" <- shop#9(");
  }

  @Test
  void what_the_first_became_is_what_the_second_stands_on() {
    two().passes("1/build/build/1").passes("1/main/promote/1");
    assertThat(scene.change(2).candidate().base()).isEqualTo(scene.change(1).candidate().commit());
    assertThat(scene.owed()).isEqualTo("run 1/deploy/deploy/1, run 2/build/build/1");
    scene.passes("2/build/build/1");
    assertThat(scene.owed()).isEqualTo("run 1/deploy/deploy/1, promote 2/main/promote/1");
    scene.passes("2/main/promote/1");
    assertThat(scene.queue()).isEmpty();
  }

  @Test
  void the_second_vouches_for_the_first_which_lands_with_it_and_stops() {
    two().started("1/build/build/1").passes("2/build/build/1");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/1, promote 2/main/promote/1");
    scene.passes("2/main/promote/1");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/1, stop 1/build/build/1, run 2/deploy/deploy/1");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build passed, main passed, deploy skipped");
    scene.fails("1/build/build/1");
    assertThat(scene.reason(1)).isEqualTo("landed with shop#2, whose candidate holds it and passed");
    assertThat(scene.change(1).state()).isInstanceOf(dev.millrace.change.ChangeState.Passed.class);
    assertThat(scene.again(1, "deploy")).isEqualTo("shop#1 landed with shop#2, which runs what follows; run that one again");
  }

  @Test
  void what_stands_on_something_red_is_built_again_without_it_and_nobody_is_blamed() {
    two().fails("1/build/build/1");
    assertThat(scene.change(1).ended()).isFalse();
    assertThat(scene.owed()).contains("merge 2");
    scene.merged(2, "m0").passes("2/build/build/2").passes("2/main/promote/1");
    assertThat(scene.change(2).landed()).isTrue();
    assertThat(scene.change(1).ended()).isFalse();
  }

  @Test
  void a_cancelled_change_is_taken_out_of_what_stands_on_it() {
    two();
    assertThat(scene.cancel(1)).isEqualTo("granted shop#1");
    assertThat(scene.notes).contains("shop#2 given up on shop#1, shop#2: shop#1 is no longer on the way");
    assertThat(scene.owed()).isEqualTo("run 1/build/build/1, stop 1/build/build/1, merge 2, run 2/build/build/1, stop 2/build/build/1");
    scene.fails("1/build/build/1").fails("2/build/build/1").merged(2, "m0").passes("2/build/build/2");
    assertThat(scene.owed()).isEqualTo("promote 2/main/promote/1");
  }

  @Test
  void a_branch_pushed_again_loses_its_place_and_what_stood_on_it_is_made_again() {
    two().pushed("integrate/a", "a2");
    assertThat(scene.queue()).startsWith("main <- shop#2(merging) <- shop#3(merging shop#2+shop#3)");
    assertThat(scene.reasonOrNull(1)).isNull();
    scene.fails("1/build/build/1");
    assertThat(scene.reason(1)).isEqualTo("superseded by shop#3: integrate/a was pushed again");
  }

  @Test
  void a_branch_deleted_leaves_the_others_in_their_places() {
    two().pushed("integrate/c", "c").deleted("integrate/b");
    assertThat(scene.queue()).startsWith("main <- shop#1(testing) <- shop#3(merging shop#1+shop#3)");
  }

  @Test
  void when_somebody_else_moves_main_all_is_merged_again_in_its_old_order() {
    two().pushed("main", "m1");
    assertThat(scene.owed()).contains("merge 1,").contains("merge 1+2");
    scene.merged(1, "m1").merged(2, "m1");
    assertThat(scene.queue()).isEqualTo("main <- shop#1(testing) <- shop#2(testing shop#1+shop#2)");
  }

  @Test
  void a_merge_on_a_head_that_is_no_more_is_asked_for_again() {
    scene.pushed("main", "m0").pushed("integrate/a", "a");
    var late = scene.orders(1).getFirst();
    scene.pushed("main", "m1").merged(1, "m1");
    var candidate = scene.change(1).candidate();
    scene.tell(new Event.Merged(scene.tick(), late, Scene.candidate(late, "m0"), Scene.tree(late, "m0"), "git"));
    assertThat(scene.change(1).candidate()).isEqualTo(candidate);
  }

  @Test
  void one_that_does_not_fit_on_those_ahead_waits_for_what_becomes_of_them() {
    scene.pushed("integrate/a", "a").pushed("integrate/b", "b").merged(1, "m0").conflicts(2, "m0", "tea");
    assertThat(scene.notes).contains("shop#2 conflicts with shop#1 ahead of it in tea");
    assertThat(scene.change(2).ended()).isFalse();
    scene.passes("1/build/build/1").passes("1/main/promote/1");
    assertThat(scene.owed()).contains("merge 2");
    scene.conflicts(2, "m0+1", "tea");
    assertThat(scene.reason(2)).startsWith("conflicts with ").contains(" in tea");
  }

  @Test
  void one_that_adds_nothing_to_those_ahead_is_done_when_they_have_landed() {
    scene.pushed("integrate/a", "a").pushed("integrate/b", "b").merged(1, "m0").nothingNew(2, "m0");
    assertThat(scene.change(2).ended()).isFalse();
    scene.passes("1/build/build/1").passes("1/main/promote/1").nothingNew(2, "m0+1");
    assertThat(scene.reason(2)).startsWith("nothing to integrate");
  }

  @Test
  void the_same_files_are_not_tested_twice() {
    scene.pushed("integrate/a", "a").merged(1, "m0").passes("1/build/build/1").tooLate("1/main/promote/1", "m1");
    assertThat(scene.owed()).isEqualTo("merge 1");
    var order = scene.orders(1).getFirst();
    scene.tell(new Event.Merged(scene.tick(), order, Scene.candidate(order, "m1"), Scene.tree(order, "m0"), "git"));
    assertThat(scene.owed()).isEqualTo("promote 1/main/promote/2");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build passed, main running, deploy pending");
    assertThat(scene.notes.toString()).contains("the same files passed as shop#1, so nothing has to run again");
    scene.passes("1/main/promote/2");
    assertThat(scene.change(1)).hasToString("shop#1 moving: build passed, main passed, deploy running");
  }

  @Test
  void a_held_queue_starts_nothing_and_lands_nothing_until_it_is_released() {
    scene.pushed("integrate/a", "a").merged(1, "m0");
    assertThat(scene.hold(MAIN, "the release is being cut")).isEqualTo("granted");
    scene.passes("1/build/build/1").pushed("integrate/b", "b");
    assertThat(scene.owed()).isEmpty();
    assertThat(scene.hold(MAIN, "again")).isEqualTo("the queue of shop:main is held already, by bob: the release is being cut");
    assertThat(scene.release(MAIN)).isEqualTo("granted");
    assertThat(scene.owed()).contains("promote 1/main/promote/1");
    assertThat(scene.release(MAIN)).isEqualTo("the queue of shop:main is not held");
    assertThat(scene.notes).contains("shop#1 the queue is held by bob: the release is being cut", "shop#1 the queue is released by bob");
  }

  @Test
  void holding_wants_a_reason_and_a_queue() {
    assertThat(scene.hold(MAIN, " ")).isEqualTo("say why the queue is to be held, for those who wait for it");
    assertThat(scene.hold(new Target(Scene.SHOP, new dev.millrace.pipeline.BranchName("next")), "x"))
        .isEqualTo("no pipeline integrates into shop:next");
  }

  @Test
  void one_that_is_moved_up_is_the_first() {
    scene.defined(pipeline("shop", 1, "build", "main!(build)"));
    scene.pushed("integrate/a", "a").merged(1, "m0").pushed("integrate/b", "b").pushed("integrate/c", "c");
    assertThat(scene.up(3, "it mends the build")).isEqualTo("granted shop#3");
    assertThat(scene.notes).contains("shop#3 moved up to the front by bob: it mends the build");
    assertThat(scene.queue()).startsWith("main <- shop#3(");
    assertThat(scene.up(3, "")).isEqualTo("shop#3 is the first of its queue already");
    assertThat(scene.up(9, "")).isEqualTo("shop#9 is not in a queue");
  }

  @Test
  void one_that_is_cancelled_while_it_lands_had_landed_already() {
    two().passes("2/build/build/1");
    assertThat(scene.cancel(1)).isEqualTo("granted shop#1");
    scene.fails("1/build/build/1");
    assertThat(scene.change(1).ended()).as("what becomes of the landing is not known yet").isFalse();
    scene.passes("2/main/promote/1");
    assertThat(scene.reason(1)).isEqualTo("cancelled by bob; it had landed already");
  }

  @Test
  void one_that_is_cancelled_while_it_lands_is_only_cancelled_when_the_landing_came_too_late() {
    two().passes("2/build/build/1");
    scene.cancel(1);
    scene.fails("1/build/build/1").tooLate("2/main/promote/1", "m1");
    assertThat(scene.reason(1)).isEqualTo("cancelled by bob");
    assertThat(scene.owed()).isEqualTo("merge 2");
  }

  @Test
  void the_promotion_that_was_told_after_the_push_of_its_own_commit_is_the_same_landing() {
    two().passes("1/build/build/1");
    scene.tell(
        new Event.BranchMoved(
            scene.tick(), Scene.SHOP, Scene.MAIN,
            new dev.millrace.change.Commit(scene.change(1).candidate().commit(), "merged", "ada"), "taken up at the start"));
    scene.passes("1/main/promote/1");
    assertThat(scene.change(1).landed()).isTrue();
    assertThat(scene.owed()).isEqualTo("run 1/deploy/deploy/1, run 2/build/build/1");
  }

  @Test
  void changes_of_another_definition_wait_until_those_before_them_have_gone() {
    scene.pushed("integrate/a", "a").merged(1, "m0");
    scene.defined(pipeline("shop", 4, "build", "lint(build)", "main!(lint)")).pushed("integrate/b", "b");
    assertThat(scene.queue()).isEqualTo("main <- shop#1(testing) <- shop#2(waiting)");
    scene.passes("1/build/build/1").passes("1/main/promote/1");
    assertThat(scene.owed()).contains("merge 2");
  }
}
