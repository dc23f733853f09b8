package dev.millrace.statistics;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ChangePointsTest {
  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");
  private static final int MANY = 300;
  private static final int SIMULATIONS = 1000;

  private static ChangeTrial trial(int at, double seconds, boolean passed) {
    return new ChangeTrial(100 + at, new Trial(START.plusSeconds(3600L * at), Duration.ofMillis((long) (seconds * 1000)), passed));
  }

  private static List<ChangeTrial> trials(int many, IntFunction<ChangeTrial> each) {
    return IntStream.range(0, many).mapToObj(each).toList();
  }

  /// Lognormal durations of about 90 seconds that become others by a factor at the end.
  private static List<ChangeTrial> lognormal(Random random, double spread, int many, int after, double factor) {
    return trials(many, at -> trial(at, 90 * Math.exp(random.nextGaussian() * spread) * (at >= many - after ? factor : 1), true));
  }

  private static List<ChangeTrial> failing(Random random, double rate, int many, int after, double then) {
    return trials(many, at -> trial(at, 60, random.nextDouble() >= (at >= many - after ? then : rate)));
  }

  private static String said(List<Shift> shifts) {
    return shifts.stream()
        .map(
            shift ->
                switch (shift) {
                  case Shift.OfDuration its -> its.kind() + " at " + its.change() + ": " + its.from().toSeconds() + "s, " + its.to().toSeconds() + "s";
                  case Shift.OfFailures its -> String.format(java.util.Locale.ROOT, "%s at %d: %.2f, %.2f", its.kind(), its.change(), its.from(), its.to());
                })
        .collect(Collectors.joining("; "));
  }

  @Test
  void a_step_up_is_found_where_it_is() {
    assertThat(said(ChangePoints.of(trials(40, at -> trial(at, at < 25 ? 90 + at % 5 : 130 + at % 5, true)))))
        .isEqualTo("SLOWER at 125: 92s, 132s");
  }

  @Test
  void a_step_down_is_found_where_it_is() {
    assertThat(said(ChangePoints.of(trials(40, at -> trial(at, at < 25 ? 130 + at % 5 : 90 + at % 5, true)))))
        .isEqualTo("FASTER at 125: 132s, 92s");
  }

  @Test
  void up_and_down_again_are_two_shifts() {
    assertThat(said(ChangePoints.of(trials(90, at -> trial(at, (at / 30 == 1 ? 130 : 90) + at % 7, true)))))
        .isEqualTo("SLOWER at 130: 93s, 133s; FASTER at 160: 133s, 93s");
  }

  @Test
  void what_does_not_matter_is_not_told() {
    assertThat(ChangePoints.of(trials(200, at -> trial(at, at < 100 ? 100 : 105, true)))).as("less than a tenth").isEmpty();
    assertThat(ChangePoints.of(trials(200, at -> trial(at, at < 100 ? 2 : 2.9, true)))).as("less than a second").isEmpty();
    assertThat(ChangePoints.of(trials(200, at -> trial(at, at < 100 ? 2 : 3.1, true)))).hasSize(1);
  }

  @Test
  void a_few_odd_ones_are_no_change() {
    assertThat(ChangePoints.of(trials(100, at -> trial(at, at > 50 && at < 56 ? 900 : 90 + at % 9, true)))).isEmpty();
  }

  @Test
  void too_few_trials_say_nothing() {
    assertThat(ChangePoints.of(List.of())).isEmpty();
    assertThat(ChangePoints.of(trials(19, at -> trial(at, at < 10 ? 1 : 100, true)))).isEmpty();
    assertThat(ChangePoints.of(trials(20, at -> trial(at, at < 10 ? 1 : 100, true)))).hasSize(1);
    assertThat(ChangePoints.of(trials(19, at -> trial(at, 60, at < 9)))).isEmpty();
  }

  @Test
  void trials_that_are_all_alike_have_not_changed() {
    assertThat(ChangePoints.of(trials(300, at -> trial(at, 60, true)))).isEmpty();
    assertThat(ChangePoints.of(trials(300, at -> trial(at, 60, false)))).isEmpty();
  }

  @Test
  void durations_of_failures_do_not_count() {
    assertThat(ChangePoints.durations(trials(200, at -> trial(at, at % 4 == 0 && at > 100 ? 5 : 90 + at % 3, at % 4 != 0)))).isEmpty();
  }

  @Test
  void failures_that_become_many_or_few_are_found() {
    assertThat(said(ChangePoints.of(trials(120, at -> trial(at, 60, at < 80 || at % 2 == 0))))).isEqualTo("FLAKIER at 181: 0.00, 0.51");
    assertThat(said(ChangePoints.of(trials(120, at -> trial(at, 60, at >= 40 || at % 2 == 0))))).isEqualTo("STEADIER at 140: 0.50, 0.00");
  }

  @Test
  void the_newest_shift_is_the_verdict() {
    assertThat(ChangePoints.newest(trials(90, at -> trial(at, (at / 30 == 1 ? 130 : 90) + at % 7, true))).map(Shift::kind))
        .contains(Shift.Kind.FASTER);
  }

  /// All orders of 4 failures among 24 outcomes, tried one by one: the share that look as changed is what is told.
  @Test
  void the_chance_of_failures_is_exact() {
    int many = 24;
    var chances = new ArrayList<Double>();
    for (int bits = 0; bits < 1 << many; bits++) {
      if (Integer.bitCount(bits) == 4) {
        int order = bits;
        chances.add(ChangePoints.chanceOfFailures(trials(many, at -> trial(at, 60, (order >> at & 1) == 0))));
      }
    }
    double[] sorted = chances.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    for (int at = 0; at < sorted.length; at++) {
      int alike = at;
      while (alike + 1 < sorted.length && sorted[alike + 1] - sorted[at] < 1e-9) {
        alike++;
      }
      assertThat(sorted[at]).isCloseTo((alike + 1.0) / sorted.length, org.assertj.core.data.Offset.offset(1e-9));
      at = alike;
    }
  }

  private static double share(int many, java.util.function.IntPredicate holds) {
    return IntStream.range(0, many).parallel().filter(holds).count() / (double) many;
  }

  @Test
  void durations_that_never_changed_are_called_changed_less_than_once_in_a_hundred() {
    for (double spread : new double[] {0.1, 0.2, 0.5, 1}) {
      double alarms = share(SIMULATIONS, seed -> !ChangePoints.of(lognormal(new Random(seed), spread, MANY, 0, 1)).isEmpty());
      System.out.printf("false alarms, lognormal durations, spread %.1f: %.4f%n", spread, alarms);
      assertThat(alarms).as("spread %s", spread).isLessThanOrEqualTo(0.01);
    }
  }

  /// Without the smallest effect, so that it is the test that is measured.
  @Test
  void the_stated_chance_of_an_alarm_is_not_exceeded() {
    for (int many : new int[] {20, 40, 100, 300}) {
      double alarms = share(4000, seed -> ChangePoints.chanceOfDurations(lognormal(new Random(seed), 0.3, many, 0, 1)) <= ChangePoints.ALARM);
      System.out.printf("alarms of the test alone, %d durations: %.4f%n", many, alarms);
      assertThat(alarms).as("%s durations", many).isLessThanOrEqualTo(0.008);
    }
  }

  @Test
  void failure_rates_that_never_changed_are_called_changed_less_than_once_in_a_hundred() {
    for (double rate : new double[] {0.01, 0.05, 0.2, 0.5, 0.9}) {
      double alarms = share(SIMULATIONS, seed -> !ChangePoints.of(failing(new Random(seed), rate, MANY, 0, rate)).isEmpty());
      System.out.printf("false alarms, failure rate %.2f: %.4f%n", rate, alarms);
      assertThat(alarms).as("rate %s", rate).isLessThanOrEqualTo(0.01);
    }
  }

  @Test
  void a_fifth_more_is_found_with_forty_trials_behind_it() {
    for (double[] expected : new double[][] {{0.1, 0.99}, {0.15, 0.95}, {0.2, 0.7}}) {
      double power =
          share(SIMULATIONS / 2, seed -> ChangePoints.of(lognormal(new Random(seed), expected[0], MANY, 40, 1.2)).stream().anyMatch(shift -> shift.kind() == Shift.Kind.SLOWER));
      System.out.printf("power for a fifth more, 40 of 300, spread %.2f: %.3f%n", expected[0], power);
      assertThat(power).as("spread %s", expected[0]).isGreaterThanOrEqualTo(expected[1]);
    }
  }

  @Test
  void flakiness_is_found_with_forty_trials_behind_it() {
    double power = share(SIMULATIONS / 2, seed -> ChangePoints.of(failing(new Random(seed), 0.03, MANY, 40, 0.25)).stream().anyMatch(shift -> shift.kind() == Shift.Kind.FLAKIER));
    System.out.printf("power for 3 to 25 of a hundred failing, 40 of 300: %.3f%n", power);
    assertThat(power).isGreaterThanOrEqualTo(0.8);
  }

  @Test
  void the_place_is_right_within_a_few_trials() {
    double near =
        share(SIMULATIONS / 2, seed -> ChangePoints.of(lognormal(new Random(seed), 0.15, MANY, 100, 1.3)).stream().anyMatch(shift -> Math.abs(shift.change() - 300) <= 5));
    System.out.printf("found within five trials: %.3f%n", near);
    assertThat(near).isGreaterThanOrEqualTo(0.9);
  }
}
