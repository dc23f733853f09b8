package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TimeAxisTest {
  private static final Instant START = Samples.NOW;

  private static TimeAxis.Span span(long from, long to) {
    return new TimeAxis.Span(START.plusSeconds(from), START.plusSeconds(to));
  }

  private static String ticks(TimeAxis axis) {
    return axis.ticks().stream().map(tick -> tick.pause() ? "~" + tick.text() + "~" : tick.text()).collect(Collectors.joining(" "));
  }

  @Test
  void time_is_even_while_something_happens() {
    TimeAxis axis = TimeAxis.of(List.of(span(0, 60), span(60, 100), span(20, 40)));
    assertThat(axis.at(START)).isZero();
    assertThat(axis.at(START.plusSeconds(25))).isCloseTo(25, within(0.01));
    assertThat(axis.at(START.plusSeconds(100))).isCloseTo(100, within(0.01));
    assertThat(ticks(axis)).isEqualTo("0 15s 30s 45s 1m 00s 1m 15s 1m 30s");
  }

  @Test
  void a_night_between_two_attempts_takes_hardly_any_room() {
    TimeAxis axis = TimeAxis.of(List.of(span(0, 100), span(36_000, 36_100)));
    assertThat(axis.at(START.plusSeconds(100))).isCloseTo(48.5, within(0.01));
    assertThat(axis.at(START.plusSeconds(36_000))).isCloseTo(51.5, within(0.01));
    assertThat(ticks(axis)).contains("~9h 58m later~");
  }

  @Test
  void a_short_pause_is_drawn_as_long_as_it_was() {
    TimeAxis axis = TimeAxis.of(List.of(span(0, 45), span(55, 100)));
    assertThat(axis.at(START.plusSeconds(50))).isCloseTo(50, within(0.01));
  }

  @Test
  void nothing_has_no_marks() {
    assertThat(TimeAxis.of(List.of()).ticks()).isEmpty();
    assertThat(TimeAxis.of(List.of(span(0, 0))).at(START)).isBetween(0.0, 100.0);
  }
}
