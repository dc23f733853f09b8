package dev.millrace.web;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.NotFoundResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RenderingsTest {
  private final Movements movements = new Movements();
  private final AtomicLong nanos = new AtomicLong();
  private volatile String trouble = "";
  private final Renderings renderings =
      new Renderings(
          movements.tidings(), () -> Instant.EPOCH.plusNanos(nanos.get()), () -> trouble, this::readClock);
  private final AtomicInteger clockRead = new AtomicInteger();
  private final AtomicInteger rendered = new AtomicInteger();
  private volatile Handler handler = context -> context.contentType("text/html").result("rendering " + rendered.incrementAndGet());
  private final Handler once = renderings.once(context -> handler.handle(context));
  private final Javalin server =
      Javalin.create(
              config -> {
                config.startup.showJavalinBanner = false;
                config.concurrency.useVirtualThreads = true;
                config.routes.get("/", once);
                config.routes.get("/pipelines/{pipeline}", once);
                config.routes.get("/plainly", context -> handler.handle(context));
              })
          .start("127.0.0.1", 0);
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.shutdownNow();
    server.stop();
    movements.close();
  }

  private HttpResponse<byte[]> ask(String path, String... headers) {
    var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    try {
      return http.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private String get(String path) {
    return new String(ask(path).body(), UTF_8);
  }

  private long readClock() {
    clockRead.incrementAndGet();
    return nanos.get();
  }

  private void seconds(double seconds) {
    nanos.addAndGet((long) (seconds * 1e9));
  }

  @Test
  void while_nothing_moves_all_get_what_was_rendered_for_the_first() {
    assertThat(List.of(get("/pipelines/shop"), get("/pipelines/shop"), get("/pipelines/shop?before=3"), get("/pipelines/shop")))
        .containsExactly("rendering 1", "rendering 1", "rendering 2", "rendering 1");
  }

  @Test
  void what_moves_in_a_pipeline_is_seen_on_its_pages_and_on_those_of_all_but_not_on_those_of_another() {
    get("/");
    get("/pipelines/shop");
    get("/pipelines/mill");
    movements.move("shop");
    assertThat(List.of(get("/pipelines/mill"), get("/pipelines/shop"), get("/"), get("/pipelines/shop")))
        .containsExactly("rendering 3", "rendering 4", "rendering 5", "rendering 4");
  }

  @Test
  void clocks_run_so_a_second_later_it_is_rendered_again() {
    get("/");
    seconds(1);
    assertThat(get("/")).isEqualTo("rendering 1");
    seconds(0.1);
    assertThat(get("/")).isEqualTo("rendering 2");
  }

  @Test
  void trouble_is_shown_at_once_and_gone_at_once() {
    get("/");
    trouble = "Docker is not reachable";
    assertThat(get("/")).isEqualTo("rendering 2");
    trouble = "";
    movements.move("shop");
    assertThat(get("/")).isEqualTo("rendering 3");
  }

  @Test
  void fifty_who_ask_together_wait_for_one_rendering() throws Exception {
    var began = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    handler =
        context -> {
          began.countDown();
          goOn.await();
          context.result("rendering " + rendered.incrementAndGet());
        };
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<String>>();
      for (int reader = 0; reader < 50; reader++) {
        answers.add(readers.submit(() -> get("/")));
      }
      began.await();
      goOn.countDown();
      for (Future<String> answer : answers) {
        assertThat(answer.get()).isEqualTo("rendering 1");
      }
    }
  }

  @Test
  void who_asks_after_something_moved_does_not_get_what_was_begun_before() throws Exception {
    var began = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var shown = new AtomicLong();
    handler =
        context -> {
          long seen = shown.get();
          if (seen == 0) {
            began.countDown();
            goOn.await();
          }
          context.result("shows " + seen);
        };
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<String> before = readers.submit(() -> get("/pipelines/shop"));
      began.await();
      shown.set(1);
      movements.move("shop");
      Future<String> after = readers.submit(() -> get("/pipelines/shop"));
      goOn.countDown();
      assertThat(before.get()).isEqualTo("shows 0");
      assertThat(after.get()).isEqualTo("shows 1");
    }
  }

  /// A server with too much to do takes seconds, in which clocks run.
  @Test
  void who_has_waited_for_long_gets_what_was_begun_meanwhile() throws Exception {
    var holds = new Semaphore(0);
    handler =
        context -> {
          int which = rendered.incrementAndGet();
          holds.acquire();
          context.result("rendering " + which);
        };
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = new ArrayList<Future<String>>();
      answers.add(readers.submit(() -> get("/pipelines/shop")));
      awaitClockRead(2);
      movements.move("shop");
      for (int reader = 0; reader < 5; reader++) {
        answers.add(readers.submit(() -> get("/pipelines/shop")));
      }
      // each when it asks, and when it would begin
      awaitClockRead(12);
      seconds(5);
      holds.release();
      assertThat(answers.removeFirst().get()).isEqualTo("rendering 1");
      holds.release(10);
      for (Future<String> answer : answers) {
        assertThat(answer.get()).isEqualTo("rendering 2");
      }
    }
  }

  private void awaitClockRead(int times) {
    while (clockRead.get() < times) {
      Thread.onSpinWait();
    }
  }

  /// The store and the engine show what moved before it is told; who has heard must see at least that.
  @Test
  void what_was_heard_is_seen_whoever_else_asks_meanwhile() throws Exception {
    var done = new AtomicBoolean();
    handler = context -> context.result(String.valueOf(movements.store().lastSequence()));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> writer =
          threads.submit(
              () -> {
                for (int move = 0; move < 150; move++) {
                  movements.save(move % 3 == 0 ? "mill" : "shop");
                  Thread.yield();
                  movements.tell();
                }
                done.set(true);
              });
      var readers = new ArrayList<Future<List<String>>>();
      for (int reader = 0; reader < 8; reader++) {
        String path = reader % 2 == 0 ? "/pipelines/shop" : "/";
        readers.add(
            threads.submit(
                () -> {
                  var late = new ArrayList<String>();
                  while (!done.get()) {
                    long heard = path.equals("/") ? movements.tidings().last() : movements.tidings().last("shop");
                    long seen = Long.parseLong(get(path));
                    if (seen < heard) {
                      late.add("heard " + heard + ", saw " + seen);
                    }
                  }
                  return late;
                }));
      }
      writer.get();
      for (Future<List<String>> reader : readers) {
        assertThat(reader.get()).isEmpty();
      }
    }
  }

  @Test
  void what_is_for_one_reader_or_went_wrong_is_not_given_to_another() {
    List<Handler> own =
        List.of(
            context -> context.header("Cache-Control", "private"),
            context -> context.header("Cache-Control", "no-store"),
            context -> context.cookie("name", "value"),
            context -> context.status(409),
            context -> {
              throw new NotFoundResponse("nothing " + rendered.incrementAndGet());
            });
    for (Handler one : own) {
      handler =
          context -> {
            one.handle(context);
            context.result("rendering " + rendered.incrementAndGet());
          };
      assertThat(get("/")).isNotEqualTo(get("/"));
    }
    assertThat(renderings.bytes()).isZero();
  }

  @Test
  void it_is_the_same_answer_as_without_compressed_or_not() throws IOException {
    String page = "<p>Ein größerer Text</p>".repeat(500);
    handler = context -> context.contentType("text/html;charset=utf-8").header("Cache-Control", "no-cache").result(page);
    for (int round = 0; round < 2; round++) {
      HttpResponse<byte[]> plainly = ask("/plainly");
      HttpResponse<byte[]> plain = ask("/");
      HttpResponse<byte[]> compressed = ask("/", "Accept-Encoding", "br, gzip");
      assertThat(plain.body()).isEqualTo(plainly.body());
      assertThat(new GZIPInputStream(new ByteArrayInputStream(compressed.body())).readAllBytes()).isEqualTo(plainly.body());
      assertThat(compressed.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(ask("/", "Accept-Encoding", "gzip;q=0").body()).isEqualTo(plainly.body());
      for (String header : List.of("Content-Type", "Cache-Control")) {
        assertThat(compressed.headers().firstValue(header)).isEqualTo(plainly.headers().firstValue(header));
      }
    }
  }

  @Test
  void who_has_it_already_is_told_so_in_a_few_bytes() {
    String tag = ask("/").headers().firstValue("ETag").orElseThrow();
    HttpResponse<byte[]> again = ask("/", "If-None-Match", tag);
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    movements.move("shop");
    assertThat(ask("/", "If-None-Match", tag).statusCode()).isEqualTo(200);
  }

  @Test
  void it_holds_so_many_bytes_and_no_more() {
    var random = new Random(1);
    handler = context -> context.result(noise(random, 200_000));
    for (int page = 0; page < 60; page++) {
      get("/pipelines/shop?before=" + page);
    }
    assertThat(renderings.bytes()).isBetween(Renderings.MOST_BYTES / 2, Renderings.MOST_BYTES);
    handler = this::count;
    assertThat(get("/pipelines/shop?before=59")).hasSize(400_000);
    assertThat(get("/pipelines/shop?before=0")).isEqualTo("rendering 1");
    assertThat(get("/?" + "x".repeat(600))).isNotEqualTo(get("/?" + "x".repeat(600)));
  }

  private void count(Context context) {
    context.result("rendering " + rendered.incrementAndGet());
  }

  /// Hardly to be compressed by more than a half.
  private static String noise(Random random, int bytes) {
    byte[] noise = new byte[bytes];
    random.nextBytes(noise);
    return HexFormat.of().formatHex(noise);
  }
}
