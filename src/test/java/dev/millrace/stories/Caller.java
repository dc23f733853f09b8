package dev.millrace.stories;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// An HTTP client that keeps its connection as it is told to, and is less patient than any other: a request that it has
/// sent and that is not answered has failed, and is not tried again.
public final class Caller implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 60_000;

  private final int port;
  private @Nullable Socket socket;
  private @Nullable InputStream input;
  private boolean last;

  public Caller(int port) {
    this.port = port;
  }

  /// The body of a good answer.
  ///
  /// @throws IOException also when the answer is none of those with 200
  public String get(String path) throws IOException {
    if (socket == null || last || isHungUp()) {
      connect();
    }
    String request = "GET " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    String status = line();
    long length = -1;
    last = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String name = header.toLowerCase(java.util.Locale.ROOT);
      last |= name.equals("connection: close");
      if (name.startsWith("content-length: ")) {
        length = Long.parseLong(header.substring("content-length: ".length()));
      }
    }
    var body = new ByteArrayOutputStream();
    if (length >= 0) {
      body.writeBytes(input.readNBytes((int) length));
      ended(body.size() < length);
    } else {
      for (int size = chunk(); size > 0; size = chunk()) {
        byte[] part = input.readNBytes(size);
        ended(part.length < size);
        body.writeBytes(part);
        line();
      }
      line();
    }
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException(path + " is answered by " + status + " " + body.toString(StandardCharsets.UTF_8));
    }
    return body.toString(StandardCharsets.UTF_8);
  }

  /// Anew, without asking for anything yet.
  public void connect() throws IOException {
    close();
    socket = new Socket("127.0.0.1", port);
    socket.setSoTimeout(PATIENCE_MILLIS);
    input = new BufferedInputStream(socket.getInputStream());
  }

  /// Whether the last answer said that its connection closes.
  public boolean isTheLast() {
    return last;
  }

  /// Whether the server has closed the connection, between two requests.
  public boolean isHungUp() throws IOException {
    socket.setSoTimeout(1);
    try {
      return input.read() < 0;
    } catch (SocketTimeoutException open) {
      return false;
    } finally {
      socket.setSoTimeout(PATIENCE_MILLIS);
    }
  }

  private int chunk() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = input.read(); next != '\n'; next = input.read()) {
      ended(next < 0);
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private static void ended(boolean early) throws IOException {
    if (early) {
      throw new EOFException("the connection was closed in the middle of an answer, or before it");
    }
  }

  @Override
  public void close() throws IOException {
    if (socket != null) {
      socket.close();
    }
  }
}
