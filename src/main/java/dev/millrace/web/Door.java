package dev.millrace.web;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Lets people in at an entrance, and knows of everybody who is inside.
final class Door extends ServerConnector implements SelectorManager.AcceptListener {
  private static final Logger LOG = LoggerFactory.getLogger(Door.class);

  private final Entrance entrance;

  /// Taken from the entrance, and not listed by Jetty yet.
  private final Set<SelectableChannel> comingIn = ConcurrentHashMap.newKeySet();

  Door(Server server, HttpConfiguration configuration, Entrance entrance) {
    // Without a thread that waits in accept(): it would let one more in after it was told not to.
    super(server, 0, -1, new HttpConnectionFactory(configuration));
    this.entrance = entrance;
    addEventListener(this);
    addBean(this, false);
    try {
      open(entrance.socket());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// From now on nobody is let in; who comes waits at an entrance that outlives us, and finds any other one closed.
  void shut() {
    setAccepting(false);
    if (!entrance.inherited()) {
      letInWhoWaits();
      entrance.close();
    }
  }

  private void letInWhoWaits() {
    try {
      for (SocketChannel next = entrance.socket().accept(); next != null; next = entrance.socket().accept()) {
        next.configureBlocking(false);
        configure(next.socket());
        getSelectorManager().accept(next);
      }
    } catch (IOException e) {
      LOG.debug("Somebody has not waited", e);
    }
  }

  /// Whether anybody is inside, or may still be let in.
  boolean isOccupied() {
    return entrance.socket().isRegistered() || !comingIn.isEmpty() || !getConnectedEndPoints().isEmpty();
  }

  /// Who keeps it occupied, for the log.
  String occupants() {
    return "%d inside (%s), %d coming in%s"
        .formatted(
            getConnectedEndPoints().size(), getConnectedEndPoints(), comingIn.size(),
            entrance.socket().isRegistered() ? ", and it is still open" : "");
  }

  @Override
  public void onAccepting(SelectableChannel channel) {
    comingIn.add(channel);
  }

  @Override
  public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
    comingIn.remove(channel);
  }

  @Override
  protected void onEndPointOpened(EndPoint connection) {
    super.onEndPointOpened(connection);
    comingIn.remove(connection.getTransport());
  }
}
