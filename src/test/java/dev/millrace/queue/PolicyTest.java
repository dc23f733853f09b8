package dev.millrace.queue;

import static dev.millrace.queue.Desk.queue;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What the queue does, step by step: what happened, what was done about it; then main and what runs.
class PolicyTest {
  @Test
  void what_passes_lands() {
    Desk desk =
        queue(8).arrives("A").passes("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                A passes: land A
                = main+A |""");
    assertThat(desk.reasons()).contains("A passed");
  }

  @Test
  void what_fails_alone_is_looked_at_twice_and_then_refused() {
    Desk desk =
        queue(8).arrives("A").fails("A").fails("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                A fails: try A
                A fails: refuse A
                = main |""");
    assertThat(desk.reasons()).contains("A failed twice, with nothing else to blame");
    assertThat(desk.reasons()).contains("A failed by itself; it is tried by itself once more");
  }

  @Test
  void a_flake_is_recovered_by_the_second_look() {
    Desk desk =
        queue(8).arrives("A").fails("A").passes("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                A fails: try A
                A passes: land A
                = main+A |""");
  }

  @Test
  void each_is_tried_on_top_of_all_ahead_of_it() {
    Desk desk =
        queue(8).arrives("A", "B", "C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                = main | A A+B A+B+C""");
    assertThat(desk.reasons()).contains("C on top of A and B");
  }

  @Test
  void a_green_candidate_lands_all_that_it_holds() {
    Desk desk =
        queue(8).arrives("A", "B", "C").passes("A+B+C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A+B+C passes: land A+B+C
                = main+A+B+C |""");
    assertThat(desk.reasons()).contains("A, B and C passed together");
  }

  @Test
  void results_out_of_order_land_what_they_can() {
    Desk desk =
        queue(8).arrives("A", "B", "C").passes("A+B").passes("C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A+B passes: land A+B
                C passes: land C
                = main+A+B+C |""");
  }

  @Test
  void a_failure_at_the_head_has_the_others_go_on_without_it() {
    Desk desk =
        queue(8).arrives("A", "B", "C").fails("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A fails: try B, try B+C, try A
                = main | A B A+B B+C A+B+C""");
    assertThat(desk.reasons()).contains("B on the target's head, without A, which failed by itself");
    assertThat(desk.reasons())
        .contains("A failed by itself; it is tried by itself once more while the others go on without it");
  }

  @Test
  void the_head_is_refused_and_the_others_land() {
    Desk desk =
        queue(8).arrives("A", "B", "C").fails("A").fails("A").passes("B+C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A fails: try B, try B+C, try A
                A fails: refuse A, drop A+B, drop A+B+C
                B+C passes: land B+C
                = main+B+C |""");
  }

  @Test
  void the_head_is_a_flake_and_lands_behind_the_others() {
    Desk desk =
        queue(8).arrives("A", "B").fails("A").passes("B").passes("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A fails: try B, try A
                B passes: land B
                A passes: drop A, try A
                = main+B | A""");
  }

  @Test
  void a_failure_in_the_middle() {
    Desk desk =
        queue(8)
            .arrives("A", "B", "C")
            .passes("A")
            .fails("B")
            .fails("B")
            .passes("C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A passes: land A
                B fails: try C, try B
                B fails: refuse B, drop B+C
                C passes: land C
                = main+A+C |""");
    assertThat(desk.reasons()).contains("it holds B, which is refused");
  }

  @Test
  void a_failure_at_the_end_blames_nobody_before_those_ahead_are_known() {
    Desk desk =
        queue(8).arrives("A", "B", "C").fails("A+B+C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A+B+C fails: try A+C, try B, try B+C
                = main | A B A+B A+C B+C""");
    assertThat(desk.reasons()).contains("C on top of A, in case B does not pass");
  }

  @Test
  void those_ahead_pass_so_the_last_one_is_to_blame() {
    Desk desk =
        queue(8)
            .arrives("A", "B", "C")
            .fails("A+B+C")
            .passes("A+B")
            .fails("C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A+B+C fails: try A+C, try B, try B+C
                A+B passes: land A+B
                C fails: refuse C, drop C
                = main+A+B |""");
  }

  @Test
  void with_everything_red_together_the_innocent_are_not_refused() {
    Desk desk =
        queue(8).arrives("A", "B").fails("A+B").fails("A").passes("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A+B fails: try B
                A fails: try A
                B passes: land B, refuse A, drop A
                = main+B |""");
  }

  @Test
  void what_failed_with_another_that_has_landed_and_then_by_itself_is_refused() {
    Desk desk =
        queue(8).arrives("A", "B").fails("A+B").passes("B").fails("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A+B fails: try B
                B passes: land B
                A fails: refuse A
                = main+B |""");
  }

