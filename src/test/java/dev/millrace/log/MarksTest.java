package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Errors and groups are found while a log is written.
@Timeout(60)
class MarksTest {
  private static final AttemptId UNIT =
      new AttemptId(new ChangeId(new PipelineName("shop"), 42), new StageName("verify"), new StepName("unit"), 1);
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path root;

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private LogReader written(String text) {
    return written(new Logs(root), text, new Random(text.hashCode()));
  }

  private static LogReader written(Logs logs, String text, Random random) {
    byte[] bytes = bytes(text);
    try (LogWriter writer = logs.writer(UNIT)) {
      assertThat(writer.resume()).isEmpty();
      for (int at = 0; at < bytes.length; ) {
        int end = Math.min(bytes.length, at + 1 + random.nextInt(30));
        writer.print(NOON, Arrays.copyOfRange(bytes, at, end));
        at = end;
      }
    }
    return logs.reader(UNIT);
  }

  private static String told(List<Group> groups) {
    return String.join(
        ", ", groups.stream().map(group -> group.begin() + "-" + group.end() + " " + group.title()).toList());
  }

  private String groups(String text) {
    return told(written(text).groups(0, 1_000));
  }

  @Test
  void the_first_error_and_those_of_a_window_are_known() {
    LogReader reader = written("a\n\u001b[31merror\u001b[0m: x\n0 errors\nFAILED\nb\nerror: last");
    assertThat(reader.firstError()).hasValue(1);
    assertThat(reader.errors(0, 100)).containsExactly(1L, 3L, 5L);
    assertThat(reader.errors(2, 3)).containsExactly(3L);
    assertThat(reader.errors(4, 1)).isEmpty();
    assertThat(reader.errors(40, 10)).isEmpty();
    assertThat(reader.lines(2, 2).stream().map(Line::error)).containsExactly(false, true);
  }

  @Test
  void groups_of_github_are_in_each_other() {
    assertThat(groups("::group::Build\na\n::group::Compile \u001b[1mall\u001b[0m\nb\n::endgroup::\n##[group]Test\nc\n##[endgroup]\n::endgroup::\nd\n"))
        .isEqualTo("0-8 Build, 2-4 Compile all, 5-7 Test");
  }

  @Test
  void sections_of_gitlab_are_closed_by_name() {
    assertThat(
            groups(
                """
                \u001b[0Ksection_start:1560896352:outer\r\u001b[0K\u001b[36;1mThe outer one\u001b[0m
                a
                \u001b[0Ksection_start:1560896353:inner[collapsed=true]\r\u001b[0K
                b
                \u001b[0Ksection_end:1560896354:other\r\u001b[0K
                \u001b[0Ksection_end:1560896354:inner\r\u001b[0K
                c
                section_end:1560896354:outer\r\u001b[0K\u001b[0Ksection_start:1560896354:next\r\u001b[0KNext
                d
                section_end:1560896354:next\r\u001b[0K
                """))
        .isEqualTo("0-6 The outer one, 2-5 inner, 7-9 Next");
  }

  @Test
  void headings_of_buildkite_reach_to_the_next_one() {
    assertThat(groups("--- :hammer: Build\na\n--- Install dependencies\nb\n+++ Test\nc\n~~~ Clean up\nd\n--- 🧹 Sweep\n"))
        .isEqualTo("0-1 :hammer: Build, 2-3 Install dependencies, 4-5 Test, 6-7 Clean up, 8-8 🧹 Sweep");
  }

  @Test
  void a_heading_within_a_group_ends_with_it() {
    assertThat(groups("::group::All\n--- Build\na\n--- Test\nb\n::endgroup::\nc\n")).isEqualTo("0-5 All, 1-2 Build, 3-4 Test");
    assertThat(groups("--- Build\n::group::Compile\na\n--- Test\nb\n")).isEqualTo("0-2 Build, 1-2 Compile, 3-4 Test");
  }

