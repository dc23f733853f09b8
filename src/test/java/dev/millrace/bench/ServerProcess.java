package dev.millrace.bench;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The server as a process of its own, started as `./zero run` starts it, with an empty data directory. It is ready when
/// the constructor returns.
final class ServerProcess implements AutoCloseable {
  /// Made by `./zero run`.
  private static final Path HEAD_START = Path.of("target/millrace.aot");

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path directory = Files.createTempDirectory("millrace-bench");
  private final Path output = directory.resolve("output");
  private final int port = freePort();
  private final Process process;
  private final double ready;

  /// @param headStart whether with what the JVM remembers of an earlier start
  /// @param options of the server, besides its port and its data
  ServerProcess(boolean headStart, String... options) throws IOException, InterruptedException {
    this(ahead(headStart), (port, directory) -> serve(port, directory.resolve("data"), options));
  }

  /// A server over data that stay when it ends.
  static ServerProcess over(Path data, boolean headStart) throws IOException, InterruptedException {
    return new ServerProcess(ahead(headStart), (port, _) -> serve(port, data));
  }

  private static List<String> ahead(boolean headStart) {
    return headStart ? List.of("-XX:AOTCache=" + HEAD_START) : List.of();
  }

  private static List<String> serve(int port, Path data, String... options) {
    var all = new ArrayList<String>(List.of("-jar", "target/millrace.jar", "serve", "--port", String.valueOf(port)));
    all.addAll(List.of("--data", data.toString()));
    all.addAll(List.of(options));
    return all;
  }

  /// A server without containers over the data of another directory, of which it gets a copy.
  static ServerProcess busy(Path filled, int beside) throws IOException, InterruptedException {
    return new ServerProcess(
        List.of("-cp", System.getProperty("java.class.path")),
        (port, directory) -> {
          Files.copy(filled.resolve("millrace.mv.db"), directory.resolve("millrace.mv.db"));
          return List.of(BusyServer.class.getName(), String.valueOf(port), directory.toString(), String.valueOf(beside));
        });
  }

  /// What the JVM is to be told behind its options.
  private interface Arguments {
    List<String> of(int port, Path directory) throws IOException;
  }

  private ServerProcess(List<String> options, Arguments arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(java(), "@jvm.options"));
    command.addAll(options);
    command.addAll(arguments.of(port, directory));
    long start = System.nanoTime();
    process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    try {
      awaitReady();
    } catch (IOException | InterruptedException | RuntimeException e) {
      close();
      throw e;
    }
    ready = (System.nanoTime() - start) / 1e6;
  }

  static boolean canHaveHeadStart() {
    return Files.exists(HEAD_START);
  }

  static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /// Without a slash at the end.
  String address() {
    return "http://127.0.0.1:" + port;
  }

  /// A directory that goes with the process.
  Path directory() {
    return directory;
  }

  /// Milliseconds from the start of the process to the first good answer.
  double ready() {
    return ready;
  }

  /// Megabytes that it holds in memory now.
  double resident() throws IOException {
    return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum() / 1024.0;
  }

  /// Seconds of processor time that it has used.
  double processor() {
    return process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
  }

  long pid() {
    return process.pid();
  }

  /// What it has printed so far.
  List<String> printed() throws IOException {
    return Files.readAllLines(output);
  }

  void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  private void awaitReady() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address() + "/health/ready")).timeout(PATIENCE).build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    try (HttpClient client = HttpClient.newHttpClient()) {
      while (!answersWell(client, request)) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw new IllegalStateException("the server did not get ready:\n" + Files.readString(output));
        }
        Thread.sleep(5);
      }
    }
  }

  private static boolean answersWell(HttpClient client, HttpRequest request) throws InterruptedException {
    try {
      return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException notYet) {
      return false;
    }
  }

  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    delete(directory);
  }

  /// A directory with all that is in it.
  static void delete(Path whole) throws IOException {
    try (var paths = Files.walk(whole)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