  @Test
  void of_two_that_do_not_go_together_the_first_to_pass_lands() {
    Desk desk =
        queue(8).arrives("A", "B").fails("A+B").passes("A").fails("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A+B fails: try B
                A passes: land A
                B fails: refuse B
                = main+A |""");
  }

  @Test
  void a_merge_conflict_blocks_until_the_one_ahead_lands_and_then_refuses() {
    Desk desk =
        queue(8).arrives("A", "B").conflicts("A+B").passes("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A+B conflicts: nothing
                A passes: land A, refuse B
                = main+A |""");
    assertThat(desk.reasons()).contains("B does not merge onto the target: it conflicts with what has landed");
  }

  @Test
  void a_merge_conflict_is_forgotten_when_the_one_ahead_is_cancelled() {
    Desk desk =
        queue(8).arrives("A", "B").conflicts("A+B").cancelled("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A+B conflicts: nothing
                A is cancelled: try B
                = main | B""");
  }

  @Test
  void a_merge_conflict_is_forgotten_when_the_one_ahead_is_refused() {
    Desk desk =
        queue(8).arrives("A", "B").conflicts("A+B").fails("A").fails("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A+B conflicts: nothing
                A fails: try B, try A
                A fails: refuse A
                = main | B""");
  }

  @Test
  void others_go_on_around_a_merge_conflict() {
    Desk desk =
        queue(8).arrives("A", "B").conflicts("A+B").arrives("C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A+B conflicts: nothing
                C arrives: try A+C
                = main | A A+C""");
    assertThat(desk.reasons()).contains("C on top of A, without B, which does not merge onto those ahead of it");
  }

  @Test
  void a_conflict_with_the_target_is_refused_at_once() {
    Desk desk =
        queue(8).arrives("A").conflicts("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                A conflicts: refuse A
                = main |""");
  }

  @Test
  void what_stands_on_a_cancelled_change_is_made_anew_without_it() {
    Desk desk =
        queue(8).arrives("A", "B", "C").cancelled("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                B is cancelled: try A+C
                = main | A A+C""");
  }

  @Test
  void when_the_head_is_cancelled_all_others_are_made_anew() {
    Desk desk =
        queue(8).arrives("A", "B", "C").cancelled("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A is cancelled: try B, try B+C
                = main | B B+C""");
  }

  @Test
  void cancelling_the_last_one_leaves_the_others_alone() {
    Desk desk =
        queue(8).arrives("A", "B").cancelled("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                B is cancelled: nothing
                = main | A""");
  }

  @Test
  void somebody_moves_the_target_and_all_are_made_anew_on_it() {
    Desk desk =
        queue(8).arrives("A", "B").mainMoves();
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                main moves: drop A, drop A+B, try A, try A+B
                = main | A A+B""");
    assertThat(desk.reasons()).contains("the target has moved on without it");
  }

