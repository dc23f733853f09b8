package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.ChangeId;
import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Source;
import dev.millrace.flow.Note;
import dev.millrace.git.Worktree;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.runner.docker.RawEngine;
import dev.millrace.runner.docker.TestImages;
import dev.millrace.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server in a process of its own over a real Docker engine, killed without warning and started again.
@Tag("docker")
@Timeout(180)
class KilledServerTest {
  private static final String LOG = "/api/v1/pipelines/shop/changes/1/stages/test/steps/test/log";

  @TempDir Path folder;
  private final Names names = new Names();
  private final HttpClient http = HttpClient.newHttpClient();
  private int port;
  private Process server;
  private Listener listener;
  private Developer definers;
  private Developer shop;

  @BeforeEach
  void begin() throws Exception {
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    listener = new Listener(http, URI.create(address() + "/api/v1/events"));
    start();
    definers = new Developer(Worktree.clone(address() + "/git/pipelines.git", folder.resolve("pipelines")), names);
  }

  @AfterEach
  void end() throws Exception {
    kill();
    http.shutdownNow();
  }

  @Test
  void a_step_goes_on_and_its_log_has_every_line_once() throws Exception {
    define("for i in $(seq 100); do echo line $i; usleep 50000; done");
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    listener.until("the step", () -> get(LOG).statusCode() == 200);
    try (InputStream following =
        http.send(request(LOG + "?follow=true"), HttpResponse.BodyHandlers.ofInputStream()).body()) {
      byte[] beginning = lines(20).getBytes(StandardCharsets.UTF_8);
      assertThat(following.readNBytes(beginning.length)).isEqualTo(beginning);
    }

    kill();
    start();
    passes(1);

    assertThat(get(LOG).body()).isEqualTo(lines(100));
    assertThat(shop.mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
    assertThat(shop.branches()).containsExactly("main");
    kill();
    String installation;
    try (var store = store()) {
      installation = store.installation();
      assertThat(store.history(new ChangeId(new PipelineName("shop"), 1)).stream().map(Note::sentence).map(names::in))
          .containsExactly(
              "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
              "merged with <Begin>: candidate <candidate 1>, made by git",
              "promoted: main is now <candidate 1>",
              "passed");
    }
    start();
    try (var engine = new RawEngine(TestImages.HOST.substring("unix://".length()))) {
      String container = "millrace-" + installation + ".shop.1.test.test.1";
      assertThat(engine.ask("POST", "/containers/" + container + "/wait?condition=removed").status())
          .as("removed before, or now")
          .isIn(404, 200);
    }
  }

  @Test
  void a_push_that_was_answered_is_never_lost() throws Exception {
    define("true");
    for (int i = 1; i <= 5; i++) {
      String told = shop.push("integrate/" + i, "Sell " + i, "goods/" + i, i + "\n");
      kill();
      assertThat(told).startsWith("shop#" + i + ": integrate/" + i + " goes into main");
      start();
      assertThat(get("/api/v1/pipelines/shop/changes/" + i).body()).contains("\"branch\":\"integrate/" + i + "\"");
    }
    for (int i = 1; i <= 5; i++) {
      passes(i);
    }
    assertThat(shop.mainline())
        .containsExactly(
            "Merge integrate/5 into main (shop#5)",
            "Merge integrate/4 into main (shop#4)",
            "Merge integrate/3 into main (shop#3)",
            "Merge integrate/2 into main (shop#2)",
            "Merge integrate/1 into main (shop#1)",
            "Begin");
    assertThat(get("/api/v1/pipelines/shop/changes/6").statusCode()).isEqualTo(404);
  }

  private void define(String command) throws Exception {
    definers.pushToMain(
        "Define shop",
        "shop.yml",
        """
        repository: shop
        integrate: {branches: ["integrate/**"], parallel: 1}
        stages:
          - test
          - {name: main, promote: true}
        steps:
          test: {image: "%s", run: "%s"}
        """
            .formatted(TestImages.busybox(), command));
    shop = new Developer(Worktree.clone(address() + "/git/shop.git", folder.resolve("shop")), names);
    shop.pushToMain("Begin", "readme", "A shop\n");
  }

  private void passes(int number) throws InterruptedException {
    String change = "/api/v1/pipelines/shop/changes/" + number;
    listener.until("shop#" + number, () -> get(change).body().contains("\"state\":\"passed\",\"reason\":\"\""));
  }

  private void start() throws Exception {
    String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    server =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", classes, "dev.millrace.Main", "serve",
                "--port", Integer.toString(port), "--data", folder.resolve("data").toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader output = server.inputReader();
    var before = new StringBuilder();
    for (String line = output.readLine(); ; line = output.readLine()) {
      assertThat(line).as("the server does not start: %s", before).isNotNull();
      before.append(line).append('\n');
      if (line.startsWith("Millrace listens on")) {
        break;
      }
    }
    Thread.ofVirtual().start(() -> output.lines().forEach(_ -> {}));
    listener.connect();
  }

  private void kill() throws Exception {
    server.destroyForcibly().waitFor();
    listener.disconnect();
  }

  private Store store() {
    var reader = new DefinitionReader();
    return Store.open(
        Store.h2(folder.resolve("data")), (name, path, text) -> reader.pipeline(name, new Source(path, text)));
  }

  private HttpResponse<String> get(String path) {
    try {
      return http.send(request(path), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(address() + path)).build();
  }

  private String address() {
    return "http://localhost:" + port;
  }

  private static String lines(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
  }
}
