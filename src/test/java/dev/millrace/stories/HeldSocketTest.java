package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Source;
import dev.millrace.git.Worktree;
import dev.millrace.store.Moved;
import dev.millrace.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server in a process of its own behind a socket that outlives it, with real git, and callers who try nothing twice.
@Tag("long")
@Timeout(600)
class HeldSocketTest {
  private static final int RESTARTS = 20;
  private static final long SEED = 20261121;
  private static final String SHOP =
      """
      repository: shop
      integrate: {branches: ["integrate/**"], into: main}
      stages: [{name: main, promote: true}]
      """;

  /// The state of a change stands before those of its parts.
  private static final Pattern ENDED = Pattern.compile("^[^\\[]*\"state\":\"(?:passed|failed|cancelled)\"");

  @TempDir Path folder;
  private final Names names = new Names();

  /// How often each kind of work has been done, and what went wrong.
  private static final class Tally {
    private final Map<String, Integer> done = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private boolean over;

    synchronized void begin(String kind) {
      done.put(kind, 0);
    }

    synchronized void done(String kind) {
      done.merge(kind, 1, Integer::sum);
      notifyAll();
    }

    synchronized void failed(String kind, Throwable e) {
      failures.add(kind + " after " + done + ": " + e);
      end();
    }

    synchronized boolean isOver() {
      return over;
    }

    synchronized void end() {
      over = true;
      notifyAll();
    }

    /// Returns when everything has been done once more.
    synchronized void awaitMore() throws InterruptedException {
      Map<String, Integer> before = new TreeMap<>(done);
      while (!over && before.keySet().stream().anyMatch(kind -> done.get(kind).equals(before.get(kind)))) {
        wait();
      }
    }

    synchronized List<String> failures() {
      return List.copyOf(failures);
    }

    synchronized int of(String kind) {
      return done.get(kind);
    }
  }

  /// What is done again and again.
  private interface Work {
    void once() throws Exception;
  }

  private static Thread again(Tally tally, String kind, Work work) {
    tally.begin(kind);
    return Thread.ofVirtual().start(
        () -> {
          while (!tally.isOver()) {
            try {
              work.once();
              tally.done(kind);
            } catch (Exception | AssertionError e) {
              tally.failed(kind, e);
            }
          }
        });
  }

