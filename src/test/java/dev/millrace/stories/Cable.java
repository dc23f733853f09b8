package dev.millrace.stories;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What lies between a client and a server, and can be cut and mended while both of them live.
public final class Cable implements AutoCloseable {
  private final ServerSocket entrance;
  private final int server;
  private final Set<Socket> ends = ConcurrentHashMap.newKeySet();
  private volatile boolean cut;

  /// @param server the port at the far end
  public Cable(int server) throws IOException {
    this.server = server;
    entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.startVirtualThread(this::accept);
  }

  /// What a client asks instead of the server.
  public String address() {
    return "http://127.0.0.1:" + entrance.getLocalPort();
  }

  /// Breaks every connection, and each that is tried from now on.
  public void cut() {
    cut = true;
    ends.forEach(Cable::hangUp);
  }

  public void mend() {
    cut = false;
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        connect(entrance.accept());
      } catch (IOException e) {
        // the next one is tried; when the entrance is closed there is none
      }
    }
  }

  private void connect(Socket near) {
    try {
      var far = new Socket(InetAddress.getLoopbackAddress(), server);
      ends.add(near);
      ends.add(far);
      if (cut) {
        hangUp(near);
        hangUp(far);
      }
      Thread.startVirtualThread(() -> carry(near, far));
      Thread.startVirtualThread(() -> carry(far, near));
    } catch (IOException e) {
      hangUp(near);
    }
  }

  private void carry(Socket from, Socket to) {
    try (from; to; InputStream in = from.getInputStream()) {
      in.transferTo(to.getOutputStream());
    } catch (IOException e) {
      // the other end sees it, too
    } finally {
      ends.remove(from);
      ends.remove(to);
    }
  }

  private static void hangUp(Socket end) {
    try {
      end.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    entrance.close();
    cut();
  }
}
