package dev.millrace.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `wait`: what a push that waits shows, for a change that is on its way already.
@Command(
    name = "wait",
    description = "Print what becomes of a change; the exit code is 0 if it passes.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class Wait implements Callable<Integer> {
  @Parameters(paramLabel = "PIPELINE", description = "The pipeline it flows through.")
  String pipeline = "";

  @Parameters(paramLabel = "NUMBER", description = "The change's number.")
  int number;

  @Option(
      names = "--server",
      defaultValue = "${env:MILLRACE_URL:-http://localhost:8080}",
      description = "Where the server is.")
  String server = "";

  @Option(names = "--landed", description = "Wait for the landing only, as a push does.")
  boolean landed;

  @Override
  public Integer call() throws InterruptedException {
    var address =
        URI.create(
            server.replaceAll("/+$", "") + "/api/v1/pipelines/" + pipeline + "/changes/" + number + "/progress"
                + (landed ? "?until=landed" : ""));
    try (var http = HttpClient.newHttpClient()) {
      HttpResponse<Stream<String>> response =
          http.send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofLines());
      if (response.statusCode() != 200) {
        System.err.println(server + " knows no change " + number + " of " + pipeline);
        return 1;
      }
      String last = "";
      try (Stream<String> lines = response.body()) {
        for (String line : (Iterable<String>) lines::iterator) {
          System.out.println(line);
          last = line;
        }
      }
      return last.startsWith("passed: ") ? 0 : 1;
    } catch (IOException | UncheckedIOException e) {
      System.err.println(server + " cannot be reached; start it, or name another with --server");
      return 1;
    }
  }
}