  /// People do not ask at once again, and programs at times neither.
  private static void think(Random random, int most) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(random.nextInt(most));
  }

  private Developer shop(HeldServer server) {
    var definers = new Developer(Worktree.clone(server.address() + "/git/pipelines.git", folder.resolve("pipelines")), names);
    definers.pushToMain("Define shop", "shop.yml", SHOP);
    var shop = new Developer(Worktree.clone(server.address() + "/git/shop.git", folder.resolve("shop")), names);
    shop.pushToMain("Begin", "readme", "A shop\n");
    return shop;
  }

  @Test
  void nothing_fails_through_twenty_restarts() throws Exception {
    Path data = folder.resolve("data");
    var tally = new Tally();
    int pushed;
    Listener listener;
    // the client last: it waits for the end of what it listens to
    try (var http = HttpClient.newHttpClient();
        var server = HeldServer.ofClasses(data);
        var kept = new Caller(server.port());
        var hesitant = new Caller(server.port())) {
      Developer shop = shop(server);
      listener = new Listener(http, URI.create(server.address() + "/api/v1/events"));
      var random = new Random(SEED);
      Thread listening = Thread.ofVirtual().start(() -> listenOn(listener, tally));
      List<Thread> threads = List.of(
          again(tally, "pushes", () -> {
            int number = tally.of("pushes") + 1;
            assertThat(shop.push("integrate/" + number, "Sell " + number, "goods/" + number, number + "\n"))
                .startsWith("shop#" + number + ": integrate/" + number + " goes into main");
          }),
          again(tally, "pages over new connections", () -> {
            try (var caller = new Caller(server.port())) {
              assertThat(caller.get("/pipelines/shop")).contains("</html>");
            }
            think(random, 200);
          }),
          again(tally, "pages over a kept connection", () -> {
            assertThat(kept.get("/")).contains("</html>");
            think(random, 200);
          }),
          again(tally, "calls over a connection that is kept for longer", () -> {
            assertThat(hesitant.get("/api/v1/pipelines/shop")).contains("\"shop\"");
            think(random, 900);
          }));

      for (int i = 0; i < RESTARTS && !tally.isOver(); i++) {
        tally.awaitMore();
        server.restart();
      }
      tally.awaitMore();
      tally.end();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(tally.failures()).isEmpty();
      pushed = tally.of("pushes");
      try (var asking = new Caller(server.port())) {
        for (int number = 1; number <= pushed; number++) {
          String change = "/api/v1/pipelines/shop/changes/" + number;
          listener.until(change + " to have ended", () -> ENDED.matcher(get(asking, change)).find());
          assertThat(get(asking, change)).containsPattern("\"state\":\"landed\"");
        }
      }
      assertThat(server.stop()).isZero();
      listening.join();
      assertThat(server.printed().stream().filter(line -> line.contains("the socket that it was handed")))
          .hasSize(RESTARTS + 1);
      assertThat(server.printed()).noneMatch(line -> line.contains("cut off"));
    }
    assertThat(pushed).isGreaterThan(RESTARTS);
    try (var store = store(data)) {
      List<Long> moved = store.movedAfter(0, 1_000_000).stream().map(Moved::sequence).toList();
      assertThat(moved.subList(0, listener.heard().size())).isEqualTo(listener.heard());
    }
    assertThat(shop(folder).mainline()).hasSize(pushed + 1);
  }

  @Test
  void a_server_that_is_killed_is_started_again_and_who_comes_meanwhile_waits() throws Exception {
    try (var http = HttpClient.newHttpClient();
        var server = HeldServer.ofClasses(folder.resolve("data"));
        var before = new Caller(server.port());
        var between = new Caller(server.port())) {
      var listener = new Listener(http, URI.create(server.address() + "/api/v1/events"));
      listener.connect();
      before.get("/");
      server.kill();
      between.connect();
      CompletableFuture<String> waiting = CompletableFuture.supplyAsync(() -> get(between, "/health/ready"));
      listener.awaitEnd();
      assertThat(listener.farewells()).isZero();
      assertThat(before.isHungUp()).isTrue();
      server.awaitReady();
      assertThat(waiting.get(60, TimeUnit.SECONDS)).isNotEmpty();
      assertThat(server.printed()).anyMatch(line -> line.startsWith("hold: the command ended by itself, by signal 9"));
    }
  }

  @Test
  void a_socket_that_nobody_can_come_to_is_refused_in_a_sentence() throws Exception {
    String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                "perl", "-MSocket", "-e", "socket(S, PF_INET, SOCK_STREAM, 0); open(STDIN, '<&', S); exec @ARGV",
                HeldServer.java(), "-XX:TieredStopAtLevel=1", "-cp", classes, "dev.millrace.Main", "serve", "--data", folder.toString())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains(
            "Millrace cannot start: its standard input is a socket, but none that listens for TCP connections; with systemd,"
                + " the socket needs ListenStream= with a port and Accept=no");
    assertThat(process.waitFor()).isEqualTo(1);
  }

  /// As a page does, though at once. Every stream has to end with a word, and none may be refused.
  private static void listenOn(Listener listener, Tally tally) {
    try {
      do {
        int before = listener.farewells();
        listener.connect();
        listener.awaitEnd();
        assertThat(listener.farewells()).isEqualTo(before + 1);
      } while (!tally.isOver());
    } catch (Exception | AssertionError e) {
      tally.failed("listening", e);
    }
  }

  private static String get(Caller caller, String path) {
    try {
      return caller.get(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Developer shop(Path folder) {
    return new Developer(Worktree.clone(folder.resolve("data/git/shop.git").toString(), folder.resolve("after")), names);
  }

  private static Store store(Path data) {
    var reader = new DefinitionReader();
    return Store.open(Store.h2(data), (name, path, text) -> reader.pipeline(name, new Source(path, text)));
  }
}
