package dev.millrace.server;

import dev.millrace.engine.Progress;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What an operator can choose.
///
/// @param listen the address to listen on; there is no login yet, so anything but loopback is for trusted networks
/// @param port 0 for any that is free
/// @param data where everything is kept
/// @param docker the container engine: `unix:///var/run/docker.sock`, `tcp://host:2375`
/// @param database a JDBC URL; empty for an H2 file in the data directory
/// @param url where people reach the server; empty for `http://localhost:{port}`
/// @param steps how many containers may run at once
/// @param credentials the file with tokens for remote repositories; null for `credentials` in the data directory
/// @param fileRemotes whether a repository on the server's own disk can be a remote one
/// @param keepAlive after how long a silence a push that waits is told something
/// @param largestPush how many bytes a push may bring; 0 for any number
/// @param apart whether it talks with no other host: it works on a copy
public record Settings(
    String listen,
    int port,
    Path data,
    String docker,
    String database,
    String url,
    int steps,
    @Nullable Path credentials,
    boolean fileRemotes,
    Duration keepAlive,
    long largestPush,
    boolean apart) {
  public static final int DEFAULT_STEPS = 2 * Runtime.getRuntime().availableProcessors();

  /// One that talks with other hosts.
  public Settings(
      String listen,
      int port,
      Path data,
      String docker,
      String database,
      String url,
      int steps,
      @Nullable Path credentials,
      boolean fileRemotes,
      Duration keepAlive,
      long largestPush) {
    this(listen, port, data, docker, database, url, steps, credentials, fileRemotes, keepAlive, largestPush, false);
  }

  /// With what is usual for remote repositories and pushes.
  public Settings(String listen, int port, Path data, String docker, String database, String url, int steps) {
    this(listen, port, data, docker, database, url, steps, null, false, Progress.KEEP_ALIVE, 0);
  }

  /// The same, talking with no other host.
  Settings silenced() {
    return new Settings(
        listen, port, data, docker, database, url, steps, credentials, fileRemotes, keepAlive, largestPush, true);
  }
}
