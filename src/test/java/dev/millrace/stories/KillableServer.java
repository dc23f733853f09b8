package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Source;
import dev.millrace.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server in a process of its own over a real Docker engine, which can be killed without warning and started again.
/// It runs when the constructor returns.
final class KillableServer implements AutoCloseable {
  /// Real containers on a busy machine take their time.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  final HttpClient http = HttpClient.newHttpClient();
  final Listener listener;
  private final Path folder;
  private final int port;
  private @Nullable Process process;

  /// @param folder where its data goes to
  KillableServer(Path folder) throws Exception {
    this.folder = folder;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    listener = new Listener(http, URI.create(address() + "/api/v1/events"), PATIENCE);
    start();
  }

  void start() throws Exception {
    List<String> command = new ArrayList<>(HeadStart.java("-Xmx256m"));
    command.addAll(List.of("serve", "--port", Integer.toString(port), "--data", folder.resolve("data").toString()));
    Process server = new ProcessBuilder(command).redirectErrorStream(true).start();
    process = server;
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

  /// As `kill -9` does.
  void kill() throws Exception {
    if (process != null) {
      process.destroyForcibly().waitFor();
    }
    listener.disconnect();
  }

  /// Its database, for when it does not run.
  Store store() {
    var reader = new DefinitionReader();
    return Store.open(
        Store.h2(folder.resolve("data")), (name, path, text) -> reader.pipeline(name, new Source(path, text)));
  }

  HttpResponse<String> get(String path) {
    try {
      return http.send(request(path), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  JsonNode json(String path) {
    return read(get(path).body());
  }

  static JsonNode read(String json) {
    return JsonMapper.shared().readTree(json);
  }

  HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(address() + path)).build();
  }

  /// Without a slash at the end.
  String address() {
    return "http://localhost:" + port;
  }

  @Override
  public void close() throws Exception {
    kill();
    http.shutdownNow();
  }
}
