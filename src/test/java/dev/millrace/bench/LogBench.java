package dev.millrace.bench;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.change.Fault;
import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Source;
import dev.millrace.flow.Decision;
import dev.millrace.flow.InFlight;
import dev.millrace.log.LogReader;
import dev.millrace.log.LogWriter;
import dev.millrace.log.Logs;
import dev.millrace.log.MarkingAlone;
import dev.millrace.log.Needle;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.store.Store;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a log of a gigabyte costs: writing it, beside the same bytes written to a plain file in the same pieces, and what
/// of that is finding its errors and groups; searching all of it in this process; and its page over HTTP, from a server
/// that is a process of its own: first paint, jumps, searches beside `grep -c` on the same file, and what all this leaves
/// in the server's memory. Run by `./zero bench log`, which may be given how many million lines. The searches run again
/// in a process that has a heap of 24 MB in all.
public final class LogBench {
  private static final AttemptId ATTEMPT =
      new AttemptId(new ChangeId(new PipelineName("shop"), 1), new StageName("verify"), new StepName("unit"), 1);
  private static final String PAGE = "/pipelines/shop/changes/1/verify/unit";
  private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");
  private static final int DIFFERENT = 100_000;
  private static final int WRITES = 3;
  private static final int RUNS = 5;
  private static final int PAGES = 50;
  private static final int WINDOW = 300;
  private static final String SMALL = "24m";
  private static final Pattern COUNT = Pattern.compile("data-count=\"(\\d+)\"");
  private static final Pattern USED = Pattern.compile("(?:DefNew|Tenured) .* used (\\d+)K");

  /// Each run looks for a letter less, so that nothing is known from the run before.
  private record Word(String what, String text, boolean ignoreCase) {
    String in(int run) {
      return text.substring(run);
    }
  }

  private static final List<Word> WORDS =
      List.of(
          new Word("one line in 100,000", "cannot find symbol", false),
          new Word("seven lines in ten", "of a long log, in which", false),
          new Word("no line", "Gryffindor common room", false),
          new Word("one line in 100,000, ignoring case", "CANNOT FIND SYMBOL", true),
          new Word("seven lines in ten, ignoring case", "OF A LONG LOG, IN WHICH", true));

  private final Path root;
  private final int lines;

  private LogBench(Path root, int lines) {
    this.root = root;
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
      var bench = new LogBench(folder.resolve("logs"), lines);
      System.out.printf("load before: %s%n%n| ms, %d million lines | median | worst |%n|---|---|---|%n", load(), lines / 1_000_000);
      bench.write(folder);
      bench.search();
      bench.searchElsewhere();
      bench.serve(folder);
      System.out.printf("%nload afterwards: %s%n", load());
    } finally {
      try (var files = Files.walk(folder)) {
        for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  /// How many processes wanted a processor in the last minute, five, and fifteen.
  private static String load() throws IOException {
    String[] said = Files.readString(Path.of("/proc/loadavg")).split(" ");
    return said[0] + ", " + said[1] + ", " + said[2];
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
    if (number % DIFFERENT == 70_000) {
      line = "src/main/java/Tea.java:" + number + ": error: cannot find symbol Kettle, which is what one looks for in a log";
    }
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private void write(Path folder) throws IOException {
    List<byte[]> texts = new ArrayList<>();
    for (int i = 0; i < DIFFERENT; i++) {
      texts.add(line(i));
    }
    List<Double> log = new ArrayList<>();
    List<Double> plain = new ArrayList<>();
    List<Double> marking = new ArrayList<>();
    Path beside = folder.resolve("plain");
    for (int run = 0; run < WRITES; run++) {
      long begin = System.nanoTime();
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(beside), 1 << 16)) {
        for (int i = 0; i < lines; i++) {
          out.write(texts.get(i % DIFFERENT));
        }
      }
      plain.add(millis(begin));
      Files.delete(beside);
      for (String ending : List.of(".log", ".lines", ".errors", ".groups")) {
        Files.deleteIfExists(root.resolve(ATTEMPT + ending));
      }
      begin = System.nanoTime();
      try (LogWriter writer = new Logs(root).writer(ATTEMPT)) {
        for (int i = 0; i < lines; i++) {
          writer.print(START.plusNanos(i), texts.get(i % DIFFERENT));
        }
      }
      log.add(millis(begin));
      Path alone = Files.createDirectory(folder.resolve("marks" + run));
      marking.add(MarkingAlone.nanos(alone, texts, lines) / 1e6);
    }
    row("written as a log, a call for each line", log);
    row("written to a plain file, buffered", plain);
    ratio("log over plain file", log, plain);
    row("finding errors and groups alone", marking);
    ratio("its share of writing the log, on a thread beside", marking, log);
  }

  private interface Act {
    void act(int run) throws IOException, InterruptedException;
  }

  private static List<Double> time(int runs, Act act) throws IOException, InterruptedException {
    List<Double> times = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      long begin = System.nanoTime();
      act.act(run);
      times.add(millis(begin));
    }
    return times;
  }

