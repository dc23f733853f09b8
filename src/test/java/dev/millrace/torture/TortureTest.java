package dev.millrace.torture;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A short torture; `./zero torture` is the long one. A seed with a finding stays here.
@Tag("docker")
@Timeout(600)
class TortureTest {
  /// 2: a database that forgot what was committed, and so steps that ran twice and landings that nobody knew of.
  @ParameterizedTest
  @ValueSource(longs = {2, 11})
  void nothing_is_lost_and_nothing_is_done_twice(long seed) throws Exception {
    Round.Result result = new Round(seed, 7, Round.Faults.HARMLESS).run();
    assertThat(result.findings()).as(result.line()).isEmpty();
    assertThat(result.killed()).as(result.line()).isPositive();
  }
}
