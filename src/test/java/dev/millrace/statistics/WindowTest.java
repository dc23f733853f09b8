package dev.millrace.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class WindowTest {
  @Test
  void every_choice_is_found_by_the_word_it_is_written_as() {
    assertThat(Window.CHOICES).allSatisfy(window -> assertThat(Window.of(window.text())).contains(window));
    assertThat(Window.choices()).isEqualTo("20, 100 or 30d");
  }

  @Test
  void nothing_else_is_a_choice() {
    assertThat(Window.of("30")).isEmpty();
    assertThat(Window.of("")).isEmpty();
    assertThat(Window.of("-20")).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new Window.Last(0));
    assertThatIllegalArgumentException().isThrownBy(() -> new Window.Days(0));
  }
}