  /// Each run by a reader that remembers nothing.
  private void search() throws IOException, InterruptedException {
    for (Word word : WORDS) {
      beside(
          "search here, " + word.what(),
          word,
          root.resolve(ATTEMPT + ".log"),
          text -> new Logs(root).reader(ATTEMPT).search(new Needle(text, word.ignoreCase()), lines / 2L, 100).count());
    }
  }

  private interface Counting {
    long count(String text) throws IOException, InterruptedException;
  }

  /// In turns with grep, and both must count the same.
  private static void beside(String name, Word word, Path file, Counting counting) throws IOException, InterruptedException {
    List<Double> times = new ArrayList<>();
    List<Double> greps = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      String text = word.in(run);
      long begin = System.nanoTime();
      long count = counting.count(text);
      times.add(millis(begin));
      begin = System.nanoTime();
      Process grep = new ProcessBuilder("grep", word.ignoreCase() ? "-ciF" : "-cF", "--", text, file.toString()).start();
      long known = Long.parseLong(new String(grep.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
      grep.waitFor();
      greps.add(millis(begin));
      if (count != known) {
        throw new IllegalStateException(text + ": " + count + " lines, but grep finds " + known);
      }
    }
    row(name, times);
    row("... `grep -c`", greps);
    ratio("... ours over it", times, greps);
  }

  private void searchElsewhere() throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                ServerProcess.java(), "-XX:+UseSerialGC", "-Xmx" + SMALL, "-cp", System.getProperty("java.class.path"),
                LogBench.class.getName(), "in", root.toString())
            .inheritIO()
            .start();
    if (child.waitFor() != 0) {
      throw new IllegalStateException("a search needs more than " + SMALL + " in all");
    }
  }

  private static void searchInLittleMemory(Path root) {
    LogReader reader = new Logs(root).reader(ATTEMPT);
    for (Word word : WORDS) {
      reader.search(new Needle(word.in(0), word.ignoreCase()), reader.lineCount() / 2, 1_000);
    }
    System.out.printf("| the same searches in a JVM with a heap of %s in all | done | |%n", SMALL);
  }

  /// The log belongs to the server from here on.
  private void serve(Path folder) throws IOException, InterruptedException {
    Path filled = folder.resolve("filled");
    fill(filled);
    try (var server = ServerProcess.busy(filled, ServerProcess.freePort());
        var wire = new Wire(server.address());
        var client = HttpClient.newHttpClient()) {
      Path logs = server.directory().resolve("logs");
      Files.move(root, logs);
      List<Double> first = time(1, _ -> get(wire, PAGE, true));
      get(wire, lines(1), true);
      count(client, server, "", WORDS.getFirst(), "nothing yet");
      double heap = heap(server);
      double resident = server.resident();
      row("page, the first since the server started", first);
      row("page at the first error", time(PAGES, _ -> get(wire, PAGE, true)));
      row("page in the middle", time(PAGES, run -> get(wire, PAGE + "?from=" + middle(run), true)));
      System.out.printf(
          Locale.ROOT, "| page, KB, and compressed | %.0f | %.0f |%n", get(wire, PAGE, false) / 1e3, get(wire, PAGE, true) / 1e3);
      row("jump into the middle", time(PAGES, run -> get(wire, lines(middle(run)), true)));
      for (Word word : WORDS) {
        beside(
            "search over HTTP, " + word.what(),
            word,
            logs.resolve(ATTEMPT + ".log"),
            text -> count(client, server, "&from=" + lines / 2, word, text));
        row(
            "... the next match, " + word.what(),
            time(RUNS, run -> count(client, server, "&from=" + (lines / 2 + run * DIFFERENT), word, word.in(0))));
      }
      System.out.printf(Locale.ROOT, "| heap of the server, MB, before and after all of it | %.1f | %.1f |%n", heap, heap(server));
      System.out.printf(Locale.ROOT, "| resident memory of the server, MB, before and after | %.0f | %.0f |%n", resident, server.resident());
    }
  }

  private int middle(int run) {
    return lines / 2 + 7919 * run;
  }

  private static String lines(int line) {
    return PAGE + "/lines?attempt=1&from=" + line + "&at=" + (line + 60) + "&count=" + WINDOW;
  }

  private static double get(Wire wire, String path, boolean gzip) throws IOException {
    Wire.Answer answer = wire.get(path, gzip);
    if (answer.status() != 200) {
      throw new IllegalStateException(path + " answers " + answer.status());
    }
    return answer.bytes();
  }

  private static long count(HttpClient client, ServerProcess server, String from, Word word, String text)
      throws IOException, InterruptedException {
    String query = "/matches?attempt=1&search=" + URLEncoder.encode(text, StandardCharsets.UTF_8) + (word.ignoreCase() ? "" : "&case=exact") + from;
    String body = client.send(HttpRequest.newBuilder(URI.create(server.address() + PAGE + query)).build(), BodyHandlers.ofString()).body();
    Matcher count = COUNT.matcher(body);
    if (!count.find()) {
      throw new IllegalStateException(query + " answers " + body);
    }
    return Long.parseLong(count.group(1));
  }

  /// What is left after a collection, in megabytes.
  private static double heap(ServerProcess server) throws IOException, InterruptedException {
    jcmd(server, "GC.run");
    Matcher used = USED.matcher(jcmd(server, "GC.heap_info"));
    double kilobytes = 0;
    while (used.find()) {
      kilobytes += Double.parseDouble(used.group(1));
    }
    if (kilobytes == 0) {
      throw new IllegalStateException("the server does not say what its heap holds");
    }
    return kilobytes * 1024 / 1e6;
  }

  private static String jcmd(ServerProcess server, String command) throws IOException, InterruptedException {
    String tool = Path.of(ServerProcess.java()).resolveSibling("jcmd").toString();
    Process process = new ProcessBuilder(tool, String.valueOf(server.pid()), command).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said;
  }

  /// A store with one change, whose step printed the log and failed.
  private static void fill(Path filled) throws IOException {
    Files.createDirectories(filled);
    String text =
        """
        repository: shop
        on: {push: ["work/**"]}
        stages:
          - {name: verify, steps: [unit]}
        steps:
          unit: {image: "millrace/demo:1", run: "true"}
        """;
    PipelineName name = ATTEMPT.change().pipeline();
    var definition =
        new Definition(new DefinitionReader().pipeline(name, new Source("shop.yml", text)), "%040x".formatted(1), "shop.yml", text);
    var commit = new CommitId("%040x".formatted(2));
    Instant end = START.plusSeconds(600);
    var attempt =
        new Attempt(ATTEMPT, 1, commit, definition.commit(), START, new AttemptState.Failed(START, end, new Fault.ExitCode(1)));
    Change change =
        new Change(
                ATTEMPT.change(),
                new Commit(commit, "Print much", "Ada"),
                new Aim.Check(new BranchName("work/long"), false),
                "a push",
                definition,
                START,
                new ChangeState.Queued(START, null),
                null,
                1,
                List.of())
            .on(new Candidate(commit, commit))
            .with(List.of(attempt))
            .in(new ChangeState.Failed(end, "verify failed"));
    try (Store store = Filling.open(filled)) {
      store.save(List.of(new Decision(new InFlight(Map.of(name, definition), Map.of(), new TreeMap<>()), List.of(change), List.of())));
    }
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

  private static void ratio(String name, List<Double> values, List<Double> beside) {
    System.out.printf(Locale.ROOT, "| %s | **%.2f** | |%n", name, median(values) / median(beside));
  }
}
