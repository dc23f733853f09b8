package dev.millrace.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `trigger`: starts a change on a running server, and waits for its end if asked to.
@Command(
    name = "trigger",
    description = "Start a change for a branch or a commit on a running server.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class Trigger implements Callable<Integer> {

  @Parameters(paramLabel = "PIPELINE", description = "The pipeline it flows through.")
  String pipeline = "";

  @ArgGroup(multiplicity = "1")
  What what = new What();

  static final class What {
    @Option(names = "--branch", description = "The branch whose head it is.")
    String branch = "";

    @Option(names = "--commit", description = "The commit, or an unambiguous beginning of its id.")
    String commit = "";
  }

  @Option(
      names = "--server",
      defaultValue = "${env:MILLRACE_URL:-http://localhost:8080}",
      description = "Where the server is.")
  String server = "";

  @Option(
      names = {"-p", "--parameter"},
      paramLabel = "NAME=VALUE",
      description = "A parameter of the pipeline; as often as needed.")
  Map<String, String> parameters = Map.of();

  @Option(names = "--wait", description = "Print the stages as they end; the exit code is 0 if the change passes.")
  boolean wait;

  @Override
  public Integer call() throws InterruptedException {
    try (var http = HttpClient.newHttpClient()) {
      ObjectNode body = JsonNodeFactory.instance.objectNode();
      body.put(what.branch.isEmpty() ? "commit" : "branch", what.branch.isEmpty() ? what.commit : what.branch);
      ObjectNode given = body.putObject("parameters");
      parameters.forEach(given::put);
      String changes = "/api/v1/pipelines/" + pipeline + "/changes";
      JsonNode answer = ask(http, HttpRequest.newBuilder(at(changes)).POST(BodyPublishers.ofString(body.toString())));
      int number = answer.get("number").intValue();
      System.out.println(pipeline + "#" + number + "  " + at("/pipelines/" + pipeline + "/changes/" + number));
      return wait ? waitFor(http, changes + "/" + number) : 0;
    } catch (Unanswered unanswered) {
      System.err.println(unanswered.getMessage());
      return 1;
    } catch (IOException e) {
      System.err.println(server + " cannot be reached; start it, or name another with --server");
      return 1;
    }
  }

  /// Asks again whenever something moved.
  private int waitFor(HttpClient http, String change) throws IOException, InterruptedException {
    String events = "/api/v1/events?pipeline=" + pipeline + "&change=" + change.substring(change.lastIndexOf('/') + 1);
    HttpResponse<Stream<String>> stream = http.send(HttpRequest.newBuilder(at(events)).build(), BodyHandlers.ofLines());
    Set<String> told = new HashSet<>();
    try (Stream<String> lines = stream.body()) {
      for (String line : (Iterable<String>) lines::iterator) {
        if (line.startsWith(": at") || line.startsWith("data:")) {
          JsonNode now = ask(http, HttpRequest.newBuilder(at(change)));
          for (JsonNode stage : now.get("stages")) {
            String name = stage.get("name").stringValue();
            if (!stage.get("finishedAt").isNull() && told.add(name + stage.get("attempt"))) {
              System.out.println(name + " " + stage.get("state").stringValue());
            }
          }
          if (!now.get("finishedAt").isNull()) {
            String state = now.get("state").stringValue();
            String reason = now.get("reason").stringValue();
            System.out.println(state + (reason.isEmpty() ? "" : ": " + reason));
            return state.equals("passed") ? 0 : 1;
          }
        }
      }
    }
    throw new IOException("the server went away");
  }

  private URI at(String path) {
    return URI.create(server.replaceAll("/+$", "") + path);
  }

  private static JsonNode ask(HttpClient http, HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    try {
      JsonNode body = new JsonMapper().readTree(response.body());
      if (response.statusCode() >= 400) {
        throw new Unanswered(body.path("detail").asString("the server answers with " + response.statusCode()));
      }
      return body;
    } catch (JacksonException e) {
      throw new Unanswered("what answers at " + request.build().uri() + " is not Millrace, or not well");
    }
  }

  /// The server said no, in a sentence.
  private static final class Unanswered extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unanswered(String sentence) {
      super(sentence);
    }
  }
}
