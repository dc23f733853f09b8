package dev.millrace.runner.docker;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/// A container engine that has nothing, says what the test lets it say, and is silent about all else: such a call never
/// ends.
final class SilentEngine implements AutoCloseable {
  /// No answer, ever.
  static final String SILENCE = "";

  private final ServerSocketChannel server;
  private final Path path;
  private final Function<String, String> answers;
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
  private final Queue<SocketChannel> callers = new ConcurrentLinkedQueue<>();

  /// @param answers to `POST /containers/create`: the status and the body, `404 {"message": "no"}`, or [#SILENCE]
  SilentEngine(Path path, Function<String, String> answers) throws IOException {
    this.path = path;
    this.answers = answers;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    Thread.ofVirtual().start(this::accept);
  }

  String host() {
    return "unix://" + path;
  }

  /// Waits until it is asked for something that begins so.
  void awaitAsked(String beginning) throws InterruptedException {
    for (String call = asked.poll(10, TimeUnit.SECONDS); ; call = asked.poll(10, TimeUnit.SECONDS)) {
      if (call == null) {
        throw new AssertionError("nobody asked for " + beginning);
      }
      if (call.startsWith(beginning)) {
        return;
      }
    }
  }

  /// What it was asked for after what was waited for.
  List<String> asked() {
    return List.copyOf(asked);
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel caller = server.accept();
        callers.add(caller);
        Thread.ofVirtual().start(() -> serve(caller));
      }
    } catch (IOException closed) {
      // the test is over
    }
  }

  private void serve(SocketChannel caller) {
    try {
      var lines = new BufferedReader(new InputStreamReader(Channels.newInputStream(caller), ISO_8859_1));
      for (String request = lines.readLine(); request != null; request = lines.readLine()) {
        int length = 0;
        boolean chunked = false;
        for (String header = lines.readLine(); header != null && !header.isEmpty(); header = lines.readLine()) {
          length = header.startsWith("Content-Length:") ? Integer.parseInt(header.substring(15).strip()) : length;
          chunked |= header.equals("Transfer-Encoding: chunked");
        }
        lines.skip(length);
        for (String size = chunked ? lines.readLine() : "0"; !size.equals("0"); size = lines.readLine()) {
          lines.skip(Integer.parseInt(size, 16) + 2);
        }
        if (chunked) {
          lines.readLine();
        }
        String call = List.of(request.split(" ")).subList(0, 2).toString().replaceAll("[\\[\\],]", "").replaceAll("\\?.*", "");
        asked.add(call);
        String answer = answers.apply(call);
        if (answer.equals(SILENCE)) {
          return;
        }
        byte[] body = answer.substring(4).getBytes(UTF_8);
        String head = "HTTP/1.1 " + answer.substring(0, 3) + " x\r\nContent-Type: application/json\r\nContent-Length: " + body.length + "\r\n\r\n";
        caller.write(ByteBuffer.wrap(head.getBytes(ISO_8859_1)));
        caller.write(ByteBuffer.wrap(body));
      }
    } catch (IOException gone) {
      // who asked has hung up, as they may
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel caller : callers) {
      caller.close();
    }
  }
}
