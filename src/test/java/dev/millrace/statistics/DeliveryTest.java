package dev.millrace.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.statistics.Delivery.Outage;
import dev.millrace.statistics.Journey.Ending;
import dev.millrace.statistics.StepFigures.Flake;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeliveryTest {
  /// A Saturday.
  private static final Instant NOW = Instant.parse("2026-11-21T14:30:00Z");
  private static final Period MONTH = Period.ofDays(30, NOW);
  private static final StageName VERIFY = new StageName("verify");
  private static final StageName STAGING = new StageName("staging");

  private static Instant ago(int minutes) {
    return NOW.minus(Duration.ofMinutes(minutes));
  }

  private static ChangeTrial trial(int change, int ago, boolean passed) {
    return ChangeTrial.of(change, ago(ago + 5), ago(ago), passed);
  }

  private static Past past(int every, List<Journey> journeys, List<ChangeTrial> staging) {
    return new Past(MONTH, 10, every, journeys, Map.of(STAGING, staging), List.of());
  }

  @Test
  void buckets_begin_at_round_times() {
    assertThat(Period.ofDays(7, NOW)).isEqualTo(new Period(7, Instant.parse("2026-11-14T18:00:00Z"), NOW, Grain.QUARTER_DAY, 28));
    assertThat(MONTH).isEqualTo(new Period(30, Instant.parse("2026-10-23T00:00:00Z"), NOW, Grain.DAY, 30));
    assertThat(Period.ofDays(90, NOW)).isEqualTo(new Period(90, Instant.parse("2026-08-24T00:00:00Z"), NOW, Grain.WEEK, 13));
    assertThat(Period.ofDays(365, NOW)).isEqualTo(new Period(365, Instant.parse("2025-11-24T00:00:00Z"), NOW, Grain.WEEK, 52));
    for (int days : Period.DAYS) {
      Period period = Period.ofDays(days, NOW);
      for (int at = 0; at < period.buckets(); at++) {
        Instant start = period.starts().get(at);
        assertThat(period.bucket(start)).isEqualTo(at);
        assertThat(period.bucket(start.minusNanos(1))).isEqualTo(at - 1);
      }
      assertThat(period.bucket(NOW)).isEqualTo(period.buckets() - 1);
    }
  }

  @Test
  void figures_are_those_of_sorting_and_counting() {
    var random = new Random(3);
    for (int many = 0; many < 60; many++) {
      List<ChangeTrial> trials = IntStream.range(0, many).mapToObj(at -> ChangeTrial.of(at + 1, NOW, NOW.plusSeconds(random.nextInt(1000)), random.nextInt(4) > 0)).toList();
      List<Duration> passed = trials.stream().filter(ChangeTrial::passed).map(ChangeTrial::duration).sorted().toList();
      Tally figures = Tally.of(trials);
      assertThat(figures.trials()).isEqualTo(many);
      assertThat(figures.failed()).isEqualTo(many - passed.size());
      assertThat(figures.median()).isEqualTo(passed.isEmpty() ? null : passed.get((int) Math.ceil(passed.size() * 0.5) - 1));
      assertThat(figures.percentile95()).isEqualTo(passed.isEmpty() ? null : passed.get((int) Math.ceil(passed.size() * 0.95) - 1));
      assertThat(figures.slowest() == 0 ? null : trials.get(figures.slowest() - 1).duration()).isEqualTo(passed.isEmpty() ? null : passed.getLast());
    }
  }

  @Test
  void a_trial_lies_in_the_bucket_of_its_end_and_those_outside_are_left_out() {
    Series series = Series.of(List.of(trial(1, 60, true), trial(2, 24 * 60, false), trial(3, 60 * 24 * 40, true)), MONTH);
    assertThat(series.whole()).isEqualTo(new Tally(2, 1, Duration.ofMinutes(5), Duration.ofMinutes(5), 1, 2));
    assertThat(series.buckets()).hasSize(30);
    assertThat(series.buckets().get(29)).isEqualTo(new Tally(1, 0, Duration.ofMinutes(5), Duration.ofMinutes(5), 1, 0));
    assertThat(series.buckets().get(28)).isEqualTo(new Tally(1, 1, null, null, 0, 2));
    assertThat(series.buckets().subList(0, 28)).containsOnly(Tally.NONE);
  }

  @Test
  void lead_and_queue_times_and_failures_are_counted() {
    List<Journey> journeys =
        List.of(
            new Journey(1, ago(100), ago(98), ago(80), Ending.PASSED, ago(70)),
            new Journey(2, ago(100), ago(90), ago(60), Ending.FAILED, ago(50)),
            new Journey(3, ago(90), ago(80), null, Ending.FAILED, ago(40)),
            new Journey(4, ago(90), null, null, Ending.CANCELLED, ago(40)),
            new Journey(5, ago(10), null, null, Ending.OPEN, ago(10)));
    Delivery delivery = Delivery.of(past(1, journeys, List.of()), List.of(STAGING));
    assertThat(delivery.lead().whole()).isEqualTo(new Tally(2, 0, Duration.ofMinutes(20), Duration.ofMinutes(40), 2, 0));
    assertThat(delivery.queueing().whole().median()).isEqualTo(Duration.ofMinutes(10));
    assertThat(delivery.promotions()).isEqualTo(2);
    assertThat(List.of(delivery.integrated(), delivery.judged(), delivery.turnedAway(), delivery.failedAfter())).containsExactly(5, 3, 1, 1);
    assertThat(delivery.failureRate()).contains(2 / 3.0);
    assertThat(delivery.judgedByBucket().getLast()).isEqualTo(3);
    assertThat(delivery.failedByBucket().getLast()).isEqualTo(2);
  }

  @Test
  void an_outage_lasts_from_the_first_red_to_the_next_green() {
    List<ChangeTrial> staging = List.of(trial(1, 100, true), trial(2, 90, false), trial(3, 80, false), trial(4, 60, true), trial(5, 50, true), trial(6, 20, false));
    Delivery delivery = Delivery.of(past(1, List.of(), staging), List.of(STAGING));
    assertThat(delivery.outages()).containsExactly(new Outage(STAGING, 2, ago(90), ago(60), 4), new Outage(STAGING, 6, ago(20), null, 0));
    assertThat(delivery.timeToRestore()).contains(Duration.ofMinutes(30));
    assertThat(Delivery.of(past(1, List.of(), staging), List.of()).outages()).isEmpty();
    assertThat(Delivery.of(past(2, List.of(), staging), List.of(STAGING)).outages()).isNull();
    assertThat(Delivery.of(past(1, List.of(), List.of()), List.of(STAGING)).timeToRestore()).isEmpty();
  }

  private static Worked worked(int change, String step, int number, String definition, int seconds, boolean passed) {
    Instant start = ago(1000 - change * 10 - number);
    return new Worked(change, VERIFY, new StepName(step), number, "c" + change, definition, start, start.plusSeconds(seconds), passed);
  }

  @Test
  void a_step_is_flaky_when_the_same_commit_and_definition_gave_both_results() {
    var worked = new ArrayList<Worked>();
    worked.add(worked(1, "unit", 1, "d1", 30, false));
    worked.add(worked(1, "unit", 2, "d1", 30, true));
    worked.add(worked(2, "unit", 1, "d1", 30, false));
    worked.add(worked(2, "unit", 2, "d2", 30, true));
    worked.add(worked(3, "unit", 1, "d1", 30, true));
    worked.add(worked(3, "browser", 1, "d1", 60, false));
    worked.add(worked(4, "browser", 1, "d1", 60, true));
    List<StepFigures> figures = StepFigures.of(worked);
    assertThat(figures).extracting(one -> one.step().text() + " " + one.worked().toSeconds() + " " + one.flakes())
        .containsExactly("unit 150 " + List.of(new Flake(1, "c1", 1, 2)), "browser 120 []");
    assertThat(figures.getFirst().share()).isEqualTo(150 / 270.0);
    assertThat(figures.getFirst().last()).isEqualTo(4 / 6.0);
    assertThat(figures.getLast().last()).isEqualTo(2 / 6.0);
    assertThat(StepFigures.of(List.of())).isEmpty();
  }
}
