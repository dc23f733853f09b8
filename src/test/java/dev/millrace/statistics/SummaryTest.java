package dev.millrace.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class SummaryTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  private static Summary of(int... seconds) {
    return new Summary(
        IntStream.range(0, seconds.length)
            .mapToObj(at -> new Trial(NOON.plusSeconds(at), Duration.ofSeconds(seconds[at]), seconds[at] % 2 == 0))
            .toList());
  }

  @Test
  void without_trials_there_is_nothing_to_say() {
    assertThat(Summary.NONE.count()).isZero();
    assertThat(Summary.NONE.failureRate()).isEmpty();
    assertThat(Summary.NONE.median()).isEmpty();
    assertThat(Summary.NONE.percentile(95)).isEmpty();
    assertThat(Summary.NONE.last(30)).isEmpty();
  }

  @Test
  void the_median_is_in_the_middle_and_the_lower_of_two() {
    assertThat(of(9, 1, 5).median()).contains(Duration.ofSeconds(5));
    assertThat(of(9, 1, 5, 3).median()).contains(Duration.ofSeconds(3));
  }

  @Test
  void a_percentile_is_the_nearest_rank() {
    int[] hundred = IntStream.rangeClosed(1, 100).toArray();
    assertThat(of(hundred).percentile(95)).contains(Duration.ofSeconds(95));
    assertThat(of(hundred).percentile(1)).contains(Duration.ofSeconds(1));
    assertThat(of(hundred).percentile(100)).contains(Duration.ofSeconds(100));
    assertThat(of(15, 20, 35, 40, 50).percentile(30)).contains(Duration.ofSeconds(20));
    assertThat(of(15, 20, 35, 40, 50).percentile(95)).contains(Duration.ofSeconds(50));
    assertThatIllegalArgumentException().isThrownBy(() -> of(1).percentile(0));
    assertThatIllegalArgumentException().isThrownBy(() -> of(1).percentile(101));
  }

  @Test
  void the_failure_rate_is_the_share_that_did_not_pass() {
    assertThat(of(1, 2, 4, 6).failureRate()).contains(0.25);
    assertThat(of(2).failureRate()).contains(0.0);
    assertThat(of(1).failureRate()).contains(1.0);
  }

  @Test
  void the_last_ones_are_at_the_end_oldest_first() {
    assertThat(of(1, 2, 3).last(2)).isEqualTo(of(1, 2, 3).trials().subList(1, 3));
    assertThat(of(1, 2, 3).last(9)).isEqualTo(of(1, 2, 3).trials());
    assertThat(of(1, 2, 3).last(0)).isEmpty();
  }

  @RepeatedTest(50)
  void at_least_the_percentage_lies_at_or_below_a_percentile_and_not_without_it(RepetitionInfo seed) {
    var random = new Random(seed.getCurrentRepetition());
    int[] seconds = random.ints(1 + random.nextInt(200), 0, 100).toArray();
    for (int percent = 1; percent <= 100; percent++) {
      Duration found = of(seconds).percentile(percent).orElseThrow();
      long below = IntStream.of(seconds).filter(one -> one < found.toSeconds()).count();
      long upTo = IntStream.of(seconds).filter(one -> one <= found.toSeconds()).count();
      assertThat(upTo * 100).isGreaterThanOrEqualTo((long) percent * seconds.length);
      assertThat(below * 100).isLessThan((long) percent * seconds.length);
    }
  }

  @RepeatedTest(50)
  void neither_percentiles_nor_the_failure_rate_depend_on_the_order(RepetitionInfo seed) {
    var random = new Random(seed.getCurrentRepetition());
    Summary summary = of(random.ints(1 + random.nextInt(50), 0, 100).toArray());
    List<Trial> shuffled = new ArrayList<>(summary.trials());
    Collections.shuffle(shuffled, random);
    assertThat(new Summary(shuffled).percentile(95)).isEqualTo(summary.percentile(95));
    assertThat(new Summary(shuffled).failureRate()).isEqualTo(summary.failureRate());
    assertThat(summary.failureRate().orElseThrow()).isBetween(0.0, 1.0);
    assertThat(summary.percentile(100).orElseThrow()).isGreaterThanOrEqualTo(summary.median().orElseThrow());
  }
}
