package dev.millrace.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A short torture; `./zero torture` is the long one. A seed with a finding stays here.
@Tag("docker")
@Timeout(600)
class TortureTest {
  private static void torture(long seed, Moment... moments) throws Exception {
    Round.Result result = new Round(seed, List.of(moments), moments.length, Round.Faults.HARMLESS).run();
    assertThat(result.findings()).as(result.line()).isEmpty();
    assertThat(result.killed()).as(result.line()).isPositive();
  }

  /// A database that forgot what was committed, and so steps that ran twice and landings that nobody knew of.
  @Test
  void nothing_is_lost_and_nothing_is_done_twice() throws Exception {
    torture(2, Moment.CREATED, Moment.PROMOTING, Moment.REMOVE_WANTED);
  }

  /// The same with a remote repository.
  @Test
  void nor_is_it_when_branches_land_elsewhere() throws Exception {
    torture(11, Moment.RECORDING, Moment.STARTED, Moment.ENDED);
  }
}
