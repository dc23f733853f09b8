package dev.millrace.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.util.Locale;

/// One connection that is kept, as a browser keeps it, and costs the machine as little as a client can: what is measured
/// is to be the server.
final class Wire implements AutoCloseable {
  private final String host;
  private final int port;
  private final Socket socket = new Socket();
  private final InputStream in;
  private final byte[] portion = new byte[1 << 16];

  /// @param bytes of the body as they came, compressed or not
  record Answer(int status, long bytes) {}

  Wire(String address) throws IOException {
    URI uri = URI.create(address);
    host = uri.getHost();
    port = uri.getPort();
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(host, port));
    socket.setSoTimeout(60_000);
    in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
  }

  Answer get(String path, boolean gzip) throws IOException {
    send(path, "1.1", gzip ? "Accept-Encoding: gzip\r\n" : "");
    return read();
  }

  /// Asks, and leaves what comes to the caller; HTTP/1.0, so that it comes as it is, not in chunks.
  InputStream open(String path, int receiveBuffer) throws IOException {
    if (receiveBuffer > 0) {
      socket.setReceiveBufferSize(receiveBuffer);
    }
    send(path, "1.0", "");
    return in;
  }

  private void send(String path, String version, String headers) throws IOException {
    socket
        .getOutputStream()
        .write(("GET " + path + " HTTP/" + version + "\r\nHost: " + host + ":" + port + "\r\n" + headers + "\r\n").getBytes(ISO_8859_1));
  }

  private Answer read() throws IOException {
    int status = Integer.parseInt(line().split(" ")[1]);
    long length = 0;
    boolean chunked = false;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String header = line.toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        length = Long.parseLong(header.substring(15).strip());
      }
      chunked |= header.startsWith("transfer-encoding:") && header.contains("chunked");
    }
    if (!chunked) {
      skip(length);
      return new Answer(status, length);
    }
    long bytes = 0;
    while (true) {
      long size = Long.parseLong(line().strip(), 16);
      skip(size);
      line();
      if (size == 0) {
        return new Answer(status, bytes);
      }
      bytes += size;
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int read = in.read(); read != '\n'; read = in.read()) {
      if (read < 0) {
        throw new IOException("the server hung up");
      }
      if (read != '\r') {
        line.append((char) read);
      }
    }
    return line.toString();
  }

  private void skip(long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      int read = in.read(portion, 0, (int) Math.min(portion.length, left));
      if (read < 0) {
        throw new IOException("the server hung up");
      }
      left -= read;
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