  @Test
  void diffs_documents_verdicts_and_traces_are_no_groups() {
    assertThat(
            groups(
                """
                ---
                key: value
                --- a/src/Tea.java
                +++ b/src/Tea.java
                @@ -1 +1 @@
                --- /dev/null
                +++ b/File
                --- Tea.java.orig\t2026-01-01 00:00:00
                +++ Tea.java\t2026-01-01 00:00:00
                --- Makefile
                +++ Makefile
                --- Expected
                +++ Actual
                --- FAIL: TestTea (0.00s)
                --- PASS: TestCake (0.00s)
                +++ dirname /opt/tea
                ---------
                --- 3 of 4
                 --- Not at the beginning
                ~~~ ^
                """))
        .isEmpty();
  }

  @Test
  void a_group_that_was_not_closed_ends_with_the_log() {
    assertThat(groups("a\n::group::One\nb\n::group::Two\nc")).isEqualTo("1-4 One, 3-4 Two");
    assertThat(groups("::endgroup::\nsection_end:1:x\r\n::group::\n")).isEqualTo("2-2 Group");
  }

  @Test
  void a_window_has_the_groups_that_overlap_it() {
    LogReader reader = written("::group::A\n::group::B\nb\n::endgroup::\n::group::C\nc\n::group::D\nd\n::endgroup::\n::endgroup::\n::endgroup::\ne\n");
    assertThat(told(reader.groups(2, 1))).isEqualTo("0-10 A, 1-3 B");
    assertThat(told(reader.groups(5, 2))).isEqualTo("0-10 A, 4-9 C, 6-8 D");
    assertThat(told(reader.groups(10, 1))).isEqualTo("0-10 A");
    assertThat(reader.groups(11, 5)).isEmpty();
    assertThat(reader.groups(2, 0)).isEmpty();
    assertThat(reader.lines(3, 2).stream().map(line -> line.opens() + " " + line.closes()))
        .containsExactly("false true", "true false");
  }

  @Test
  void no_more_than_some_groups_are_in_each_other() {
    String text = "::group::x\n".repeat(100) + "::endgroup::\n".repeat(100);
    assertThat(written(text).groups(50, 1)).hasSize(Folds.DEEPEST);
  }

  @Test
  void marks_are_there_as_soon_as_their_lines() throws Exception {
    Logs logs = new Logs(root);
    LogReader reader = logs.reader(UNIT);
    try (LogWriter writer = logs.writer(UNIT)) {
      String text = "::group::One\nerror: x\n";
      writer.print(NOON, bytes(text));
      assertThat(reader.awaitMore(text.length() - 1, Duration.ofSeconds(20))).isTrue();
      assertThat(reader.firstError()).isEqualTo(OptionalLong.of(1));
      assertThat(reader.groups(0, 5)).containsExactly(new Group(0, -1, "One"));
      writer.print(NOON, bytes("::endgroup::\n"));
      assertThat(reader.awaitMore(text.length() + 5, Duration.ofSeconds(20))).isTrue();
      assertThat(reader.groups(0, 5)).containsExactly(new Group(0, 2, "One"));
    }
  }

  @Test
  void a_log_without_marks_has_no_files_for_them_and_one_from_before_has_none() throws IOException {
    LogReader reader = written("a\nb\n");
    try (var files = Files.list(root.resolve("shop/42/verify/unit"))) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("1.log", "1.lines");
    }
    assertThat(reader.firstError()).isEmpty();
    assertThat(reader.groups(0, 10)).isEmpty();
  }

  @Test
  void however_it_comes_in_pieces_the_errors_are_those_of_the_lines() {
    List<String> lines = new ArrayList<>(SignsTest.errors());
    lines.addAll(SignsTest.others());
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<String> some = new ArrayList<>();
      for (int i = 0; i < 3_000; i++) {
        String line = lines.get(random.nextInt(lines.size()));
        some.add(random.nextInt(300) == 0 ? "x".repeat(random.nextInt(150_000)) + " " + line : line);
      }
      LogReader reader = written(new Logs(root.resolve("seed" + seed)), String.join("\n", some), random);
      List<Long> expected = new ArrayList<>();
      for (int i = 0; i < some.size(); i++) {
        if (Signs.error(some.get(i))) {
          expected.add((long) i);
        }
      }
      assertThat(reader.errors(0, some.size())).as("seed %d", seed).isEqualTo(expected);
    }
  }
}