  @Test
  void what_passed_on_an_earlier_head_does_not_land() {
    Desk desk =
        queue(8).arrives("A").hold().passes("A").mainMoves().release();
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                held: nothing
                A passes: nothing
                main moves: nothing
                released: try A
                = main | A""");
  }

  @Test
  void a_second_look_goes_on_when_the_target_moves() {
    Desk desk =
        queue(8).arrives("A", "B").fails("A").passes("B").fails("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A fails: try B, try A
                B passes: land B
                A fails: refuse A, drop A
                = main+B |""");
  }

  @Test
  void held_nothing_starts_and_nothing_lands() {
    Desk desk =
        queue(8).arrives("A").hold().passes("A").arrives("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                held: nothing
                A passes: nothing
                B arrives: nothing
                = main |""");
  }

  @Test
  void released_it_goes_on_where_it_was() {
    Desk desk =
        queue(8).arrives("A").hold().passes("A").arrives("B").release();
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                held: nothing
                A passes: nothing
                B arrives: nothing
                released: land A, try B
                = main+A | B""");
  }

  @Test
  void held_a_change_that_fails_twice_is_told_so_all_the_same() {
    Desk desk =
        queue(8).arrives("A").fails("A").hold().fails("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                A fails: try A
                held: nothing
                A fails: refuse A
                = main |""");
  }

  @Test
  void short_of_room_several_share_a_candidate() {
    Desk desk =
        queue(2).arriveTogether("A", "B", "C", "D", "E", "F");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A, B, C, D, E, F arrive: try A+B+C, try A+B+C+D+E+F
                = main | A+B+C A+B+C+D+E+F""");
    assertThat(desk.reasons()).contains("A, B and C together, because there is room for 2 only");
  }

  @Test
  void a_red_group_is_halved() {
    Desk desk =
        queue(1).arriveTogether("A", "B", "C", "D").fails("A+B+C+D");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A, B, C, D arrive: try A+B+C+D
                A+B+C+D fails: try A+B
                = main | A+B""");
  }

  @Test
  void a_group_is_bisected_down_to_the_bad_one() {
    Desk desk =
        queue(1)
            .arriveTogether("A", "B", "C", "D")
            .fails("A+B+C+D")
            .passes("A+B")
            .fails("C")
            .passes("D");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A, B, C, D arrive: try A+B+C+D
                A+B+C+D fails: try A+B
                A+B passes: land A+B, try C
                C fails: try D
                D passes: land D, refuse C
                = main+A+B+D |""");
  }

  @Test
  void no_group_is_larger_than_the_batch() {
    Desk desk =
        queue(1).batch(2).arriveTogether("A", "B", "C", "D");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A, B, C, D arrive: try A+B
                = main | A+B""");
  }

  @Test
  void with_batch_one_each_candidate_adds_one_change() {
    Desk desk =
        queue(4).batch(1).arriveTogether("A", "B", "C", "D", "E");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A, B, C, D, E arrive: try A, try A+B, try A+B+C, try A+B+C+D
                = main | A A+B A+B+C A+B+C+D""");
  }

  @Test
  void room_for_one_goes_one_after_the_other() {
    Desk desk =
        queue(1).batch(1).arrives("A", "B").passes("A").passes("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: nothing
                A passes: land A, try B
                B passes: land B
                = main+A+B |""");
  }

  @Test
  void every_commit_is_tested_by_itself() {
    Desk desk =
        queue(8)
            .everyCommit()
            .arrives("A", "B", "C")
            .passes("A+B+C")
            .passes("A")
            .passes("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A+B+C passes: nothing
                A passes: land A
                B passes: land B, land C
                = main+A+B+C |""");
  }

  @Test
  void every_commit_and_the_last_one_fails() {
    Desk desk =
        queue(8)
            .everyCommit()
            .arrives("A", "B")
            .fails("A+B")
            .passes("A")
            .fails("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A+B fails: try B
                A passes: land A
                B fails: refuse B
                = main+A |""");
  }

  @Test
  void an_urgent_one_does_not_throw_away_what_runs() {
    Desk desk =
        queue(8).arrives("A", "B").progresses("A+B", 0.5).arrivesFirst("U");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                U arrives, first: try A+B+U
                = main | A A+B A+B+U""");
    assertThat(desk.reasons()).contains("U on top of A and B");
  }

  @Test
  void an_urgent_one_is_tried_before_those_that_wait() {
    Desk desk =
        queue(1).batch(1).arrives("A", "B").arrivesFirst("U").passes("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: nothing
                U arrives, first: nothing
                A passes: land A, try U
                = main+A | U""");
  }

  @Test
  void one_that_is_likely_to_fail_starts_in_the_side_lane() {
    Desk desk =
        queue(8).risk(0.7).arrives("A").risk(0.05).arrives("B");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try B, try A+B
                = main | A B A+B""");
    assertThat(desk.reasons()).contains("A is likely to fail; it is tried by itself");
  }

  @Test
  void one_that_is_to_be_feared_more_than_the_others_is_below_none_of_them() {
    Desk desk =
        queue(8).arrives("A").risk(0.3).arrives("B").risk(0.05).arrives("C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try B
                C arrives: try A+C
                = main | A B A+C""");
    assertThat(desk.reasons()).contains("B is likely to fail; it is tried by itself while the others go on without it");
    assertThat(desk.reasons()).contains("C on top of A, without B, which is likely to fail");
  }

  @Test
  void where_all_are_likely_to_fail_they_are_tried_on_top_of_each_other() {
    Desk desk = queue(8).risk(0.3).arrives("A", "B", "C");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B, try B
                C arrives: try A+B+C, try B+C, try A+C
                = main | A B A+B A+C B+C A+B+C""");
  }

  @Test
  void a_restart_changes_nothing() {
    Desk desk =
        queue(8).arrives("A", "B", "C").fails("A+B+C").restarts();
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                C arrives: try A+B+C
                A+B+C fails: try A+C, try B, try B+C
                restart: nothing
                = main | A B A+B A+C B+C""");
  }

  @Test
  void where_flakes_are_frequent_one_red_is_little_evidence() {
    Desk desk =
        queue(8).flakiness(0.2).arrives("A", "B").fails("A");
    assertThat(desk + "\n= " + desk.state().strip())
        .isEqualTo(
            """
                A arrives: try A
                B arrives: try A+B
                A fails: try B, try B+A
                = main | B A+B B+A""");
  }
}
