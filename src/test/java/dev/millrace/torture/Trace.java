package dev.millrace.torture;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/// What happened when, for whoever has to explain a finding.
final class Trace implements AutoCloseable {
  private final PrintWriter out;

  Trace(Path file) throws IOException {
    out = new PrintWriter(Files.newBufferedWriter(file), true);
  }

  synchronized void say(String what) {
    out.println(Instant.now() + " " + what);
  }

  @Override
  public synchronized void close() {
    out.close();
  }
}
