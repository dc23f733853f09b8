package dev.millrace.web.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.web.Movements;
import io.javalin.Javalin;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventsResourceTest {
  private final Movements movements = new Movements();
  private final EventsResource events = new EventsResource(movements.store(), movements.tidings(), () -> "{}");
  private final Javalin server =
      Javalin.create(
              config -> {
                config.startup.showJavalinBanner = false;
                config.concurrency.useVirtualThreads = true;
                config.routes.get("/events", events::stream);
              })
          .start("127.0.0.1", 0);

  @AfterEach
  void close() {
    movements.tidings().close();
    server.stop();
    movements.close();
  }

  /// Reads as far as it is told to, and not at all otherwise. HTTP/1.0, so that the bytes come as they are, not in chunks.
  private final class Viewer implements AutoCloseable {
    private final Socket socket = new Socket();
    private final BufferedReader lines;

    Viewer(String query, String... headers) throws IOException {
      socket.setReceiveBufferSize(4096);
      socket.setSoTimeout(60_000);
      socket.connect(new InetSocketAddress("127.0.0.1", server.port()));
      String extra = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
      socket.getOutputStream().write(("GET /events" + query + " HTTP/1.0\r\nHost: localhost\r\n" + extra + "\r\n").getBytes(UTF_8));
      lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8), 1024);
      // it listens from here on
      next(": at ");
    }

    /// The rest of the next line that begins so.
    String next(String begin) throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(begin)) {
          return line.substring(begin.length());
        }
      }
      throw new IOException("the stream ended");
    }

    List<Long> until(long last) throws IOException {
      var ids = new ArrayList<Long>();
      while (ids.isEmpty() || ids.getLast() < last) {
        ids.add(Long.parseLong(next("id: ")));
      }
      return ids;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  private static List<Long> numbers(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void who_comes_and_goes_as_it_likes_hears_everything_once_and_in_order() throws Exception {
    int moves = 600;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var heard = new ArrayList<Future<List<Long>>>();
      for (int viewer = 0; viewer < 6; viewer++) {
        var random = new Random(viewer);
        heard.add(
            threads.submit(
                () -> {
                  var ids = new ArrayList<>(List.of(0L));
                  while (ids.getLast() < moves) {
                    long last = ids.getLast();
                    String position = random.nextBoolean() ? "?after=" + last : "?after=" + random.nextInt(moves);
                    try (var stream = new Viewer(position, "Last-Event-ID: " + last)) {
                      ids.addAll(stream.until(Math.min(moves, last + 1 + random.nextInt(60))));
                    }
                  }
                  return ids;
                }));
      }
      for (int at = 0; at < moves; at += 3) {
        movements.move("a", "b", "c");
      }
      for (Future<List<Long>> ids : heard) {
        assertThat(ids.get()).isEqualTo(numbers(0, moves));
      }
    }
  }

  @Test
  void a_viewer_hears_what_it_asked_for_and_nothing_of_others() throws Exception {
    try (var shop = new Viewer("?pipeline=shop&change=7")) {
      movements.move("mill");
      movements.move("shop");
      movements.move("mill");
      movements.move("shop");
      assertThat(shop.until(4)).containsExactly(2L, 4L);
    }
  }

  @Test
  void many_things_that_move_at_once_are_all_told() throws Exception {
    try (var viewer = new Viewer("")) {
      movements.move(IntStream.range(0, 700).mapToObj(at -> "p" + at).toArray(String[]::new));
      assertThat(viewer.until(700)).isEqualTo(numbers(1, 700));
    }
  }

  @Test
  void what_is_stored_is_not_told_before_the_engine_shows_it() throws Exception {
    movements.move("shop");
    movements.save("shop");
    try (var viewer = new Viewer("?after=0")) {
      assertThat(viewer.until(1)).containsExactly(1L);
      assertThat(movements.store().lastSequence()).isEqualTo(2);
      assertThat(movements.tidings().last()).isEqualTo(1);
      movements.tell();
      assertThat(viewer.until(2)).containsExactly(2L);
    }
  }

  @Test
  void a_number_from_another_life_is_answered_with_the_advice_to_look_anew() throws Exception {
    movements.move("shop");
    try (var viewer = new Viewer("", "Last-Event-ID: 4711")) {
      assertThat(viewer.next("event: ")).isEqualTo("server");
      assertThat(viewer.next("event: ")).isEqualTo("reset");
      assertThat(viewer.next("id: ")).isEqualTo("1");
      movements.move("shop");
      assertThat(viewer.until(2)).containsExactly(2L);
    }
  }

  @Test
  void a_viewer_that_does_not_read_holds_nobody_up_and_is_told_to_look_anew_when_it_does() throws Exception {
    String[] all = IntStream.range(0, 400).mapToObj("a-pipeline-with-a-long-name-%03d"::formatted).toArray(String[]::new);
    long last = 0;
    try (var stuck = new Viewer("?after=0");
        var awake = new Viewer("?after=0")) {
      // enough to fill what the kernel buffers, and more than is told one by one
      while (last < 4 * EventsResource.FAR) {
        movements.move(all);
        last += all.length;
        assertThat(awake.until(last)).isEqualTo(numbers(last - all.length + 1, last));
      }
      List<Long> ids = stuck.until(last);
      assertThat(ids).isSorted().doesNotHaveDuplicates().endsWith(last).hasSizeLessThan((int) last);
    }
  }
}
