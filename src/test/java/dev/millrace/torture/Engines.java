package dev.millrace.torture;

import dev.millrace.runner.docker.RawEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a container engine is asked past the server.
final class Engines {
  private static final JsonMapper JSON = new JsonMapper();

  private Engines() {}

  /// The names of the containers, in whatever state, that begin so.
  static List<String> containers(Path engine, String prefix) {
    try (RawEngine raw = new RawEngine(engine.toString())) {
      List<String> found = new ArrayList<>();
      for (JsonNode container : JSON.readTree(raw.ask("GET", "/containers/json?all=1").text())) {
        String name = container.path("Names").path(0).asString("/").substring(1);
        if (name.startsWith(prefix)) {
          found.add(name);
        }
      }
      return found;
    } catch (IOException e) {
      return List.of("(the engine does not answer: " + e.getMessage() + ")");
    }
  }

  static void remove(Path engine, List<String> names) throws IOException {
    try (RawEngine raw = new RawEngine(engine.toString())) {
      for (String name : names) {
        raw.ask("DELETE", "/containers/" + name + "?force=1&v=1");
      }
    }
  }
}
