package dev.millrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.pipeline.TextDifference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LineDiffTest {
  /// `-3 old`, `+4 new`, ` 5/6 same`; places are parted by `…`.
  private static List<String> diff(String before, String after) {
    var lines = new ArrayList<String>();
    for (TextDifference.Place place : LineDiff.of(before, after).places()) {
      if (!lines.isEmpty()) {
        lines.add("…");
      }
      for (TextDifference.Line line : place.lines()) {
        lines.add(
            switch (line.kind()) {
              case SAME -> " " + line.before() + "/" + line.after() + " " + line.text();
              case REMOVED -> "-" + line.before() + " " + line.text();
              case ADDED -> "+" + line.after() + " " + line.text();
            });
      }
    }
    return lines;
  }

  @Test
  void the_same_text_has_no_difference() {
    assertThat(diff("a\nb\n", "a\nb\n")).isEmpty();
  }

  @Test
  void a_line_that_changed_stands_among_those_around_it() {
    assertThat(diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"))
        .containsExactly(" 2/2 2", " 3/3 3", " 4/4 4", "-5 5", "+5 five", " 6/6 6", " 7/7 7", " 8/8 8");
  }

  @Test
  void places_that_lie_close_are_one_and_far_ones_are_two() {
    String before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n13\n14\n15\n";
    assertThat(diff(before, before.replace("\n3\n", "\n").replace("\n14\n", "\nfourteen\n")))
        .containsExactly(
            " 1/1 1", " 2/2 2", "-3 3", " 4/3 4", " 5/4 5", " 6/5 6", "…",
            " 11/10 11", " 12/11 12", " 13/12 13", "-14 14", "+13 fourteen", " 15/14 15");
    assertThat(diff(before, before.replace("\n5\n", "\nfive\n").replace("\n9\n", "\nnine\n")))
        .containsExactly(
            " 2/2 2", " 3/3 3", " 4/4 4", "-5 5", "+5 five", " 6/6 6", " 7/7 7", " 8/8 8", "-9 9", "+9 nine", " 10/10 10", " 11/11 11", " 12/12 12");
  }

  @Test
  void from_nothing_and_to_nothing() {
    assertThat(diff("", "a\n")).containsExactly("+1 a");
    assertThat(diff("a\n", "")).containsExactly("-1 a");
  }
}
