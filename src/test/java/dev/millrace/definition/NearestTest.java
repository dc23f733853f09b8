package dev.millrace.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  private static final List<String> KNOWN = List.of("image", "run", "environment", "timeout", "limits", "on");

  @ParameterizedTest
  @CsvSource(
      nullValues = "nothing",
      value = {
        "imagee, image",
        "iamge, image",
        "Image, image",
        "enviroment, environment",
        "environement, environment",
        "runs, run",
        "time-out, timeout",
        "in, nothing",
        "o, nothing",
        "services, nothing",
        "'', nothing"
      })
  void what_was_meant_is_guessed_and_not_at_any_price(String written, String meant) {
    assertThat(Nearest.to(written, KNOWN).orElse(null)).isEqualTo(meant);
  }
}
