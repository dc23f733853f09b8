package dev.millrace.web;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees everybody out when the server stops, without losing a request.
///
/// What is being answered is answered to its end, and so is what still comes over a connection that is open; each answer
/// says that its connection closes. A connection that only waits for its next request is closed when it has been quiet
/// for a while and nothing has arrived on it: then only a request that is on its way in that very moment can be lost,
/// and a client that has just been answered is past the time in which it would follow one request with another.
final class Leaving extends Handler.Wrapper {
  private static final Logger LOG = LoggerFactory.getLogger(Leaving.class);

  /// How long a connection that was used before is left open for a next request.
  private static final long QUIET_MILLIS = 500;

  /// How long a new one is left open for its first: unlike a later one, clients do not try it again.
  private static final long SHY_MILLIS = 2_000;

  private static final Duration LOOK_AGAIN = Duration.ofMillis(5);

  /// How many requests are being answered over a connection.
  private final Map<EndPoint, Integer> busy = new ConcurrentHashMap<>();

  private volatile boolean leaving;

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
    busy.merge(connection, 1, Integer::sum);
    Request.addCompletionListener(request, _ -> busy.computeIfPresent(connection, (_, count) -> count == 1 ? null : count - 1));
    request.addHttpStreamWrapper(Last::new);
    return super.handle(request, response, callback);
  }

  /// Says with the answer, when that begins while everybody is seen out, that it is the last one of its connection.
  private final class Last extends HttpStream.Wrapper {
    Last(HttpStream stream) {
      super(stream);
    }

    @Override
    public void prepareResponse(HttpFields.Mutable headers) {
      super.prepareResponse(headers);
      if (leaving) {
        headers.put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE.asString());
      }
    }
  }

  /// Shuts the door, and returns when everybody has gone, or after that time.
  void seeOut(Door door, Duration atMost) {
    leaving = true;
    door.shut();
    long begun = System.nanoTime();
    try {
      while (door.isOccupied()) {
        if (System.nanoTime() - begun > atMost.toNanos()) {
          LOG.warn("Connections are cut off, since they were not done within {} s: {}", atMost.toSeconds(), door.occupants());
          return;
        }
        door.getConnectedEndPoints().stream().filter(this::isDone).forEach(EndPoint::close);
        Thread.sleep(LOOK_AGAIN);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isDone(EndPoint connection) {
    long quiet = ((IdleTimeout) connection).getIdleFor();
    long enough = connection.getConnection().getMessagesIn() == 0 ? SHY_MILLIS : QUIET_MILLIS;
    // who is not waiting for anything to arrive is at work on what did
    return quiet >= enough && !busy.containsKey(connection) && connection.isFillInterested() && !hasMore(connection);
  }

  /// Whether something has arrived that nobody has looked at yet.
  private static boolean hasMore(EndPoint connection) {
    try {
      return ((SocketChannel) connection.getTransport()).socket().getInputStream().available() > 0;
    } catch (IOException gone) {
      return false;
    }
  }
}
