package dev.millrace.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The reference for users tells the truth.
class DocumentationTest {
  private static final Pattern COMPLETE = Pattern.compile("(?ms)^```yaml complete\n(.*?)^```$");

  static String page() throws IOException {
    return Files.readString(Path.of("docs/pipelines.md"));
  }

  static Stream<String> examples() throws IOException {
    return COMPLETE.matcher(page()).results().map(match -> match.group(1));
  }

  @ParameterizedTest
  @MethodSource("examples")
  void a_complete_example_is_accepted(String example) {
    assertThat(new DefinitionReader().read("c0ffee", List.of(new Source("shop.yml", example))))
        .isInstanceOf(Reading.Accepted.class);
  }

  @Test
  void there_are_examples() throws IOException {
    assertThat(examples()).hasSizeGreaterThan(5);
  }

  @Test
  void every_key_has_its_row() throws IOException {
    String page = page();
    for (Key key : Key.values()) {
      assertThat(page).containsPattern("`(\\w+: )?" + key.word() + "`");
    }
  }

  @Test
  void every_name_of_a_change_is_listed() throws IOException {
    assertThat(DefinitionReader.CHANGE_NAMES).allSatisfy(name -> assertThat(page()).contains("| `${" + name + "}` |"));
  }
}
