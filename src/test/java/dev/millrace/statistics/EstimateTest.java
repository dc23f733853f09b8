package dev.millrace.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.statistics.Estimate.Known;
import dev.millrace.statistics.Estimate.Overdue;
import dev.millrace.statistics.Estimate.Unknown;
import java.time.Duration;
import java.time.Instant;
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
}
