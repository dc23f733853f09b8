package dev.millrace.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Searching a log finds exactly what a naive search through the lines on the page finds.
@Timeout(120)
class SearchTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

  @TempDir Path root;

  private static AttemptId attempt(int number) {
    return new AttemptId(
        new ChangeId(new PipelineName("shop"), 42), new StageName("verify"), new StepName("unit"), number);
  }

  private LogReader written(String... pieces) {
    Logs logs = new Logs(root);
    try (LogWriter writer = logs.writer(attempt(1))) {
      for (String piece : pieces) {
        writer.print(NOON, piece.getBytes(StandardCharsets.UTF_8));
      }
    }
    return logs.reader(attempt(1));
  }

  private static Needle needle(String text) {
    return new Needle(text, false);
  }

  private static Found found(long count, long before, long previous, Long... lines) {
    return new Found(count, before, previous < 0 ? OptionalLong.empty() : OptionalLong.of(previous), List.of(lines));
  }

  @Test
  void counts_the_lines_that_match_and_gives_the_first_from_a_line_on() {
    LogReader reader = written("tea\n", "coffee\n", "tea and tea\n", "cake\n", "green tea");
    assertThat(reader.search(needle("tea"), 0, 10)).isEqualTo(found(3, 0, -1, 0L, 2L, 4L));
    assertThat(reader.search(needle("tea"), 1, 1)).isEqualTo(found(3, 1, 0, 2L));
    assertThat(reader.search(needle("tea"), 2, 1)).isEqualTo(found(3, 1, 0, 2L));
    assertThat(reader.search(needle("tea"), 3, 10)).isEqualTo(found(3, 2, 2, 4L));
    assertThat(reader.search(needle("tea"), 5, 10)).isEqualTo(found(3, 3, 4));
    assertThat(reader.search(needle("tea"), 500_000_000_000L, 10)).isEqualTo(found(3, 3, 4));
    assertThat(reader.search(needle("tea"), 0, 0)).isEqualTo(found(3, 0, -1));
    assertThat(reader.search(needle("Tea"), 0, 10)).isEqualTo(found(0, 0, -1));
    assertThat(reader.search(needle("tea\tcup"), 0, 10)).isEqualTo(found(0, 0, -1));
  }

  @Test
  void escape_sequences_and_control_characters_do_not_count() {
    LogReader reader =
        written(
            "\u001b[31mERR\u001b[0mOR here\n",
            "\u001b]8;;https://example.org\u001b\\link\u001b]8;;\u0007 text\n",
            "a\u0000b\u0008c\u007fd\u0085e\n",
            "ERROR\u001b[0",
            "\n[31m\u001b(Bx\n");
    assertThat(reader.search(needle("ERROR here"), 0, 10)).isEqualTo(found(1, 0, -1, 0L));
    assertThat(reader.search(needle("31m"), 0, 10)).isEqualTo(found(1, 0, -1, 4L));
    assertThat(reader.search(needle("link text"), 0, 10)).isEqualTo(found(1, 0, -1, 1L));
    assertThat(reader.search(needle("example.org"), 0, 10)).isEqualTo(found(0, 0, -1));
    assertThat(reader.search(needle("abcde"), 0, 10)).isEqualTo(found(1, 0, -1, 2L));
    assertThat(reader.search(needle("ERROR"), 0, 10)).isEqualTo(found(2, 0, -1, 0L, 3L));
    assertThat(reader.search(needle("]x"), 0, 10)).isEqualTo(found(0, 0, -1));
    assertThat(reader.search(needle("mx"), 0, 10)).isEqualTo(found(1, 0, -1, 4L));
  }

  @Test
  void what_was_printed_over_is_not_seen() {
    LogReader reader = written("10%\r50%\r100%\r\n", "plain\r\n", "\rleft\u001b[K\r\u001b[Kright\n");
    assertThat(reader.search(needle("50%"), 0, 10)).isEqualTo(found(0, 0, -1));
    assertThat(reader.search(needle("100%"), 0, 10)).isEqualTo(found(1, 0, -1, 0L));
    assertThat(reader.search(needle("plain"), 0, 10)).isEqualTo(found(1, 0, -1, 1L));
    assertThat(reader.search(needle("left"), 0, 10)).isEqualTo(found(0, 0, -1));
    assertThat(reader.search(needle("right"), 0, 10)).isEqualTo(found(1, 0, -1, 2L));
  }

  @Test
  void letters_of_all_scripts_are_the_same_in_both_cases_if_that_is_wanted() {
    LogReader reader = written("Übung in ΣΊΣΥΦΟΣ und ЖУК 𐐀\n", "UEBUNG\n", "übung in σίσυφος und жук 𐐨\n", "\u212a \u017f\n");
    assertThat(reader.search(needle("Übung"), 0, 10)).isEqualTo(found(1, 0, -1, 0L));
    for (String text : List.of("Übung", "ÜBUNG IN", "σίσυφος", "Σίσυφοσ", "жУк", "UND ЖУК 𐐨", "𐐀")) {
      assertThat(reader.search(new Needle(text, true), 0, 10)).as(text).isEqualTo(found(2, 0, -1, 0L, 2L));
    }
    assertThat(reader.search(new Needle("uebung", true), 0, 10)).isEqualTo(found(1, 0, -1, 1L));
    assertThat(reader.search(new Needle("k", true), 0, 10)).isEqualTo(found(0, 0, -1));
  }

  @Test
  void a_line_longer_than_what_is_read_at_once_matches_across_all_borders() {
    int portion = 1 << 18;
    for (int shift : List.of(-7, -6, -3, -1, 0, 1)) {
      String line = "x".repeat(portion + shift) + "needle" + "y".repeat(2 * portion - 3) + "thread\u001b[0m\n";
      Logs logs = new Logs(root.resolve("shift" + shift));
      try (LogWriter writer = logs.writer(attempt(1))) {
        writer.print(NOON, "before\n".getBytes(StandardCharsets.UTF_8));
        writer.print(NOON, line.getBytes(StandardCharsets.UTF_8));
        writer.print(NOON, "needle\n".getBytes(StandardCharsets.UTF_8));
      }
      LogReader reader = logs.reader(attempt(1));
      assertThat(reader.search(needle("needle"), 0, 10)).isEqualTo(found(2, 0, -1, 1L, 2L));
      assertThat(reader.search(needle("thread"), 0, 10)).isEqualTo(found(1, 0, -1, 1L));
      assertThat(reader.search(needle("xneedley"), 0, 10)).isEqualTo(found(1, 0, -1, 1L));
    }
  }

  @Test
  void a_long_line_that_is_printed_over_in_a_later_portion_does_not_match_any_more() {
    LogReader reader = written("needle" + "x".repeat(600_000) + "\rover\n", "needle" + "x".repeat(600_000) + "\r\n");
    assertThat(reader.search(needle("needle"), 0, 10)).isEqualTo(found(1, 0, -1, 1L));
  }

  private static final List<String> WORDS =
      List.of(
          "tea", "te", "a", "eat", " ", "\t", "é", "É", "😀", "\u001b[1;31m", "\u001b[0m", "\u001b]0;tea\u0007", "\r",
          "\u001b", "\u001b[", "\u0085", "\u00c2", "TEA", "\u0000", "\n", "\n", "\n");

  private static String something(Random random, int words) {
    return IntStream.range(0, words)
        .mapToObj(
            _ -> random.nextInt(2_000) == 0 ? "x".repeat(random.nextInt(500_000)) : WORDS.get(random.nextInt(WORDS.size())))
        .collect(Collectors.joining());
  }

  /// Character by character, as the page shows it.
  private static List<String> seenLines(String text) {
    List<String> lines = new ArrayList<>(Arrays.asList(text.split("\n", -1)));
    if (lines.getLast().isEmpty()) {
      lines.removeLast();
    }
    return lines.stream().map(SearchTest::seen).toList();
  }

  private static String seen(String line) {
    String printed = line.replaceAll("\r+\\z", "");
    var text = new StringBuilder();
    for (int at = 0; at < printed.length(); at++) {
      char c = printed.charAt(at);
      if (c == '\r') {
        if (at + 1 < printed.length() && printed.charAt(at + 1) != '\r') {
          text.setLength(0);
        }
      } else if (c == '\u001b') {
        at = sequenceEnd(printed, at) - 1;
      } else if (c == '\t' || !Character.isISOControl(c)) {
        text.append(c);
      }
    }
    return text.toString();
  }

  /// Ends at a carriage return at the latest.
  private static int sequenceEnd(String text, int start) {
    var matcher =
        java.util.regex.Pattern.compile(
                "\u001b(?:\\[[^@-~\r]*[@-~]?|[\\]P_^](?:[^\u0007\u001b\r]|\u001b(?!\\\\))*(?:\u0007|\u001b\\\\)?|[()#%][^\r]?|[^\r\\[\\]P_^()#%])?")
            .matcher(text)
            .region(start, text.length());
    assertThat(matcher.lookingAt()).isTrue();
    return matcher.end();
  }

  private static List<Long> matches(List<String> lines, Needle needle) {
    List<Long> all = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      boolean matches =
          needle.ignoreCase()
              ? folded(lines.get(i)).contains(folded(needle.text()))
              : lines.get(i).contains(needle.text());
      if (matches) {
        all.add((long) i);
      }
    }
    return all;
  }

  private static Found naive(List<Long> all, long from, int limit) {
    List<Long> before = all.stream().filter(line -> line < from).toList();
    return new Found(
        all.size(),
        before.size(),
        before.isEmpty() ? OptionalLong.empty() : OptionalLong.of(before.getLast()),
        all.stream().filter(line -> line >= from).limit(limit).toList());
  }

  private static String folded(String text) {
    return text.codePoints()
        .map(c -> Character.toLowerCase(Character.toUpperCase(c)))
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  @Test
  void finds_what_a_naive_search_finds_in_any_log() {
    for (long seed = 0; seed < 40; seed++) {
      Random random = new Random(seed);
      String text = something(random, random.nextInt(random.nextInt(10) == 0 ? 50_000 : 2_000));
      Logs logs = new Logs(root.resolve("seed" + seed));
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      try (LogWriter writer = logs.writer(attempt(1))) {
        for (int at = 0; at < bytes.length; ) {
          int end = Math.min(bytes.length, at + 1 + random.nextInt(5_000));
          writer.print(NOON, Arrays.copyOfRange(bytes, at, end));
          at = end;
        }
      }
      LogReader reader = logs.reader(attempt(1));
      List<String> lines = seenLines(text);
      assertThat(reader.lineCount()).as("seed %d", seed).isEqualTo(lines.size());
      for (String word : List.of("tea", "a", "teate", "eat é", "É", "😀t", "\t", "not there", "teaeat", "atea")) {
        for (boolean ignoreCase : List.of(false, true)) {
          Needle needle = new Needle(word, ignoreCase);
          List<Long> all = matches(lines, needle);
          for (int again = 0; again < 3; again++) {
            long from = random.nextInt(lines.size() + 2);
            int limit = random.nextInt(100);
            assertThat(reader.search(needle, from, limit))
                .as("seed %d, %s from %d", seed, needle, from)
                .isEqualTo(naive(all, from, limit));
          }
        }
      }
    }
  }

  @Test
  void a_log_of_many_parts_is_searched_side_by_side_and_remembered_exactly() {
    Logs logs = new Logs(root);
    int count = 5 * Search.PART + 77;
    List<String> lines = new ArrayList<>(count);
    Random random = new Random(1);
    try (LogWriter writer = logs.writer(attempt(1))) {
      for (int i = 0; i < count; i++) {
        String rare = random.nextInt(20_000) == 0 ? " rare" : "";
        String some = i / Search.PART % 2 == 0 && random.nextInt(500) == 0 ? " some" : "";
        lines.add("line " + i + rare + some + " ".repeat(150) + "often");
        writer.print(NOON, (lines.getLast() + "\n").getBytes(StandardCharsets.UTF_8));
      }
    }
    LogReader reader = logs.reader(attempt(1));
    for (String word : List.of("rare", "some", "often", "never", "line 40000")) {
      List<Long> all = matches(lines, needle(word));
      for (long from : List.of(0L, 1L, (long) Search.PART, 2L * Search.PART - 1, 40_000L, count - 1L, (long) count)) {
        assertThat(reader.search(needle(word), from, 1_000)).isEqualTo(naive(all, from, 1_000));
      }
    }
  }

  @Test
  void while_a_log_grows_each_search_is_exact_for_what_was_there() throws Exception {
    Logs logs = new Logs(root);
    LogReader reader = logs.reader(attempt(1));
    int count = 3 * Search.PART;
    var writing =
        new FutureTask<>(
            () -> {
              try (LogWriter writer = logs.writer(attempt(1))) {
                for (int i = 0; i < count; i++) {
                  writer.print(NOON, ((i % 10 == 0 ? "ten " : "one ") + i + "\n").getBytes(StandardCharsets.UTF_8));
                }
              }
              return true;
            });
    Thread.ofVirtual().start(writing);
    long last = 0;
    while (!writing.isDone()) {
      long least = (reader.lineCount() + 9) / 10;
      Found found = reader.search(needle("ten"), Math.max(0, last * 10 - 5), 1);
      long most = (reader.lineCount() + 9) / 10;
      assertThat(found.count()).isBetween(Math.max(last, least), most);
      last = found.count();
    }
    writing.get();
    assertThat(reader.search(needle("ten"), 15, 2)).isEqualTo(found((count + 9) / 10, 2, 10, 20L, 30L));
  }

  @Test
  void a_log_that_is_written_anew_is_searched_anew() {
    Logs logs = new Logs(root);
    LogReader reader = written(logs, "a\n", "tea\n", "b\n");
    assertThat(reader.search(needle("tea"), 0, 5)).isEqualTo(found(1, 0, -1, 1L));
    assertThat(written(logs, "tea\n", "a\n", "tea\n").search(needle("tea"), 0, 5)).isEqualTo(found(2, 0, -1, 0L, 2L));
  }

  private static LogReader written(Logs logs, String... pieces) {
    try (LogWriter writer = logs.writer(attempt(1))) {
      assertThat(writer.resume()).isEmpty();
      for (String piece : pieces) {
        writer.print(NOON, piece.getBytes(StandardCharsets.UTF_8));
      }
    }
    return logs.reader(attempt(1));
  }

  @Test
  void a_search_ends_when_nobody_waits_for_it() throws IOException {
    Logs logs = new Logs(root);
    try (LogWriter writer = logs.writer(attempt(1))) {
      byte[] line = ("x".repeat(999) + "\n").getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 100_000; i++) {
        writer.print(NOON, line);
      }
    }
    LogReader reader = logs.reader(attempt(1));
    assertThatThrownBy(() -> reader.search(needle("y"), 0, 1, () -> false)).isInstanceOf(CancellationException.class);
    assertThat(reader.search(needle("xx"), 0, 1).count()).isEqualTo(100_000);
  }

  @Test
  void only_some_search_at_once_and_the_others_wait_their_turn() throws Exception {
    Searches searches = new Searches();
    for (int i = 0; i < Searches.AT_ONCE; i++) {
      searches.enter();
    }
    var entered = new AtomicBoolean();
    var begun = new CountDownLatch(1);
    var waiting =
        new FutureTask<>(
            () -> {
              begun.countDown();
              searches.enter();
              entered.set(true);
              return true;
            });
    Thread.ofVirtual().start(waiting);
    begun.await();
    assertThat(entered).isFalse();
    searches.leave();
    assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void what_cannot_be_looked_for_is_a_sentence() {
    assertThatThrownBy(() -> needle("")).hasMessage("Say what to look for.");
    assertThatThrownBy(() -> needle("x".repeat(201)))
        .hasMessage("What is looked for has at most 200 characters, not 201.");
    assertThatThrownBy(() -> needle("a\nb")).hasMessage("What is looked for is in one line, without a line end.");
    assertThatThrownBy(() -> needle("\ud83d")).hasMessage("What is looked for has half a character in it.");
  }
}
