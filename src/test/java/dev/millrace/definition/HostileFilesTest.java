package dev.millrace.definition;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Files that are made to hurt, and files that got hurt.
@Timeout(60)
class HostileFilesTest {
  @Test
  void a_file_can_be_too_large() {
    assertThat(problems("# " + "x".repeat(1 << 20))).isEqualTo("[shop.yml:1:1: the file is larger than 1 MB]");
  }

  @Test
  void brackets_without_end_do_not_overflow_the_stack() {
    assertThat(problems("[".repeat(500_000))).isEqualTo("[shop.yml:1:42: nested too deeply, more than 40 levels]");
    assertThat(problems("a: " + "{a: ".repeat(200_000))).contains("nested too deeply");
    assertThat(problems("- ".repeat(500_000))).contains("nested too deeply");
  }

  @Test
  void aliases_of_aliases_do_not_explode() {
    String bomb =
        "a0: &a0 [x, x]\n"
            + IntStream.range(1, 64)
                .mapToObj(i -> "a%d: &a%d [*a%d, *a%d]\n".formatted(i, i, i - 1, i - 1))
                .collect(Collectors.joining());

    assertThat(problems(bomb)).contains("with its aliases the file has more than 50000 values");
    assertThat(problems("a: &a [*a]\n")).contains("no value above is marked &a");
  }

  @Test
  void variables_of_variables_do_not_explode() {
    String bomb =
        "repository: shop\nstages: [a]\nsteps: {a: {image: alpine, run: make}}\nenvironment:\n  V0: xxxxxxxxxx\n"
            + IntStream.range(1, 64)
                .mapToObj(i -> "  V%d: ${V%d}${V%d}\n".formatted(i, i - 1, i - 1))
                .collect(Collectors.joining());

    assertThat(problems(bomb))
        .isEqualTo(
            "[shop.yml:19:14: longer than 100000 characters when its variables are filled in; "
                + "keep long texts in files of the repository]");
  }

  @Test
  void thousands_of_stages_are_read_in_no_time() {
    String stages =
        IntStream.range(0, 5000)
            .mapToObj(i -> "  - {name: s%d, needs: [%s], steps: [a]}\n".formatted(i, i == 4999 ? "" : "s" + (i + 1)))
            .collect(Collectors.joining());

    assertThat(problems("repository: shop\nstages:\n" + stages + "steps: {a: {image: alpine, run: make}}\n"))
        .isEqualTo("[]");
  }

  @Test
  void problems_without_end_are_found_in_time() {
    String stages = IntStream.range(0, 5000).mapToObj(i -> "  - missing" + i + "\n").collect(Collectors.joining());
    String steps =
        IntStream.range(0, 5000)
            .mapToObj(i -> "  step" + i + ": {imag: alpine, run: '${X" + i + "}'}\n")
            .collect(Collectors.joining());

    assertThat(problems("repository: shop\nstages:\n" + stages + "steps:\n" + steps))
        .contains("no step \"missing4999\"");
  }

  /// Whatever is broken in a good file, the answer is a pipeline or problems, and never an exception.
  @Test
  void every_broken_file_has_an_answer() throws IOException {
    var random = new Random(42);
    String[] scraps = {
      "", " ", "\n", "\t", ":", ": ", "- ", "[", "]", "{", "}", "\"", "'", "${", "$${", "&a ", "*a", "!x ", "|", "#",
      "3", "true", "~", "steps:", "<<: "
    };
    for (String text : DocumentationTest.examples().toList()) {
      for (int round = 0; round < 600; round++) {
        int from = random.nextInt(text.length());
        int to = Math.min(text.length(), from + random.nextInt(12));
        String broken = text.substring(0, from) + scraps[random.nextInt(scraps.length)] + text.substring(to);

        assertThat(problems(broken)).as(broken).isNotNull();
      }
    }
  }

  private static String problems(String text) {
    return switch (new DefinitionReader().read("c0ffee", List.of(new Source("shop.yml", text)))) {
      case Reading.Accepted _ -> "[]";
      case Reading.Refused(var problems) -> problems.toString();
    };
  }
}
