package dev.millrace.cli;

import dev.millrace.runner.docker.DockerRunner;
import dev.millrace.server.Server;
import dev.millrace.server.Settings;
import dev.millrace.store.StoreException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `serve`: the server, until it is told to stop.
@Command(name = "serve", description = "Run the server.", mixinStandardHelpOptions = true, showDefaultValues = true)
final class Serve implements Callable<Integer> {
  /// The web server takes a connection for dead on which nothing happens for 30 seconds.
  private static final int LONGEST_SILENCE = 25;

  @Option(names = "--listen", defaultValue = "${env:MILLRACE_LISTEN:-127.0.0.1}", description = "Address to listen on.")
  String listen = "";

  @Option(names = "--port", defaultValue = "${env:MILLRACE_PORT:-8080}", description = "Port; 0 for any that is free.")
  int port;

  @Option(names = "--data", defaultValue = "${env:MILLRACE_DATA:-data}", description = "Where everything is kept.")
  Path data = Path.of("data");

  @Option(
      names = "--docker",
      defaultValue = "${env:DOCKER_HOST:-unix:///var/run/docker.sock}",
      description = "The container engine.")
  String docker = "";

  @Option(
      names = "--database",
      defaultValue = "${env:MILLRACE_DATABASE:-}",
      description = "A JDBC URL; an H2 file in the data directory if left out.")
  String database = "";

  @Option(
      names = "--url",
      defaultValue = "${env:MILLRACE_URL:-}",
      description = "Where people reach the server; http://localhost:PORT if left out.")
  String url = "";

  @Option(
      names = "--steps",
      defaultValue = "${env:MILLRACE_STEPS:-0}",
      description = "How many containers run at once; 0 for twice the processors.")
  int steps;

  @Option(
      names = "--keep-alive",
      defaultValue = "${env:MILLRACE_KEEP_ALIVE:-20}",
      description = "After how many seconds of silence a push that waits is told something.")
  int keepAlive;

  @Option(
      names = "--largest-push",
      defaultValue = "${env:MILLRACE_LARGEST_PUSH:-0}",
      description = "How many megabytes a push may bring; 0 for any number.")
  int largestPush;

  @Option(
      names = "--credentials",
      defaultValue = "${env:MILLRACE_CREDENTIALS:-}",
      description = "The file with tokens for remote repositories; credentials in the data directory if left out.")
  String credentials = "";

  @Option(
      names = "--file-remotes",
      defaultValue = "${env:MILLRACE_FILE_REMOTES:-false}",
      description = "Take file:// URLs of this machine as remote repositories.")
  boolean fileRemotes;

  @Override
  public Integer call() throws InterruptedException {
    if (port < 0 || port > 65_535) {
      return refuse("a port is a number from 0 to 65535, not " + port);
    }
    if (!docker.matches("(unix|tcp)://.+")) {
      return refuse("--docker is like unix:///var/run/docker.sock or tcp://host:2375, not " + docker);
    }
    if (keepAlive < 1 || keepAlive > LONGEST_SILENCE) {
      return refuse("--keep-alive is a number of seconds from 1 to " + LONGEST_SILENCE + ", not " + keepAlive);
    }
    if (largestPush < 0) {
      return refuse("--largest-push is a number of megabytes, or 0 for any number, not " + largestPush);
    }
    var settings =
        new Settings(
            listen,
            port,
            data,
            docker,
            database,
            url,
            steps > 0 ? steps : Settings.DEFAULT_STEPS,
            credentials.isEmpty() ? null : Path.of(credentials),
            fileRemotes,
            Duration.ofSeconds(keepAlive),
            (long) largestPush << 20);
    try {
      var server =
          new Server(settings, installation -> new DockerRunner(docker, installation), Clock.systemUTC());
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(server::close));
      System.out.println("Millrace listens on " + server.address());
      new CountDownLatch(1).await();
      return 0;
    } catch (StoreException | UncheckedIOException e) {
      return refuse(String.valueOf(e.getMessage()));
    }
  }

  private static int refuse(String because) {
    System.err.println("Millrace cannot start: " + because);
    return 1;
  }
}
