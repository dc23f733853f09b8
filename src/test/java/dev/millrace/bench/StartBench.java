package dev.millrace.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How long the server takes to be ready and what it then holds in memory, beside a JVM that only says its version:
/// with an empty data directory, and again with one that it has made before.
/// Run by `./zero bench start`, in the project's directory.
public final class StartBench {
  private static final int RUNS = 5;
  private static final Duration IDLE = Duration.ofSeconds(5);

  private StartBench() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<Double> bare = new ArrayList<>();
    var without = new Kind("");
    var ahead = new Kind(" with a head start");
    var again = new Kind(" again with a head start");
    Path data = Files.createTempDirectory("millrace-start");
    try {
      for (int run = 0; run < RUNS; run++) {
        bare.add(bareJvm());
        without.measure(new ServerProcess(false));
        if (ServerProcess.canHaveHeadStart()) {
          ahead.measure(new ServerProcess(true));
          if (run == 0) {
            // makes the tables
            ServerProcess.over(data, true).close();
          }
          again.measure(ServerProcess.over(data, true));
        }
      }
    } finally {
      ServerProcess.delete(data);
    }
    Figures.head("");
    Figures.row("java -version, ms", bare);
    for (Kind kind : ServerProcess.canHaveHeadStart() ? List.of(without, ahead, again) : List.of(without)) {
      kind.print(bare);
    }
  }

  /// One way to start, with what it took each time.
  private record Kind(String how, List<Double> ready, List<Double> processor, List<Double> resident) {
    Kind(String how) {
      this(how, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    }

    void measure(ServerProcess started) throws IOException, InterruptedException {
      try (var server = started) {
        ready.add(server.ready());
        processor.add(server.processor() * 1000);
        Thread.sleep(IDLE);
        resident.add(server.resident());
      }
    }

    void print(List<Double> bare) {
      Figures.row("server ready" + how + ", ms", ready);
      Figures.row("processor time until ready" + how + ", ms", processor);
      Figures.row("memory after " + IDLE.toSeconds() + " s idle" + how + ", MB", resident);
      Figures.ratio("ready" + how + " over java -version", ready, bare);
    }
  }

  static double bareJvm() throws IOException, InterruptedException {
    long start = System.nanoTime();
    Process process = new ProcessBuilder(ServerProcess.java(), "-version").redirectErrorStream(true).start();
    process.getInputStream().transferTo(OutputStream.nullOutputStream());
    process.waitFor();
    return (System.nanoTime() - start) / 1e6;
  }
}
