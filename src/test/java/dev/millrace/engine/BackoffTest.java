package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(15));

  @Test
  void a_pause_doubles_up_to_its_bound() {
    assertThat(IntStream.of(1, 2, 3, 7, 8, 1000).mapToObj(failures -> BACKOFF.pause(failures, 0.5).toSeconds()))
        .containsExactly(10L, 20L, 40L, 640L, 900L, 900L);
  }

  @Test
  void chance_spreads_it_by_a_quarter_either_way_and_never_over_the_bound() {
    assertThat(BACKOFF.pause(2, 0)).isEqualTo(Duration.ofSeconds(15));
    assertThat(BACKOFF.pause(2, 1)).isEqualTo(Duration.ofSeconds(25));
    assertThat(BACKOFF.pause(100, 1)).isEqualTo(Duration.ofMinutes(15));
  }
}
