package dev.millrace.torture;

import dev.millrace.runner.docker.RawEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a container engine is asked past the server.
final class Engines {
  private static final JsonMapper JSON = new JsonMapper();

  private static final Set<String> BUILT_IN = Set.of("none", "host", "bridge");

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

  /// Those of these volumes and networks that are still there, but for the networks that every engine has.
  static List<String> left(Path engine, Collection<String> paths) {
    try (RawEngine raw = new RawEngine(engine.toString())) {
      List<String> left = new ArrayList<>();
      for (String path : paths) {
        RawEngine.Answer answer = raw.ask("GET", "/" + path);
        if (answer.status() != 404 && !BUILT_IN.contains(JSON.readTree(answer.text()).path("Name").asString(""))) {
          left.add(path);
        }
      }
      return left;
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
