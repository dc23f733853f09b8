package dev.millrace.bench;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.log.Found;
import dev.millrace.log.LogReader;
import dev.millrace.log.LogWriter;
import dev.millrace.log.Logs;
import dev.millrace.log.Needle;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// What a log of a gigabyte costs: writing it, beside the same bytes written to a plain file in the same pieces; a window
/// of it, first and in the middle; and searches through all of it, beside `grep -c` on the same file. Run by
/// `./zero bench log`, which may be given how many million lines. Other processes hold the memory to its limit: the
/// searches run again in one that has 24 MB in all.
public final class LogBench {
  private static final AttemptId ATTEMPT =
      new AttemptId(new ChangeId(new PipelineName("shop"), 1), new StageName("verify"), new StepName("unit"), 1);
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
  private static final int RUNS = 5;
  private static final int WINDOW = 500;
  private static final String SMALL = "24m";

  private final LogReader reader;
  private final Path file;
  private final int lines;

  private LogBench(Path folder, int lines) {
    this.reader = new Logs(folder).reader(ATTEMPT);
    this.file = folder.resolve(ATTEMPT + ".log");
    this.lines = lines;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length == 2 && arguments[0].equals("in")) {
      searchInLittleMemory(Path.of(arguments[1]));
      return;
    }
    int lines = 1_000_000 * (arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10);
    Path folder = Files.createTempDirectory("millrace-log-bench");
    try {
      System.out.printf("| ms, %d million lines, %d runs | median | worst |%n|---|---|---|%n", lines / 1_000_000, RUNS);
      write(folder, lines);
      new LogBench(folder, lines).read(folder);
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /// About a hundred bytes, as a compiler or a test tool prints them; colours in some, an error in one of 100,000.
  private static byte[] line(int number) {
    String text =
        switch (number % 10) {
          case 0 -> "\u001b[32m[INFO]\u001b[0m compiling module %08d of the shop, which sells tea, cake, and all that goes with it";
          case 1 -> "  at dev.millrace.shop.Tea.brew(Tea.java:%d) ~[shop-1.0.jar:na] with a frame that says where it came from";
          case 2 -> "2026-11-21T12:00:00.000Z DEBUG 1234 --- [main] shop.Kettle : temperature of kettle %08d is as wanted";
          default -> "line %08d of a long log, in which hardly anything happens, but which somebody may want to read in the end";
        };
    String line = String.format(Locale.ROOT, text, number);
    if (number % 100_000 == 70_000) {
      line = "src/main/java/Tea.java:" + number + ": error: cannot find symbol Kettle, which is what one looks for in a log";
    }
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static void write(Path folder, int lines) throws IOException {
    List<byte[]> texts = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      texts.add(line(i));
    }
    List<Double> log = new ArrayList<>();
    List<Double> plain = new ArrayList<>();
    Path beside = folder.resolve("plain");
    for (int run = 0; run < 3; run++) {
      long begin = System.nanoTime();
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside), 1 << 16)) {
        for (int i = 0; i < lines; i++) {
          out.write(texts.get(i % texts.size()));
        }
      }
      plain.add(millis(begin));
      Files.delete(beside);
      for (String ending : List.of(".log", ".lines", ".errors", ".groups")) {
        Files.deleteIfExists(folder.resolve(ATTEMPT + ending));
      }
      begin = System.nanoTime();
      try (LogWriter writer = new Logs(folder).writer(ATTEMPT)) {
        for (int i = 0; i < lines; i++) {
          writer.print(START.plusNanos(i), texts.get(i % texts.size()));
        }
      }
      log.add(millis(begin));
    }
    row("written as a log, a call for each line", log);
    row("written to a plain file, buffered", plain);
    System.out.printf(Locale.ROOT, "| log over plain file | %.2f | |%n", median(log) / median(plain));
  }

  private void read(Path folder) throws IOException, InterruptedException {
    long before = heap();
    time("the first window of " + WINDOW + " lines", _ -> window(0));
    time("a window in the middle", run -> window(lines / 2L + run));
    time("the first error", _ -> reader.firstError().orElseThrow());
    search("a rare word", "cannot find symbol", false);
    search("a frequent word", "line", false);
    search("a word that is not there", "Gryffindor", false);
    search("a rare word, ignoring case", "CANNOT FIND SYMBOL", true);
    search("a frequent word, ignoring case", "LINE", true);
    Needle needle = new Needle("cannot find symbol", false);
    long first = reader.search(needle, 0, 1).lines().getFirst();
    time("the next match of what was searched", run -> reader.search(needle, first + 1 + run, 1));
    System.out.printf(Locale.ROOT, "| heap afterwards, MB more than before | %.1f | |%n", (heap() - before) / 1e6);
    Process child =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(), "-XX:+UseSerialGC", "-Xmx" + SMALL,
                "-cp", System.getProperty("java.class.path"), LogBench.class.getName(), "in", folder.toString())
            .inheritIO()
            .start();
    if (child.waitFor() != 0) {
      throw new IllegalStateException("a search needs more than " + SMALL + " in all");
    }
  }

  private static void searchInLittleMemory(Path folder) {
    LogReader reader = new Logs(folder).reader(ATTEMPT);
    for (String word : List.of("cannot find symbol", "line", "Gryffindor")) {
      reader.search(new Needle(word, true), reader.lineCount() / 2, 1_000);
    }
    System.out.printf("| the same searches in a JVM with a heap of %s in all | done | |%n", SMALL);
  }

  private Object window(long from) {
    long count = reader.lineCount();
    return List.of(count, reader.lines(from, WINDOW), reader.groups(from, WINDOW), reader.errors(from, WINDOW));
  }

  private interface Act {
    Object act(int run);
  }

  private static List<Double> time(String name, Act act) {
    List<Double> times = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      long begin = System.nanoTime();
      act.act(run);
      times.add(millis(begin));
    }
    row(name, times);
    return times;
  }

  /// Each run by a reader that remembers nothing; the count is compared with that of grep.
  private void search(String what, String word, boolean ignoreCase) throws IOException, InterruptedException {
    Path folder = file;
    for (int i = 0; i < 5; i++) {
      folder = folder.getParent();
    }
    Path root = folder;
    Needle needle = new Needle(word, ignoreCase);
    List<Found> found = new ArrayList<>();
    List<Double> times =
        time("search for " + what, _ -> found.add(new Logs(root).reader(ATTEMPT).search(needle, lines / 2L, 100)));
    List<Double> greps = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      long begin = System.nanoTime();
      Process grep =
          new ProcessBuilder("grep", ignoreCase ? "-ciF" : "-cF", "--", word, file.toString()).start();
      long count = Long.parseLong(new String(grep.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
      grep.waitFor();
      greps.add(millis(begin));
      if (count != found.get(run).count()) {
        throw new IllegalStateException(word + ": " + found.get(run).count() + " lines, but grep finds " + count);
      }
    }
    System.out.printf(
        Locale.ROOT, "| ... and with `grep -c`; ours over it | %.0f | %.2f |%n", median(greps), median(times) / median(greps));
  }

  private static long heap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static double millis(long begin) {
    return (System.nanoTime() - begin) / 1e6;
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }

  private static void row(String name, List<Double> values) {
    System.out.printf(
        Locale.ROOT, "| %s | %.1f | %.1f |%n", name, median(values), values.stream().max(Comparator.naturalOrder()).orElseThrow());
  }
}
