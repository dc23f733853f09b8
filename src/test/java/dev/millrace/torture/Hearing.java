package dev.millrace.torture;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;

/// Somebody who listens to everything that moves, and after each interruption asks on from the last number.
final class Hearing implements Runnable, AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  private final URI events;
  private final Ledger ledger;
  private final HttpClient http = HttpClient.newHttpClient();
  private final Map<Long, String> heard = new LinkedHashMap<>();
  private volatile boolean done;
  private long last;

  /// It hears from the very first on.
  Hearing(Victim victim, Ledger ledger) {
    this.events = URI.create(victim.address() + "/api/v1/events");
    this.ledger = ledger;
  }

  @Override
  public void run() {
    while (!done) {
      try {
        Thread.sleep(50);
        listen();
      } catch (IOException e) {
        // asked again
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  /// Returns when the stream has ended.
  private void listen() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(events).header("Last-Event-ID", Long.toString(heardUpTo())).build();
    HttpResponse<Stream<String>> response = http.send(request, BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      String[] event = {"", ""};
      lines.forEach(line -> hear(line, event));
    } catch (java.io.UncheckedIOException broken) {
      // the server has gone
    }
  }

  synchronized long heardUpTo() {
    return last;
  }

  private synchronized void hear(String line, String[] event) {
    if (line.startsWith("event: reset")) {
      ledger.odd("lost: who had heard event " + last + " was told to look anew");
    } else if (line.startsWith("id: ")) {
      event[0] = line.substring(4);
    } else if (line.startsWith("data: ")) {
      event[1] = line.substring(6);
    } else if (line.isEmpty() && !event[0].isEmpty()) {
      // an event counts when the empty line after it has come
      last = Long.parseLong(event[0]);
      if (heard.put(last, event[1]) != null) {
        ledger.odd("twice: event " + last + " was told again to one who had heard it");
      }
      event[0] = "";
    }
  }

  /// The attempts that were said to have begun, as the names of containers have them: `shop.1.test.unit.1`.
  synchronized Set<String> begun() {
    return heard.values().stream()
        .map(JSON::readTree)
        .filter(event -> event.path("what").asString("").equals("attempt.running"))
        .map(
            event ->
                String.join(
                    ".", event.path("pipeline").asString(""), event.path("change").asString(""),
                    event.path("stage").asString(""), event.path("step").asString(""), event.path("attempt").asString("")))
        .collect(Collectors.toSet());
  }

  /// By their numbers.
  synchronized Map<Long, String> heard() {
    return new LinkedHashMap<>(heard);
  }

  @Override
  public void close() {
    done = true;
    http.shutdownNow();
  }
}
