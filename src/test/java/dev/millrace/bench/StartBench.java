package dev.millrace.bench;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How long the server takes to be ready and what it then holds in memory, beside a JVM that only says its version.
/// Run by `./zero bench start`, in the project's directory.
public final class StartBench {
  private static final int RUNS = 5;
  private static final Duration IDLE = Duration.ofSeconds(5);

  private StartBench() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    List<Double> bare = new ArrayList<>();
    List<Double> ready = new ArrayList<>();
    List<Double> resident = new ArrayList<>();
    List<Double> readyAhead = new ArrayList<>();
    List<Double> residentAhead = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      bare.add(bareJvm());
      measure(false, ready, resident);
      if (ServerProcess.canHaveHeadStart()) {
        measure(true, readyAhead, residentAhead);
      }
    }
    Figures.head("");
    Figures.row("java -version, ms", bare);
    Figures.row("server ready, ms", ready);
    Figures.row("memory after " + IDLE.toSeconds() + " s idle, MB", resident);
    Figures.ratio("ready over java -version", ready, bare);
    if (!readyAhead.isEmpty()) {
      Figures.row("server ready with a head start, ms", readyAhead);
      Figures.row("memory after " + IDLE.toSeconds() + " s idle with a head start, MB", residentAhead);
      Figures.ratio("ready with a head start over java -version", readyAhead, bare);
    }
  }

  private static void measure(boolean headStart, List<Double> ready, List<Double> resident)
      throws IOException, InterruptedException {
    try (var server = new ServerProcess(headStart)) {
      ready.add(server.ready());
      Thread.sleep(IDLE);
      resident.add(server.resident());
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
