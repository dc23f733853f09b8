package dev.millrace.torture;

import dev.millrace.stories.HeadStart;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The server: a process of its own that is started, killed and started again over the same data.
final class Victim implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration ANSWER = Duration.ofSeconds(20);

  /// When it was there to be asked.
  record Up(Instant from, Instant to) {}

  private final Path data;
  private final Path temporary;
  private final Path output;
  private final String docker;
  private final int memory;
  private final Map<String, String> environment;
  private final int port;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Up> ups = new ArrayList<>();
  private final AtomicInteger starts = new AtomicInteger();
  private volatile Process process;
  private Instant upSince;
  private volatile boolean killed;

  /// @param memory its heap in megabytes
  Victim(Path folder, Path data, String docker, int memory, Map<String, String> environment) throws IOException {
    this.data = data;
    this.temporary = Files.createDirectories(folder.resolve("tmp"));
    this.output = folder.resolve("server.log");
    this.docker = docker;
    this.memory = memory;
    this.environment = environment;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
  }

  String address() {
    return "http://127.0.0.1:" + port;
  }

  Path data() {
    return data;
  }

  Path temporary() {
    return temporary;
  }

  int starts() {
    return starts.get();
  }

  /// Begins a process and does not wait for it.
  void begin() throws IOException {
    List<String> command =
        new ArrayList<>(
            HeadStart.java("-Xmx" + memory + "m", "-XX:+ExitOnOutOfMemoryError", "-Djava.io.tmpdir=" + temporary));
    command.addAll(
        List.of(
            "serve", "--port", Integer.toString(port), "--data", data.toString(), "--docker", docker, "--steps", "6",
            "--url", address()));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
    builder.environment().putAll(environment);
    synchronized (this) {
      killed = false;
      process = builder.start();
    }
    starts.incrementAndGet();
  }

  /// Whether it got ready before the time was over.
  boolean ready(Duration limit) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (process.isAlive() && System.nanoTime() < end) {
      if (status("/health/live") == 200) {
        synchronized (this) {
          if (upSince == null) {
            upSince = Instant.now();
          }
        }
        return true;
      }
      Thread.sleep(20);
    }
    return false;
  }

  boolean alive() {
    return process.isAlive();
  }

  /// Whether it was killed by us since it was begun.
  boolean killed() {
    return killed;
  }

  /// `kill -9`; the process is gone when this returns.
  void kill() {
    Process now;
    synchronized (this) {
      killed = true;
      now = process;
      down();
    }
    if (now == null) {
      return;
    }
    try {
      now.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Asks it to end; whether it did so in time.
  boolean end(Duration limit) throws InterruptedException {
    synchronized (this) {
      killed = true;
      down();
    }
    process.destroy();
    return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  synchronized void down() {
    if (upSince != null) {
      ups.add(new Up(upSince, Instant.now()));
      upSince = null;
    }
  }

  synchronized List<Up> ups() {
    List<Up> all = new ArrayList<>(ups);
    if (upSince != null) {
      all.add(new Up(upSince, Instant.MAX));
    }
    return all;
  }

  int status(String path) {
    try {
      return http.send(request(path).build(), BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(request(path).build(), BodyHandlers.ofString());
  }

  JsonNode json(String path) throws IOException, InterruptedException {
    HttpResponse<String> answer = get(path);
    if (answer.statusCode() != 200) {
      throw new IOException(path + ": " + answer.statusCode() + " " + answer.body());
    }
    return JSON.readTree(answer.body());
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return http.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address() + path)).timeout(ANSWER);
  }

  /// All changes of a pipeline, oldest first.
  List<JsonNode> changes(String pipeline) throws IOException, InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    for (String next = "/api/v1/pipelines/" + pipeline + "/changes?limit=100"; next != null; ) {
      JsonNode page = json(next);
      page.get("changes").forEach(all::add);
      next = page.get("next").isNull() ? null : page.get("next").asString();
    }
    return all.reversed();
  }

  @Override
  public void close() {
    kill();
    http.shutdownNow();
  }
}
