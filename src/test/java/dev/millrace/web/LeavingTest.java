package dev.millrace.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.stories.Caller;
import io.javalin.Javalin;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LeavingTest {
  private static final Duration GRACE = Duration.ofSeconds(30);

  private final Entrance entrance = Entrance.open("127.0.0.1", 0);
  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch half = new CountDownLatch(1);
  private final CountDownLatch may = new CountDownLatch(1);
  private House house = new House(entrance);

  /// A server that can be left.
  private final class House {
    final Leaving leaving = new Leaving();
    final CompletableFuture<Door> door = new CompletableFuture<>();
    final Javalin javalin;

    House(Entrance entrance) {
      javalin =
          Javalin.create(
                  config -> {
                    config.startup.showJavalinBanner = false;
                    config.concurrency.useVirtualThreads = true;
                    config.jetty.modifyServer(server -> server.setHandler(leaving));
                    config.jetty.addConnector(
                        (server, configuration) -> {
                          door.complete(new Door(server, configuration, entrance));
                          return door.join();
                        });
                    config.routes.get("/", context -> context.result("here"));
                    config.routes.get(
                        "/slow",
                        context -> {
                          asked.countDown();
                          may.await();
                          context.result("at last");
                        });
                    config.routes.get(
                        "/long",
                        context -> {
                          context.res().getOutputStream().print("one ");
                          context.res().flushBuffer();
                          half.countDown();
                          may.await();
                          context.res().getOutputStream().print("two");
                        });
                  })
              .start();
    }

    CompletableFuture<Void> leave() {
      return CompletableFuture.runAsync(
          () -> {
            leaving.seeOut(door.join(), GRACE);
            javalin.stop();
          },
          Thread::startVirtualThread);
    }
  }

  @AfterEach
  void end() {
    house.javalin.stop();
    entrance.close();
  }

  private Caller caller() {
    return new Caller(entrance.port());
  }

  /// One more over this connection, begun before it is heard of what happened to the server.
  private static CompletableFuture<String> asking(Caller caller, String path) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return caller.get(path);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        },
        Thread::startVirtualThread);
  }

  @Test
  void what_is_being_answered_is_answered_and_says_that_it_is_the_last() throws Exception {
    try (Caller slow = caller(); Caller longer = caller()) {
      CompletableFuture<String> first = asking(slow, "/slow");
      CompletableFuture<String> second = asking(longer, "/long");
      asked.await();
      half.await();
      CompletableFuture<Void> left = house.leave();
      awaitShut();
      assertThat(left).isNotDone();
      may.countDown();
      assertThat(first.join()).isEqualTo("at last");
      assertThat(slow.isTheLast()).isTrue();
      assertThat(second.join()).isEqualTo("one two");
      left.join();
    }
  }

  @Test
  void who_asks_once_more_over_an_open_connection_is_answered() throws Exception {
    try (Caller slow = caller(); Caller kept = caller()) {
      assertThat(kept.get("/")).isEqualTo("here");
      CompletableFuture<String> first = asking(slow, "/slow");
      asked.await();
      assertThat(kept.get("/")).isEqualTo("here");
      assertThat(kept.isTheLast()).isFalse();
      CompletableFuture<Void> left = house.leave();
      awaitShut();
      assertThat(kept.get("/")).isEqualTo("here");
      assertThat(kept.isTheLast()).isTrue();
      may.countDown();
      assertThat(first.join()).isEqualTo("at last");
      left.join();
    }
  }

  @Test
  void a_new_connection_has_time_to_ask() throws Exception {
    try (Caller fresh = caller()) {
      fresh.connect();
      // the kernel may still be about to put it where it can be let in
      while (house.door.join().getConnectedEndPoints().isEmpty()) {
        Thread.sleep(1);
      }
      CompletableFuture<Void> left = house.leave();
      awaitShut();
      assertThat(fresh.get("/")).isEqualTo("here");
      assertThat(fresh.isTheLast()).isTrue();
      left.join();
    }
  }

  @Test
  void a_connection_that_only_waits_is_closed() throws Exception {
    try (Caller kept = caller()) {
      kept.get("/");
      house.leave().join();
      assertThat(kept.isHungUp()).isTrue();
    }
  }

  @Test
  void nobody_is_let_in_any_more_where_the_socket_is_its_own() throws Exception {
    house.leave().join();
    try (Caller late = caller()) {
      assertThatThrownBy(() -> late.get("/")).isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void who_comes_to_a_socket_that_was_handed_over_waits_for_the_next_server() throws Exception {
    house.javalin.stop();
    Entrance own = Entrance.open("127.0.0.1", 0);
    var handed = new Entrance(own.socket(), own.host(), own.port(), true);
    house = new House(handed);
    try (Caller before = new Caller(own.port()); Caller between = new Caller(own.port())) {
      assertThat(before.get("/")).isEqualTo("here");
      house.leave().join();
      between.connect();
      CompletableFuture<String> waiting = asking(between, "/");
      house = new House(handed);
      assertThat(waiting.join()).isEqualTo("here");
    } finally {
      own.close();
    }
  }

  /// Its own socket refuses then.
  private void awaitShut() {
    while (entrance.socket().isOpen()) {
      Thread.onSpinWait();
    }
  }
}
