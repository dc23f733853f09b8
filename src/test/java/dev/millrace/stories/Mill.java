package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.ChangeId;
import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Source;
import dev.millrace.engine.Progress;
import dev.millrace.git.Worktree;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.runner.ScriptedContainers;
import dev.millrace.server.Server;
import dev.millrace.server.Settings;
import dev.millrace.store.Moved;
import dev.millrace.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A whole server over scripted containers, and what people do with it. Everything but the containers is real: git over
/// HTTP, the database in its file, the logs, the API.
///
/// Steps whose command is `pass` pass by themselves; all others do what the test says. Steps are named by their
/// locator without the pipeline, `1/verify/unit/1`, where it is `shop`, and changes by their number.
final class Mill implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ROOM = 4;
  private static final Map<String, Seed> SEEDS = new HashMap<>();

  final SettableClock clock = new SettableClock();

  /// By how much the clock of the containers' engine is behind.
  Duration engineBehind = Duration.ZERO;

  final ScriptedContainers containers =
      new ScriptedContainers(() -> clock.instant().minus(engineBehind)).script("pass", step -> end(step, 0)).script("fail", step -> end(step, 1));
  final Names names = new Names();

  /// After how long a silence a push that waits is told something; counts from the next start on.
  Duration keepAlive = Progress.KEEP_ALIVE;

  private final HttpClient ears = HttpClient.newHttpClient();
  private final Path folder;
  private final int port;
  private final Listener listener;
  private Path data;
  private int lives;
  private HttpClient http = HttpClient.newHttpClient();
  private @Nullable Server server;
  private @Nullable Store store;
  private @Nullable Developer definers;
  private @Nullable Developer shop;

  static {
    Worktree.settle();
  }

  Mill(Path folder) throws Exception {
    this(folder, _ -> {});
  }

  /// @param scripts what steps do by themselves, from the first moment on
  Mill(Path folder, Consumer<Mill> scripts) throws Exception {
    scripts.accept(this);
    this.folder = folder;
    this.data = folder.resolve("data");
    this.port = freePort();
    this.listener = new Listener(ears, URI.create(address() + "/api/v1/events"));
    start();
  }

  /// A mill with one pipeline, `shop`, and a first commit on the shop's main.
  static Mill withShop(Path folder, String definition) throws Exception {
    Seed seed = SEEDS.get(definition);
    if (seed == null) {
      Path nursery = Files.createDirectory(folder.resolve("nursery"));
      try (var mill = new Mill(nursery)) {
        mill.define("shop", definition);
        mill.shop().pushToMain("Begin", "readme", "A shop\n");
      }
      seed = Seed.of(nursery);
      SEEDS.put(definition, seed);
    }
    Path home = Files.createDirectory(folder.resolve("home"));
    seed.sow(home);
    var mill = new Mill(home);
    mill.names.call(mill.shop().head(), "Begin");
    return mill;
  }

  // -- people

  /// Who works on the shop.
  Developer shop() {
    if (shop == null) {
      shop = developer("shop");
    }
    return shop;
  }

  /// Who defines pipelines.
  Developer definers() {
    if (definers == null) {
      definers = developer("pipelines");
    }
    return definers;
  }

  Developer developer(String repository) {
    Path clone = folder.resolve("clone-" + repository);
    String url = address() + "/git/" + repository + ".git";
    if (Files.exists(clone)) {
      var known = new Worktree(clone);
      known.git("remote", "set-url", "origin", url);
      return new Developer(known, names);
    }
    return new Developer(Worktree.clone(url, clone), names);
  }

  String define(String pipeline, String definition) {
    return definers().pushToMain("Define " + pipeline, pipeline + ".yml", definition);
  }

  // -- requests

  HttpResponse<String> get(String path, String... headers) {
    return send(request(path, headers).build());
  }

  /// An answer that may go on for as long as it likes.
  InputStream open(String path) throws Exception {
    return http.send(request(path).build(), HttpResponse.BodyHandlers.ofInputStream()).body();
  }

  /// What the API answers: `201 /api/v1/pipelines/shop/changes/1`, or `409 Refused: because`.
  String post(String path, String body) {
    HttpResponse<String> response =
        send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build());
    return response.statusCode() + " "
        + response.headers().firstValue("Location").orElseGet(() -> problem(response));
  }

  /// The sentence of a problem, which has to come as one.
  String problem(HttpResponse<String> response) {
    assertThat(response.headers().firstValue("Content-Type")).as(response.body()).contains("application/problem+json");
    JsonNode problem = JSON.readTree(response.body());
    assertThat(problem.get("status").intValue()).isEqualTo(response.statusCode());
    return names.in(problem.get("title").stringValue() + ": " + problem.get("detail").stringValue());
  }

  String trigger(String pipeline, String body) {
    return post("/api/v1/pipelines/" + pipeline + "/changes", body);
  }

  String runAgain(int number, String from) {
    return post("/api/v1/pipelines/shop/changes/" + number + "/attempts", "{\"from\": \"" + from + "\"}");
  }

  String runAgainByTodaysDefinition(int number, String from) {
    return post(
        "/api/v1/pipelines/shop/changes/" + number + "/attempts",
        "{\"from\": \"" + from + "\", \"definition\": \"latest\"}");
  }

  /// Has the mirror look at its remote, and waits for what it sees.
  HttpResponse<String> fetch(String mirror) {
    return send(request("/api/v1/repositories/" + mirror + "/fetch").POST(HttpRequest.BodyPublishers.noBody()).build());
  }

  String cancel(int number) {
    return post("/api/v1/pipelines/shop/changes/" + number + "/cancellation", "");
  }

  private HttpRequest.Builder request(String path, String... headers) {
    var request = HttpRequest.newBuilder(URI.create(address() + path)).timeout(PATIENCE);
    return headers.length == 0 ? request : request.headers(headers);
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // -- steps

  void runs(String step) throws InterruptedException {
    containers.awaitRunning(locator(step));
  }

  void passes(String step) throws InterruptedException {
    runs(step);
    containers.end(locator(step), 0);
  }

  void fails(String step) throws InterruptedException {
    runs(step);
    containers.end(locator(step), 1);
  }

  /// Fails, and fails once more when it is looked at by itself.
  void failsTwice(String step) throws InterruptedException {
    fails(step);
    int slash = step.lastIndexOf('/');
    fails(step.substring(0, slash + 1) + (Integer.parseInt(step.substring(slash + 1)) + 1));
  }

  void prints(String step, String text) throws InterruptedException {
    runs(step);
    containers.print(locator(step), text);
  }

  void isStopped(String step) throws InterruptedException {
    containers.awaitStopWanted(locator(step));
  }

  /// Waits until so many containers run.
  void awaitSteps(int running) throws InterruptedException {
    listener.until(running + " steps to run", () -> containers.running().size() == running);
  }

  /// How many containers of the shop's change were ever started.
  int started(int number) {
    return attempts(number).stream()
        .map(attempt -> attempt.split(" "))
        .mapToInt(words -> containers.starts("shop/" + number + "/" + words[0] + "/" + words[1]))
        .sum();
  }

  private void end(String step, int code) {
    containers.end(step, code);
  }

  private static String locator(String step) {
    return Character.isDigit(step.charAt(0)) ? "shop/" + step : step;
  }

  // -- what there is to see

  /// The change in one line: `passed (because): build passed, unit passed 2` where the stage was tried twice.
  String change(int number) {
    return change("shop", number);
  }

  String change(String pipeline, int number) {
    JsonNode change = json(pipeline, number);
    var stages = new ArrayList<String>();
    for (JsonNode stage : change.get("stages")) {
      int attempt = stage.get("attempt").intValue();
      stages.add(
          stage.get("name").stringValue() + " " + stage.get("state").stringValue() + (attempt > 1 ? " " + attempt : ""));
    }
    String reason = change.get("reason").stringValue();
    return names.in(
        change.get("state").stringValue() + (reason.isEmpty() ? "" : " (" + reason + ")") + ": "
            + String.join(", ", stages));
  }

  /// All that was ever tried: `build/compile 1 passed`.
  List<String> attempts(int number) {
    var attempts = new ArrayList<String>();
    for (JsonNode stage : json("shop", number).get("stages")) {
      for (JsonNode step : stage.get("steps")) {
        for (JsonNode attempt : step.get("attempts")) {
          String reason = attempt.get("reason").stringValue();
          attempts.add(
              names.in(
                  stage.get("name").stringValue() + "/" + step.get("name").stringValue() + " "
                      + attempt.get("attempt").intValue() + " " + attempt.get("state").stringValue()
                      + (reason.isEmpty() ? "" : " (" + reason + ")")));
        }
      }
    }
    return attempts;
  }

  JsonNode json(String pipeline, int number) {
    HttpResponse<String> response = get("/api/v1/pipelines/" + pipeline + "/changes/" + number);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return JSON.readTree(response.body());
  }

  JsonNode json(String path) {
    return JSON.readTree(get(path).body());
  }

  List<String> history(int number) {
    return history("shop", number);
  }

  List<String> history(String pipeline, int number) {
    return store().history(new ChangeId(new PipelineName(pipeline), number)).stream()
        .map(note -> names.in(note.sentence()))
        .toList();
  }

  /// Where the shop's main is.
  String main() {
    return names.in(shop().main().abbreviated());
  }

  /// Waits until the change is so, as [#change] has it up to the first colon or bracket: `passed`, `running`.
  void becomes(int number, String state) throws InterruptedException {
    becomes("shop", number, state);
  }

  void becomes(String pipeline, int number, String state) throws InterruptedException {
    listener.until(
        pipeline + "#" + number + " to be " + state,
        () -> exists(pipeline, number) && json(pipeline, number).get("state").stringValue().equals(state));
  }

  /// Waits until its history has a line that contains this.
  void tells(int number, String part) throws InterruptedException {
    listener.until(
        "shop#" + number + " to tell: " + part,
        () -> history(number).stream().anyMatch(sentence -> sentence.contains(part)));
  }

  /// Like [#tells], for what moves nothing: the page of the change is asked again and again.
  void hears(int number, String part) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (history(number).stream().noneMatch(sentence -> sentence.contains(part))) {
      assertThat(System.nanoTime()).as("waited in vain for %s", part).isLessThan(end);
    }
  }

  /// Waits until the page says this, for what moves nothing: it is asked again and again.
  void shows(String page, String part) {
    awaitPage(page, part, true);
  }

  void showsNoLonger(String page, String part) {
    awaitPage(page, part, false);
  }

  private void awaitPage(String page, String part, boolean there) {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (get(page).body().contains(part) != there) {
      assertThat(System.nanoTime()).as("waited in vain for %s on %s: %s", part, page, there).isLessThan(end);
    }
  }

  /// Waits until the log has these bytes, by following it.
  void awaitLog(String log, String text) throws Exception {
    try (InputStream following = open(log + "?follow=true")) {
      byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
      assertThat(following.readNBytes(wanted.length)).asString(StandardCharsets.UTF_8).isEqualTo(text);
    }
  }

  boolean exists(String pipeline, int number) {
    return get("/api/v1/pipelines/" + pipeline + "/changes/" + number).statusCode() == 200;
  }

  // -- life and death

  /// As an operator does it.
  void restart() throws Exception {
    stop();
    start();
  }

  void stop() throws Exception {
    forget();
    // a connection that is kept for the next request would hold up the server's end
    http.shutdownNow();
    if (server != null) {
      server.close();
      server = null;
    }
    listener.disconnect();
  }

  /// The server is gone without a word: what is on its disk at this moment is all that is left of it. The containers
  /// live.
  void kill() throws Exception {
    listener.disconnect();
    Path left = folder.resolve("data-" + ++lives);
    copy(data, left);
    stop();
    data = left;
  }

  void start() throws Exception {
    server =
        new Server(
            new Settings(
                "127.0.0.1", port, data, "", "", "http://mill", ROOM, folder.resolve("credentials"), false, keepAlive, 0),
            _ -> containers.runner(),
            clock);
    http = HttpClient.newHttpClient();
    listener.connect();
  }

  /// A line in the file with tokens.
  void credentials(String line) throws IOException {
    Path file = folder.resolve("credentials");
    Files.writeString(file, line + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /// Where the server keeps everything.
  Path data() {
    return data;
  }

  /// The bare repository on the disk.
  Worktree disk(String repository) {
    return new Worktree(data.resolve("git").resolve(repository + ".git"));
  }

  /// Waits until the listener has heard of all that ever moved, over all restarts, and of nothing else.
  void hasHeardAll() throws InterruptedException {
    List<Long> moved = store().movedAfter(0, 100_000).stream().map(Moved::sequence).toList();
    listener.until("all events", () -> listener.heard().size() >= moved.size());
    assertThat(listener.heard()).startsWith(moved.toArray(Long[]::new));
  }

  Listener listener() {
    return listener;
  }

  /// Whatever the story was: the runner was used as its contract has it, and whoever listened has heard all.
  @Override
  public void close() throws Exception {
    try {
      if (server != null) {
        hasHeardAll();
      }
    } finally {
      halt();
    }
    assertThat(containers.violations()).isEmpty();
  }

  private void halt() throws Exception {
    listener.disconnect();
    ears.shutdownNow();
    stop();
  }

  private Store store() {
    if (store == null) {
      var reader = new DefinitionReader();
      store = Store.open(Store.h2(data), (name, path, text) -> reader.pipeline(name, new Source(path, text)));
    }
    return store;
  }

  private void forget() {
    Optional.ofNullable(store).ifPresent(Store::close);
    store = null;
  }

  String address() {
    return "http://localhost:" + port;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        if (!Files.isRegularFile(file) && !Files.isDirectory(file)) {
          continue; // where a command asks a server that runs
        }
        try {
          Files.copy(file, to.resolve(from.relativize(file)));
        } catch (NoSuchFileException e) {
          assertThat(from.relativize(file).toString())
              .as("only git's locks and refs, with their folders, come and go while it works")
              .matches("git/[^/]+/(.*\\.lock|refs/.*)");
        }
      }
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
