package dev.millrace.runner.docker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The Docker engine behind a socket of its own that can be cut: containers go on, as with a daemon that restarts.
final class UnreliableEngine implements AutoCloseable {
  private final ServerSocketChannel server;
  private final Path path;
  private final Set<SocketChannel> open = ConcurrentHashMap.newKeySet();
  private volatile boolean away;

  UnreliableEngine(Path path) throws IOException {
    this.path = path;
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    Thread.ofVirtual().start(this::accept);
  }

  String host() {
    return "unix://" + path;
  }

  /// Cuts every connection, and new ones at once until [#comeBack].
  void goAway() {
    away = true;
    open.forEach(UnreliableEngine::hangUp);
  }

  void comeBack() {
    away = false;
  }

  private void accept() {
    while (server.isOpen()) {
      try {
        SocketChannel caller = server.accept();
        SocketChannel engine =
            SocketChannel.open(UnixDomainSocketAddress.of(TestImages.HOST.substring("unix://".length())));
        open.add(caller);
        open.add(engine);
        Thread.ofVirtual().start(() -> pass(caller, engine));
        Thread.ofVirtual().start(() -> pass(engine, caller));
        if (away) {
          hangUp(caller);
          hangUp(engine);
        }
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void pass(SocketChannel from, SocketChannel to) {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    try {
      while (from.read(bytes.clear()) >= 0) {
        bytes.flip();
        while (bytes.hasRemaining()) {
          to.write(bytes);
        }
      }
    } catch (IOException cut) {
      // one side has hung up, and so does the other
    }
    hangUp(from);
    hangUp(to);
    open.remove(from);
  }

  private static void hangUp(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    goAway();
  }
}
