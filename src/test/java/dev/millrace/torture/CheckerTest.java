package dev.millrace.torture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The checker sees what is wrong with a log.
class CheckerTest {
  private static final String TOKEN = "token 01234567-89ab-cdef-0123-456789abcdef";
  private final List<String> said =
      new ArrayList<>(List.of(TOKEN, "tree 0", "begin 5", "line 1", "line 2", "line 3", "line 4", "line 5", "end"));
  private final List<String> errors = new ArrayList<>(List.of("error 5"));

  @Test
  void a_log_with_every_line_once_is_whole() {
    assertThat(Checker.wrong(said, errors, true)).isEmpty();
  }

  @Test
  void a_line_that_is_missing_is_seen() {
    said.remove("line 3");
    assertThat(Checker.wrong(said, errors, true)).isEqualTo("lost: a line");
    assertThat(Checker.wrong(said, errors, false)).isEqualTo("lost: a line");
  }

  @Test
  void a_beginning_or_an_end_that_is_missing_is_seen() {
    assertThat(Checker.wrong(said.subList(0, 8), errors, true)).isEqualTo("lost: a line");
    assertThat(Checker.wrong(said.subList(1, 9), errors, true)).isEqualTo("lost: the beginning");
    assertThat(Checker.wrong(said, List.of(), true)).isEqualTo("lost: an error line");
  }

  @Test
  void a_line_that_is_there_twice_is_seen() {
    said.add(5, "line 2");
    assertThat(Checker.wrong(said, errors, true)).isEqualTo("twice: a line");
  }

  @Test
  void a_second_execution_is_seen() {
    said.add(TOKEN.replace('0', '1'));
    assertThat(Checker.wrong(said, errors, true)).isEqualTo("twice: 2 tokens");
  }

  @Test
  void a_step_that_was_stopped_may_have_printed_a_part() {
    assertThat(Checker.wrong(said.subList(0, 5), List.of(), false)).isEmpty();
  }
}
