package dev.millrace.stories;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The server as a process of its own, behind a socket that outlives it: both as `packaging/hold.pl` runs them.
public final class HeldServer implements AutoCloseable {
  private static final String READY = "Millrace listens on http://localhost";

  private final int port;
  private final Process holder;
  private final BufferedReader output;
  private final List<String> printed = new ArrayList<>();

  /// @param java what runs the server, up to its options
  public HeldServer(Path data, List<String> java) throws IOException {
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    var command = new ArrayList<>(List.of("perl", "packaging/hold.pl"));
    command.addAll(java);
    command.addAll(List.of("serve", "--data", data.toString(), "--docker", "unix:///nowhere"));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("MILLRACE_LISTEN", "127.0.0.1");
    builder.environment().put("MILLRACE_PORT", Integer.toString(port));
    holder = builder.start();
    output = holder.inputReader();
    awaitReady();
  }

  /// From the class path of whoever asks.
  public static HeldServer ofClasses(Path data) throws IOException {
    return new HeldServer(data, HeadStart.java("-Xmx256m"));
  }

  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  public int port() {
    return port;
  }

  /// Without a slash at the end.
  public String address() {
    return "http://127.0.0.1:" + port;
  }

  /// As an operator does it; the new server takes requests when this returns.
  public void restart() throws IOException, InterruptedException {
    signal("-HUP");
    awaitReady();
  }

  /// By the system's own command: Java would close what the holder prints at the same time.
  private void signal(String signal) throws IOException, InterruptedException {
    new ProcessBuilder("kill", signal, Long.toString(holder.pid())).start().waitFor();
  }

  /// The server is gone without a word.
  public void kill() {
    server().destroyForcibly();
    server().onExit().join();
  }

  private ProcessHandle server() {
    return holder.children().findFirst().orElseThrow();
  }

  public void awaitReady() throws IOException {
    for (String line = output.readLine(); ; line = output.readLine()) {
      if (line == null) {
        throw new IOException("the server does not start: " + printed);
      }
      printed.add(line);
      if (line.startsWith(READY)) {
        return;
      }
    }
  }

  /// What the holder and its servers have printed until the latest was ready.
  public List<String> printed() {
    return List.copyOf(printed);
  }

  /// Its exit code.
  public int stop() throws IOException, InterruptedException {
    signal("-TERM");
    output.lines().forEach(printed::add);
    return holder.waitFor(60, TimeUnit.SECONDS) ? holder.exitValue() : -1;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    if (holder.isAlive()) {
      stop();
    }
  }
}
