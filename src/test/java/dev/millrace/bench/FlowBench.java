package dev.millrace.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.runner.docker.RawEngine;
import dev.millrace.runner.docker.TestImages;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the whole server costs: a push starts ten trivial stages, one after the other, against ten containers made by
/// bare calls of the engine (create, start, wait, remove), which bring no workspace, no log, no boundaries and no
/// database. Rounds are interleaved, as the machine is never quiet. Run by `./zero bench flow`, which may be given how
/// many rounds.
public final class FlowBench {
  private static final int STAGES = 10;
  private static final int WARM = 3;
  private static final String IMAGE = "millrace/demo:1";
  private static final Duration GLANCE = Duration.ofMillis(20);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final JsonMapper JSON = new JsonMapper();
  private static final String DEFINITION =
      """
      repository: chain
      on:
        push: [main]
      stages: [%s]
      steps:
      %s
      """
          .formatted(
              String.join(", ", IntStream.range(0, STAGES).mapToObj(at -> "s" + at).toList()),
              String.join(
                  "\n",
                  IntStream.range(0, STAGES)
                      .mapToObj(at -> "  s%d: {image: \"%s\", run: \"true\"}".formatted(at, IMAGE))
                      .toList()));

  private final ServerProcess server;
  private final HttpClient http;

  private final List<Double> raw = new ArrayList<>();
  private final List<Double> rawStart = new ArrayList<>();
  private final List<Double> flow = new ArrayList<>();
  private final List<Double> steps = new ArrayList<>();
  private final List<Double> first = new ArrayList<>();
  private final List<Double> between = new ArrayList<>();

  private FlowBench(ServerProcess server, HttpClient http) {
    this.server = server;
    this.http = http;
  }

  public static void main(String[] arguments) throws IOException, InterruptedException {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 12;
    try (var server = new ServerProcess(false);
        HttpClient http = HttpClient.newHttpClient();
        var engine = new RawEngine(TestImages.HOST.substring("unix://".length()))) {
      var bench = new FlowBench(server, http);
      Path chain = bench.define();
      // the first rounds warm both up
      for (int round = 1 - WARM; round <= rounds; round++) {
        bench.rawRound(engine, round > 0);
        bench.flowRound(chain, round + WARM, round > 0);
      }
      bench.print();
    }
  }

  private void print() {
    Figures.head("ms, of " + raw.size() + " rounds");
    Figures.row(STAGES + " containers by bare calls", raw);
    Figures.row(STAGES + " stages, from the push acknowledged to the end being told", flow);
    Figures.row(STAGES + " stages, from the start of the first process to the end of the last", steps);
    Figures.row("between the end of a step's process and the start of the next one's", between);
    Figures.row("one container by bare calls, until its process has started", rawStart);
    Figures.row("from the push acknowledged to the start of the first process", first);
    Figures.ratio("stages over bare calls, from the push", flow, raw);
    Figures.ratio("stages over bare calls, from the first process", steps, raw);
  }

  /// Defines the pipeline, and gives a clone of its repository with one commit.
  private Path define() throws IOException, InterruptedException {
    Path definitions = repository("pipelines");
    Files.writeString(definitions.resolve("chain.yml"), DEFINITION);
    commitAndPush(definitions);
    Path chain = repository("chain");
    Files.writeString(chain.resolve("README.md"), "ten stages that do nothing\n");
    return chain;
  }

  private Path repository(String name) throws IOException, InterruptedException {
    Path directory = server.directory().resolve(name);
    Files.createDirectories(directory);
    git(directory, "init", "-q", "-b", "main");
    git(directory, "remote", "add", "origin", server.address() + "/git/" + name + ".git");
    return directory;
  }

  private static void commitAndPush(Path repository) throws IOException, InterruptedException {
    git(repository, "add", ".");
    git(repository, "commit", "-q", "--allow-empty", "-m", "Go on");
    git(repository, "push", "-q", "origin", "main");
  }

  private static void git(Path directory, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(
                Stream.of("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org"), Stream.of(arguments))
            .toList();
    var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("no_proxy", "*");
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + ": " + output);
    }
  }

  private void flowRound(Path chain, int number, boolean counts) throws IOException, InterruptedException {
    commitAndPush(chain);
    Instant pushed = Instant.now();
    JsonNode change = ended(number);
    Instant told = Instant.now();
    if (!change.get("state").asString().equals("passed")) {
      throw new IllegalStateException("the change did not pass: " + change);
    }
    if (!counts) {
      return;
    }
    flow.add(milliseconds(pushed, told));
    Instant before = null;
    for (JsonNode stage : change.get("stages")) {
      Instant startedAt = Instant.parse(stage.get("startedAt").asString());
      if (before == null) {
        first.add(milliseconds(pushed, startedAt));
        steps.add(milliseconds(startedAt, Instant.parse(change.get("finishedAt").asString())));
      } else {
        between.add(milliseconds(before, startedAt));
      }
      before = Instant.parse(stage.get("finishedAt").asString());
    }
  }

  private JsonNode ended(int number) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(URI.create(server.address() + "/api/v1/pipelines/chain/changes/" + number)).build();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      var answer = http.send(request, BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(answer.body());
      }
      JsonNode change = JSON.readTree(answer.body());
      if (!change.get("finishedAt").isNull()) {
        return change;
      }
      Thread.sleep(GLANCE);
    }
    throw new IllegalStateException("change " + number + " does not end");
  }

  private void rawRound(RawEngine engine, boolean counts) throws IOException {
    long took = 0;
    for (int at = 0; at < STAGES; at++) {
      Instant asked = Instant.now();
      long begin = System.nanoTime();
      String created =
          asked(
              engine,
              "POST",
              "/containers/create",
              """
              {"Image":"%s","Entrypoint":["/bin/sh","-ec","true"],"HostConfig":{"NetworkMode":"none"}}"""
                  .formatted(IMAGE));
      String id = created.substring(created.indexOf("\"Id\":\"") + 6).substring(0, 64);
      asked(engine, "POST", "/containers/" + id + "/start", "");
      asked(engine, "POST", "/containers/" + id + "/wait", "");
      took += System.nanoTime() - begin;
      String state = asked(engine, "GET", "/containers/" + id + "/json", "");
      begin = System.nanoTime();
      asked(engine, "DELETE", "/containers/" + id + "?v=1", "");
      took += System.nanoTime() - begin;
      if (counts) {
        String startedAt = JSON.readTree(state).get("State").get("StartedAt").asString();
        rawStart.add(milliseconds(asked, Instant.parse(startedAt)));
      }
    }
    if (counts) {
      raw.add(took / 1e6);
    }
  }

  private static String asked(RawEngine engine, String method, String path, String body) throws IOException {
    RawEngine.Answer answer = engine.ask(method, path, "application/json", body.getBytes(UTF_8));
    if (answer.status() >= 300) {
      throw new IllegalStateException(path + ": " + answer);
    }
    return answer.text();
  }

  private static double milliseconds(Instant from, Instant to) {
    return Duration.between(from, to).toNanos() / 1e6;
  }
}
