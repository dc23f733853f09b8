package dev.millrace.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// Where people come in: a socket that listens. Whoever starts the process can hand one over as standard input (systemd
/// with `StandardInput=socket`, `packaging/hold.pl`). That one outlives the process: who comes while nobody is there
/// waits in it for the next one.
///
/// @param host the address as it was asked for, or as the socket has it
/// @param inherited whether it was handed over
public record Entrance(ServerSocketChannel socket, String host, int port, boolean inherited) implements AutoCloseable {
  /// How many may wait to be let in; the kernel allows no more than `net.core.somaxconn`.
  private static final int QUEUE = 4_096;

  /// The socket that was handed over, else one of our own at that address. From here on whoever comes waits.
  ///
  /// @param port 0 for any that is free
  /// @throws UncheckedIOException with a sentence for the operator
  public static Entrance open(String listen, int port) {
    try {
      Entrance given = given(System.inheritedChannel());
      return given != null ? given : own(listen, port);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "it cannot listen on " + listen + ":" + port + " (" + e.getMessage() + "): choose another --port or --listen", e);
    }
  }

  private static @Nullable Entrance given(@Nullable Channel input) throws IOException {
    return switch (input) {
      case null -> null;
      case ServerSocketChannel socket
          when socket.getLocalAddress() instanceof InetSocketAddress at && at.getPort() > 0 ->
          new Entrance(socket, host(at), at.getPort(), true);
      // terminals and pipes are made of these by some programs
      case SocketChannel connection when !(connection.getRemoteAddress() instanceof InetSocketAddress) -> null;
      default ->
          throw new UncheckedIOException(
              "its standard input is a socket, but none that listens for TCP connections; with systemd, the socket needs"
                  + " ListenStream= with a port and Accept=no",
              new IOException(String.valueOf(input)));
    };
  }

  private static String host(InetSocketAddress at) {
    boolean loopback = at.getAddress().isLoopbackAddress() && at.getAddress() instanceof Inet6Address;
    return loopback ? "::1" : at.getAddress().getHostAddress();
  }

  private static Entrance own(String listen, int port) throws IOException {
    ServerSocketChannel socket = ServerSocketChannel.open();
    try {
      var at = new InetSocketAddress(listen, port);
      if (at.isUnresolved()) {
        throw new IOException("there is no such address");
      }
      socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      socket.bind(at, QUEUE);
      return new Entrance(socket, listen, socket.socket().getLocalPort(), false);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /// Nobody comes in here any more. One that was handed over stays open: others hold it, too, and closing it would take
  /// the process's standard output along.
  @Override
  public void close() {
    if (!inherited) {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /// For the log: `http://127.0.0.1:8080, a socket of its own`.
  @Override
  public String toString() {
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port
        + (inherited ? ", the socket that it was handed" : ", a socket of its own");
  }
}
