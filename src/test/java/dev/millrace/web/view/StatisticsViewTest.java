package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.ChangeTrial;
import dev.millrace.statistics.Period;
import dev.millrace.statistics.Series;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatisticsViewTest {
  private static final Pipeline SHOP = Samples.shop();
  private static final Period MONTH = Period.ofDays(30, Samples.NOW);

  private static String html(StatisticsView view) {
    return new Views().html(view);
  }

  @Test
  void durations_are_marked_with_round_ones() {
    assertThat(Scale.ofDurations(Duration.ofSeconds(133)).marks()).extracting(Chart.Mark::text).containsExactly("0", "1m", "2m", "3m");
    assertThat(Scale.ofDurations(Duration.ofMillis(340)).marks()).extracting(Chart.Mark::text).containsExactly("0", "0.1s", "0.2s", "0.3s", "0.4s");
    assertThat(Scale.ofDurations(Duration.ofMinutes(100)).marks()).extracting(Chart.Mark::text).containsExactly("0", "30m", "1h", "1h 30m", "2h");
    assertThat(Scale.ofDurations(Duration.ZERO).marks()).extracting(Chart.Mark::text).containsExactly("0", "10 ms");
    assertThat(Scale.ofDurations(Duration.ofDays(900)).marks()).hasSizeGreaterThan(4);
    assertThat(Scale.ofPercents(0.31).marks()).extracting(Chart.Mark::text).containsExactly("0 %", "25 %", "50 %");
    assertThat(Scale.ofCounts(17).marks()).extracting(Chart.Mark::text).containsExactly("0", "10", "20");
  }

  @Test
  void a_picture_and_its_table_have_the_same_numbers() {
    List<ChangeTrial> trials =
        List.of(
            ChangeTrial.of(7, Instant.parse("2026-11-16T09:00:00Z"), Instant.parse("2026-11-16T09:01:00Z"), true),
            ChangeTrial.of(8, Instant.parse("2026-11-16T10:00:00Z"), Instant.parse("2026-11-16T10:02:00Z"), true),
            ChangeTrial.of(9, Instant.parse("2026-11-16T11:00:00Z"), Instant.parse("2026-11-16T11:00:10Z"), false),
            ChangeTrial.of(10, Instant.parse("2026-11-17T11:00:00Z"), Instant.parse("2026-11-17T11:01:30Z"), true));
    Chart chart = Chart.ofTrials(SHOP.name(), "verify", Series.of(trials, MONTH), MONTH);
    assertThat(chart.says()).isEqualTo("verify: median 1m 30s, 95th percentile 2m 00s, 25 % of 4 attempts failed");
    assertThat(chart.rows())
        .containsExactly(
            new Chart.Row("2026-11-17T00:00:00Z", "Tue 17 Nov 2026", List.of("1", "0", "0 %", "1m 30s", "1m 30s"), "/pipelines/shop/changes/10", "#10"),
            new Chart.Row("2026-11-16T00:00:00Z", "Mon 16 Nov 2026", List.of("3", "1", "33 %", "1m 00s", "2m 00s"), "/pipelines/shop/changes/8", "#8"));
    assertThat(chart.dots())
        .containsExactly(
            new Chart.Dot("85.00", "50.00", "/pipelines/shop/changes/8", "Mon 16 Nov 2026: median 1m 00s, 95th percentile 2m 00s of 2, slowest #8"),
            new Chart.Dot("88.33", "25.00", "/pipelines/shop/changes/10", "Tue 17 Nov 2026: median 1m 30s, 95th percentile 1m 30s of 1, slowest #10"));
    assertThat(chart.line()).isEqualTo("M85.00 50.00L88.33 25.00");
    assertThat(chart.area()).isEqualTo("M85.00 0.00L88.33 25.00L88.33 25.00L85.00 50.00Z");
    assertThat(chart.bars()).containsExactly(new Chart.Bar("83.83", "2.33", "66.67", "/pipelines/shop/changes/9", "Mon 16 Nov 2026: 33 % failed, 1 of 3"));
    assertThat(chart.across()).extracting(Chart.Mark::text).containsExactly("26 Oct", "2 Nov", "9 Nov", "16 Nov");
  }

  @Test
  void where_nothing_was_tried_the_line_has_a_gap() {
    List<ChangeTrial> trials =
        IntStream.of(1, 2, 5, 6).mapToObj(day -> ChangeTrial.of(day, Instant.parse("2026-11-0" + day + "T09:00:00Z"), Instant.parse("2026-11-0" + day + "T09:01:00Z"), true)).toList();
    Chart chart = Chart.ofTrials(SHOP.name(), "verify", Series.of(trials, MONTH), MONTH);
    assertThat(chart.line().chars().filter(one -> one == 'M').count()).isEqualTo(2);
    assertThat(chart.area().chars().filter(one -> one == 'Z').count()).isEqualTo(2);
  }

  @Test
  void what_changed_is_said_with_its_change_and_commit() {
    StatisticsView view = Pasts.page(SHOP, 30, null, Samples.SITE);
    assertThat(view.verdicts()).extracting(one -> one.stage() + " " + one.word() + " " + one.difference())
        .anyMatch(said -> said.matches("verify slower \\dm \\d\\ds → \\dm \\d\\ds"));
    StatisticsView.Verdict verdict = view.verdicts().stream().filter(one -> one.word().equals("slower")).findFirst().orElseThrow();
    assertThat(verdict.href()).isEqualTo("/pipelines/shop/changes/" + verdict.number().substring(1));
    assertThat(verdict.commit()).hasSize(8);
    assertThat(html(view)).contains("became <b>slower</b>").doesNotContain("<script>alert");
    assertThat(view.tiles()).extracting(StatisticsView.Tile::name).containsExactly("Lead time", "Promotions", "Change failure rate", "Time to restore", "Queue time");
    assertThat(view.parts()).extracting(part -> part.view().anchor()).containsExactly("stage-build", "stage-verify", "stage-main", "stage-staging", "stage-production");
  }

  @Test
  void one_stage_brings_its_steps() {
    StatisticsView view = Pasts.page(SHOP, 90, new StageName("verify"), Samples.SITE);
    assertThat(view.parts()).extracting(part -> part.view().anchor()).containsExactly("stage-verify", "verify/unit", "verify/browser", "verify/lint");
    assertThat(view.periods()).extracting(StatisticsView.Choice::href).allMatch(href -> href.endsWith("&stage=verify"));
    assertThat(view.trendsCsv()).isEqualTo("/api/v1/pipelines/shop/statistics/trends?days=90&stage=verify&format=csv");
    assertThat(html(view)).contains("aria-label=\"verify/unit: median");
  }

  @Test
  void too_little_is_said_to_be_too_little() {
    StatisticsView one = Pasts.page(Samples.small(), 30, null, Samples.SITE);
    assertThat(one.since()).startsWith("1 change that came since ");
    assertThat(one.steady()).contains("too little to say: it takes at least 20 attempts that passed.");
    StatisticsView none = Pasts.page(Samples.pipeline("fresh", "build: compile"), 30, null, Samples.SITE);
    assertThat(none.empty()).isEqualTo("No change has come since 22 Oct.");
    assertThat(html(none)).contains("Look at the whole year").doesNotContain("<table");
  }

  @Test
  void a_part_of_the_changes_is_said_to_be_a_part() {
    StatisticsView view = Pasts.page(Samples.line(100), 365, null, Samples.SITE);
    assertThat(view.sampled()).contains("every 7th change");
    assertThat(StatisticsView.ordinal(2) + " " + StatisticsView.ordinal(3) + " " + StatisticsView.ordinal(12) + " " + StatisticsView.ordinal(21)).isEqualTo("second third 12th 21st");
  }
}
