package dev.millrace.torture;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the container engine itself says of the containers, asked past the server.
final class Witness implements AutoCloseable {
  private static final JsonMapper JSON = new JsonMapper();

  /// What became of the containers with one name.
  ///
  /// @param ids of those that were created
  /// @param codes how each start ended
  /// @param destroyed how many are gone
  record Life(Set<String> ids, List<Instant> starts, List<Integer> codes, List<Instant> ends, List<String> destroyed) {}

  private final Path engine;
  private final long begin = Instant.now().getEpochSecond() - 1;
  private final Map<String, Life> lives = new TreeMap<>();
  private final Set<String> seen = new HashSet<>();
  private final Map<String, Set<String>> used = new HashMap<>();
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Witness(Path engine) {
    this.engine = engine;
    Thread.ofVirtual().start(() -> watch("{\"type\":[\"container\"],\"label\":[\"millrace.installation\"]}"));
    Thread.ofVirtual().start(() -> watch("{\"type\":[\"volume\",\"network\"],\"event\":[\"mount\",\"connect\"]}"));
  }

  /// By the names of the containers, which begin so.
  synchronized Map<String, Life> lives(String prefix) {
    Map<String, Life> found = new TreeMap<>();
    lives.forEach((name, life) -> {
      if (name.startsWith(prefix)) {
        found.put(
            name,
            new Life(
                Set.copyOf(life.ids()), List.copyOf(life.starts()), List.copyOf(life.codes()),
                List.copyOf(life.ends()), List.copyOf(life.destroyed())));
      }
    });
    return found;
  }

  /// Where the engine knows the volumes and networks that containers with these names have had.
  synchronized Set<String> used(String prefix) {
    Set<String> all = new HashSet<>();
    lives(prefix).values().forEach(life -> life.ids().forEach(id -> all.addAll(used.getOrDefault(id, Set.of()))));
    return all;
  }

  /// Whether such a container has run for that long by now.
  synchronized boolean runs(String part, Duration since) {
    return lives.entrySet().stream()
        .anyMatch(
            life ->
                life.getKey().contains(part)
                    && life.getValue().ends().size() < life.getValue().starts().size()
                    && life.getValue().starts().getLast().plus(since).isBefore(Instant.now()));
  }

  private void watch(String wanted) {
    String filters = URLEncoder.encode(wanted, StandardCharsets.UTF_8);
    while (!closed) {
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        open.add(channel);
        channel.connect(UnixDomainSocketAddress.of(engine));
        String request =
            "GET /events?since=" + begin + "&filters=" + filters + " HTTP/1.0\r\nHost: docker\r\n\r\n";
        channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
        InputStream in = Channels.newInputStream(channel);
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          if (line.startsWith("{")) {
            saw(JSON.readTree(line));
          }
        }
      } catch (IOException away) {
        // asked again, from the beginning
      }
      pause();
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void saw(JsonNode event) {
    String id = event.path("Actor").path("ID").asString("");
    String action = event.path("Action").asString("");
    JsonNode its = event.path("Actor").path("Attributes");
    if (!event.path("Type").asString("").equals("container")) {
      used.computeIfAbsent(its.path("container").asString(""), _ -> new HashSet<>())
          .add(event.path("Type").asString("") + "s/" + id);
      return;
    }
    // whatever it is called, this is what it does
    String name =
        "millrace-" + its.path("millrace.installation").asString("") + "."
            + its.path("millrace.attempt").asString("").replace('/', '.');
    long nanos = event.path("timeNano").asLong(0);
    if (!seen.add(id + action + nanos)) {
      return;
    }
    Instant at = Instant.ofEpochSecond(0, nanos);
    Life life =
        lives.computeIfAbsent(
            name,
            _ -> new Life(new HashSet<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>()));
    switch (action) {
      case "create" -> life.ids().add(id);
      case "start" -> life.starts().add(at);
      case "die" -> {
        life.codes().add(Integer.parseInt(event.path("Actor").path("Attributes").path("exitCode").asString("-1")));
        life.ends().add(at);
      }
      case "destroy" -> life.destroyed().add(id);
      default -> {}
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    for (SocketChannel now : open) {
      now.close();
    }
  }
}
