package dev.millrace.bench;

import dev.millrace.stories.HeldServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/// How long callers wait over a restart behind a socket that outlives the server: every 20 ms somebody comes over a new
/// connection, whether those before have been answered or not. Beside each restart, a JVM that only says its version.
/// Run by `./zero bench restart`, in the project's directory.
public final class RestartBench {
  private static final int RESTARTS = 20;
  private static final long APART_MILLIS = 20;

  private RestartBench() {}

  /// One caller, by the clock of [System#nanoTime].
  private record Call(long came, long answered) {
    double millis() {
      return (answered - came) / 1e6;
    }
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    var bare = new ArrayList<Double>();
    var silent = new ArrayList<Double>();
    var longest = new ArrayList<Double>();
    Path directory = Files.createTempDirectory("millrace-bench");
    List<String> java =
        List.of(
            ServerProcess.java(), "@jvm.options", "-XX:AOTCache=target/millrace.aot", "-Xlog:aot*=error", "-jar",
            "target/millrace.jar");
    try (var server = new HeldServer(directory.resolve("data"), java)) {
      for (int i = 0; i < RESTARTS; i++) {
        bare.add(StartBench.bareJvm());
        List<Call> calls = restart(server);
        longest.add(calls.stream().mapToDouble(Call::millis).max().orElseThrow());
        silent.add(silence(calls));
      }
    }
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
    System.out.println("| of " + RESTARTS + " restarts | p50 | p95 |");
    System.out.println("|---|---|---|");
    row("java -version, ms", bare, "%.0f");
    row("from the last answer of the old server to the first of the new one, ms", silent, "%.0f");
    row("the longest wait of a caller, ms", longest, "%.0f");
    row("the longest wait over java -version", beside(longest, bare), "%.0f");
  }

  private static List<Call> restart(HeldServer server) throws IOException, InterruptedException {
    Queue<Call> calls = new ConcurrentLinkedQueue<>();
    Queue<IOException> failures = new ConcurrentLinkedQueue<>();
    var callers = new ArrayList<Thread>();
    Thread coming =
        Thread.ofPlatform().start(
            () -> {
              try {
                while (true) {
                  callers.add(Thread.ofVirtual().start(() -> call(server.address(), calls, failures)));
                  TimeUnit.MILLISECONDS.sleep(APART_MILLIS);
                }
              } catch (InterruptedException enough) {
                // they came before, during and after the restart
              }
            });
    TimeUnit.MILLISECONDS.sleep(500);
    server.restart();
    TimeUnit.MILLISECONDS.sleep(500);
    coming.interrupt();
    coming.join();
    for (Thread caller : callers) {
      caller.join();
    }
    if (!failures.isEmpty()) {
      throw new IOException(failures.size() + " callers were not answered", failures.peek());
    }
    return List.copyOf(calls);
  }

  private static void call(String address, Queue<Call> calls, Queue<IOException> failures) {
    long came = System.nanoTime();
    try (var wire = new Wire(address)) {
      int status = wire.get("/api/v1/pipelines", false).status();
      if (status != 200) {
        throw new IOException("answered by " + status);
      }
      calls.add(new Call(came, System.nanoTime()));
    } catch (IOException e) {
      failures.add(e);
    }
  }

  /// The longest time in which nobody was answered.
  private static double silence(List<Call> calls) {
    long[] answered = calls.stream().mapToLong(Call::answered).sorted().toArray();
    return IntStream.range(1, answered.length).mapToLong(i -> answered[i] - answered[i - 1]).max().orElseThrow() / 1e6;
  }

  private static List<Double> beside(List<Double> values, List<Double> others) {
    return IntStream.range(0, values.size()).mapToObj(i -> values.get(i) / others.get(i)).toList();
  }

  private static void row(String name, List<Double> values, String format) {
    List<Double> sorted = values.stream().sorted().toList();
    double half = sorted.get(sorted.size() / 2);
    double nearlyAll = sorted.get((int) Math.ceil(sorted.size() * 0.95) - 1);
    System.out.printf(Locale.ROOT, "| %s | " + format + " | " + format + " |%n", name, half, nearlyAll);
  }
}
