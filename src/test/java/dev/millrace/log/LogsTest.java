package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LogsTest {
  private static final AttemptId UNIT =
      new AttemptId(new ChangeId(new PipelineName("shop"), 42), new StageName("verify"), new StepName("unit"), 1);
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123456789Z");

  @TempDir Path root;

  private Logs logs() {
    return new Logs(root);
  }

  private Path file(String ending) {
    return root.resolve("shop/42/verify/unit/1" + ending);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private LogReader written(String... pieces) {
    Logs logs = logs();
    try (LogWriter writer = logs.writer(UNIT)) {
      for (int i = 0; i < pieces.length; i++) {
        writer.print(NOON.plusNanos(i), bytes(pieces[i]));
      }
    }
    return logs.reader(UNIT);
  }

  private static Line line(long number, Instant at, String text, boolean cut) {
    return new Line(number, at, text, cut, false, false, false);
  }

  private static List<String> texts(List<Line> lines) {
    return lines.stream().map(Line::text).toList();
  }

  private static String all(InputStream in) throws IOException {
    try (in) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void keeps_every_byte_and_the_time_of_every_line() throws IOException {
    LogReader reader = written("one\n", "two\r\n", "\n", "four");
    assertThat(Files.readString(file(".log"))).isEqualTo("one\ntwo\r\n\nfour");
    assertThat(reader.size()).isEqualTo(14);
    assertThat(reader.lineCount()).isEqualTo(4);
    assertThat(reader.lines(0, 10))
        .containsExactly(
            line(0, NOON, "one", false),
            line(1, NOON.plusNanos(1), "two", false),
            line(2, NOON.plusNanos(2), "", false),
            line(3, NOON.plusNanos(3), "four", false));
  }

  @Test
  void gives_any_window_of_lines() {
    LogReader reader = written("a\n", "b\n", "c\n", "d\n");
    assertThat(texts(reader.lines(1, 2))).containsExactly("b", "c");
    assertThat(texts(reader.lines(3, 2))).containsExactly("d");
    assertThat(reader.lines(4, 2)).isEmpty();
    assertThat(reader.lines(400, 2)).isEmpty();
  }

  @Test
  void a_log_that_was_never_written_is_empty() throws Exception {
    LogReader reader = logs().reader(UNIT);
    assertThat(reader.exists()).isFalse();
    assertThat(reader.ended()).isTrue();
    assertThat(reader.size()).isZero();
    assertThat(reader.lineCount()).isZero();
    assertThat(reader.lines(0, 5)).isEmpty();
    assertThat(reader.search(new Needle("a", false), 0, 5)).isEqualTo(new Found(0, 0, OptionalLong.empty(), List.of()));
    assertThat(reader.groups(0, 5)).isEmpty();
    assertThat(reader.errors(0, 5)).isEmpty();
    assertThat(reader.firstError()).isEmpty();
    assertThat(all(reader.raw(0, 100))).isEmpty();
    assertThat(all(reader.timestamped(0))).isEmpty();
    assertThat(reader.awaitMore(0, Duration.ofMinutes(1))).isFalse();
  }

  @Test
  void pieces_of_a_long_line_are_one_line_with_the_time_of_the_first() {
    LogReader reader = written("begin ", "middle ", "end\nnext\nla", "st");
    assertThat(reader.lines(0, 9))
        .containsExactly(
            line(0, NOON, "begin middle end", false),
            line(1, NOON.plusNanos(2), "next", false),
            line(2, NOON.plusNanos(2), "last", false));
  }

  @Test
  void a_very_long_line_is_cut_for_display_and_kept_whole() {
    LogReader reader =
        written(
            "x".repeat(2_000_000) + "\n",
            "ü".repeat(Line.SHOWN) + "\n",
            "😀".repeat(Line.SHOWN) + "\n",
            "short\n");
    List<Line> lines = reader.lines(0, 9);
    assertThat(lines.get(0).text()).isEqualTo("x".repeat(Line.SHOWN));
    assertThat(lines.get(0).cut()).isTrue();
    assertThat(lines.get(1).text()).isEqualTo("ü".repeat(Line.SHOWN));
    assertThat(lines.get(1).cut()).isFalse();
    assertThat(lines.get(2).text()).isEqualTo("😀".repeat(Line.SHOWN / 2));
    assertThat(lines.get(2).cut()).isTrue();
    assertThat(lines.get(3)).isEqualTo(line(3, NOON.plusNanos(3), "short", false));
    assertThat(reader.size()).isEqualTo(2_000_001 + 2 * Line.SHOWN + 1 + 4 * Line.SHOWN + 1 + 6);
  }

  @Test
  void what_is_no_text_is_kept_and_shown_with_replacements() throws IOException {
    Logs logs = logs();
    byte[] odd = {'a', (byte) 0xff, 'b', '\n'};
    try (LogWriter writer = logs.writer(UNIT)) {
      writer.print(NOON, odd);
    }
    assertThat(Files.readAllBytes(file(".log"))).isEqualTo(odd);
    assertThat(texts(logs.reader(UNIT).lines(0, 1))).containsExactly("a\ufffdb");
  }

  @Test
  void gives_ranges_of_the_raw_log() throws IOException {
    LogReader reader = written("0123456789\n", "abc\n");
    assertThat(all(reader.raw(0, Long.MAX_VALUE))).isEqualTo("0123456789\nabc\n");
    assertThat(all(reader.raw(3, 4))).isEqualTo("3456");
    assertThat(all(reader.raw(12, 100))).isEqualTo("bc\n");
    assertThat(all(reader.raw(100, 100))).isEmpty();
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    try (InputStream in = reader.raw(5, 7)) {
      assertThat(in.read()).isEqualTo('5');
      assertThat(in.skip(1)).isEqualTo(1);
      in.transferTo(copy);
      assertThat(in.read()).isEqualTo(-1);
    }
    assertThat(copy.toString(StandardCharsets.UTF_8)).isEqualTo("789\na");
  }

  @Test
  void gives_the_log_with_the_time_before_each_line() throws IOException {
    LogReader reader = written("one\n", "two\n", "three");
    assertThat(all(reader.timestamped(0)))
        .isEqualTo(
            """
            2026-11-21T12:00:00.123456789Z one
            2026-11-21T12:00:00.123456790Z two
            2026-11-21T12:00:00.123456791Z three""");
    assertThat(all(reader.timestamped(2))).isEqualTo("2026-11-21T12:00:00.123456791Z three");
    assertThat(all(reader.timestamped(3))).isEmpty();
  }

  @Test
  void only_one_writes_a_log_at_a_time() {
    Logs logs = logs();
    LogWriter writer = logs.writer(UNIT);
    assertThatThrownBy(() -> logs.writer(UNIT)).isInstanceOf(IllegalStateException.class);
    writer.close();
    writer.close();
    assertThatThrownBy(() -> writer.print(NOON, bytes("late"))).isInstanceOf(IllegalStateException.class);
    logs.writer(UNIT).close();
  }

  @Test
  void stamps_do_not_go_back() {
    try (LogWriter writer = logs().writer(UNIT)) {
      writer.print(NOON, bytes("a\n"));
      assertThatThrownBy(() -> writer.print(NOON.minusNanos(1), bytes("b\n")))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void resumes_before_the_lines_with_the_last_stamp() throws IOException {
    Logs logs = logs();
    try (LogWriter writer = logs.writer(UNIT)) {
      assertThat(writer.resume()).isEmpty();
      writer.print(NOON, bytes("a\n"));
      writer.print(NOON.plusNanos(5), bytes("b\n"));
      writer.print(NOON.plusNanos(5), bytes("c\n"));
    }
    try (LogWriter writer = logs.writer(UNIT)) {
      assertThat(writer.resume()).contains(NOON.plusNanos(5));
      assertThat(Files.readString(file(".log"))).isEqualTo("a\n");
      writer.print(NOON.plusNanos(5), bytes("b\n"));
    }
    assertThat(Files.readString(file(".log"))).isEqualTo("a\nb\n");
  }

  @Test
  void is_left_as_it_was_by_who_has_nothing_to_bring() throws IOException {
    Logs logs = logs();
    try (LogWriter writer = logs.writer(UNIT)) {
      writer.print(NOON, bytes("a\nerror: b\n"));
    }
    byte[] errors = Files.readAllBytes(file(".errors"));
    logs.writer(UNIT).close();
    assertThat(Files.readString(file(".log"))).isEqualTo("a\nerror: b\n");
    assertThat(file(".errors")).hasBinaryContent(errors);
  }

  private static final List<String> MARKED =
      List.of(
          "error: broken",
          "::group::Compile",
          "::group::",
          "::endgroup::",
          "\u001b[0Ksection_start:1:unit\r\u001b[0KUnit tests",
          "\u001b[0Ksection_end:2:unit\r\u001b[0K",
          "section_end:2:unit\r\u001b[0K\u001b[0Ksection_start:2:browser\r\u001b[0KBrowser tests",
          "section_end:2:browser\r",
          "--- Install",
          "--- a/file",
          "+++ Test",
          "~~~ Clean up",
          "FAILED");

  private record Piece(Instant stamp, byte[] bytes) {}

  /// What an engine keeps: lines, some in pieces, some with the stamp of the one before.
  private static List<Piece> something(Random random) {
    List<Piece> pieces = new ArrayList<>();
    Instant stamp = NOON;
    for (int i = 0, count = random.nextInt(60); i < count; i++) {
      if (random.nextInt(3) > 0) {
        stamp = stamp.plusNanos(random.nextInt(1, 2_000_000_000));
      }
      String text =
          random.nextInt(4) == 0
              ? MARKED.get(random.nextInt(MARKED.size()))
              : "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 40_000 : 20));
      pieces.add(new Piece(stamp, bytes(text + (random.nextInt(3) > 0 || text.isEmpty() ? "\n" : ""))));
    }
    return pieces;
  }

  private static void cut(Path file, long to) throws IOException {
    try (RandomAccessFile opened = new RandomAccessFile(file.toFile(), "rw")) {
      opened.setLength(to);
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
  }

  private static void printFrom(List<Piece> pieces, LogWriter writer, int until) {
    Optional<Instant> from = writer.resume();
    for (Piece piece : pieces.subList(0, until)) {
      if (from.isEmpty() || !piece.stamp().isBefore(from.get())) {
        writer.print(piece.stamp(), piece.bytes());
      }
    }
  }

  @Test
  void wherever_the_server_dies_the_log_is_whole_in_the_end() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Piece> pieces = something(random);
      Path whole = root.resolve("whole" + seed);
      Path broken = root.resolve("broken" + seed);
      try (LogWriter writer = new Logs(whole).writer(UNIT)) {
        printFrom(pieces, writer, pieces.size());
      }
      for (int crash = 0; crash < 3; crash++) {
        try (LogWriter writer = new Logs(broken).writer(UNIT)) {
          printFrom(pieces, writer, random.nextInt(pieces.size() + 1));
        }
        Path log = broken.resolve("shop/42/verify/unit/1.log");
        Path lines = broken.resolve("shop/42/verify/unit/1.lines");
        switch (random.nextInt(4)) {
          case 0 -> cut(log, random.nextLong(Files.size(log) + 1));
          case 1 -> cut(lines, random.nextLong(Files.size(lines) + 1));
          case 2 -> {
            cut(log, random.nextLong(Files.size(log) + 1));
            cut(lines, random.nextLong(Files.size(lines) + 1));
          }
          default -> {
            // a machine without power leaves zeros
            long size = Files.size(lines);
            cut(lines, random.nextLong(size + 1));
            cut(lines, size + random.nextInt(40));
          }
        }
      }
      try (LogWriter writer = new Logs(broken).writer(UNIT)) {
        printFrom(pieces, writer, pieces.size());
      }
      for (String ending : List.of("log", "lines", "errors", "groups")) {
        assertThat(bytes(broken.resolve("shop/42/verify/unit/1." + ending)))
            .as("%s of seed %d", ending, seed)
            .isEqualTo(bytes(whole.resolve("shop/42/verify/unit/1." + ending)));
      }
    }
  }

  @Test
  void a_reader_follows_the_writer_to_the_end() throws Exception {
    Logs logs = logs();
    LogWriter writer = logs.writer(UNIT);
    LogReader reader = logs.reader(UNIT);
    FutureTask<String> following =
        new FutureTask<>(
            () -> {
              ByteArrayOutputStream seen = new ByteArrayOutputStream();
              while (reader.awaitMore(seen.size(), Duration.ofMinutes(1))) {
                try (InputStream more = reader.raw(seen.size(), Long.MAX_VALUE)) {
                  more.transferTo(seen);
                }
              }
              return seen.toString(StandardCharsets.UTF_8);
            });
    Thread.ofVirtual().start(following);
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      String line = "line " + i + "\n";
      expected.append(line);
      writer.print(NOON.plusNanos(i), bytes(line));
      if (i % 1_000 == 0) {
        assertThat(reader.awaitMore(expected.length() - 1, Duration.ofSeconds(10))).isTrue();
        assertThat(reader.lineCount()).isEqualTo(i + 1);
      }
    }
    assertThat(reader.ended()).isFalse();
    writer.close();
    assertThat(reader.ended()).isTrue();
    assertThat(following.get(30, TimeUnit.SECONDS)).isEqualTo(expected.toString());
  }

  @Test
  void waiting_for_more_ends_with_the_time_when_nothing_comes() throws Exception {
    Logs logs = logs();
    try (LogWriter _ = logs.writer(UNIT)) {
      assertThat(logs.reader(UNIT).awaitMore(0, Duration.ofMillis(20))).isFalse();
    }
  }

  @Test
  void a_disk_that_fails_is_told_and_does_not_hang() throws IOException {
    Files.createDirectories(file(".log").getParent());
    Files.createSymbolicLink(file(".log"), Path.of("/dev/full"));
    LogWriter writer = logs().writer(UNIT);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100; i++) {
                writer.print(NOON, new byte[1 << 20]);
              }
            })
        .isInstanceOf(java.io.UncheckedIOException.class);
    assertThatThrownBy(writer::close).isInstanceOf(java.io.UncheckedIOException.class);
    writer.close();
  }
}
