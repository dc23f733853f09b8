package dev.millrace.stories;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Somebody who hears of all that moves, from the beginning on and over restarts, as a browser would.
final class Listener {
  private final HttpClient http;
  private final URI events;
  private final Duration patience;
  private final List<Long> heard = new ArrayList<>();
  private @Nullable InputStream stream;
  private @Nullable Thread thread;
  private int farewells;

  Listener(HttpClient http, URI events) {
    this(http, events, Duration.ofSeconds(20));
  }

  /// @param patience how long it waits for something before the test has failed
  Listener(HttpClient http, URI events, Duration patience) {
    this.http = http;
    this.events = events;
    this.patience = patience;
  }

  void connect() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(events).header("Last-Event-ID", Long.toString(last())).build();
    HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    if (response.statusCode() != 200) {
      throw new IOException("no events: " + response.statusCode());
    }
    stream = response.body();
    thread = Thread.ofVirtual().start(() -> read(response.body()));
  }

  void disconnect() throws IOException, InterruptedException {
    if (stream != null && thread != null) {
      stream.close();
      thread.join();
    }
  }

  /// Returns when the stream has ended, whatever ended it.
  void awaitEnd() throws InterruptedException {
    if (thread != null) {
      thread.join();
    }
  }

  /// Asks again after each thing that moves.
  synchronized void until(String what, BooleanSupplier wanted) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (true) {
      int before = heard.size();
      if (wanted.getAsBoolean()) {
        return;
      }
      while (heard.size() == before) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          throw new AssertionError("waited in vain for " + what + " after " + before + " events");
        }
        wait(left);
      }
    }
  }

  synchronized List<Long> heard() {
    return List.copyOf(heard);
  }

  /// How often it was sent away with a word.
  synchronized int farewells() {
    return farewells;
  }

  private synchronized long last() {
    return heard.isEmpty() ? 0 : heard.getLast();
  }

  private void read(InputStream from) {
    try (var lines = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        hear(line);
      }
    } catch (IOException gone) {
      // the server has gone, or the test hung up
    }
  }

  private synchronized void hear(String line) {
    if (line.startsWith("id: ")) {
      heard.add(Long.parseLong(line.substring("id: ".length())));
      notifyAll();
    }
    farewells += line.equals("event: bye") ? 1 : 0;
  }
}
