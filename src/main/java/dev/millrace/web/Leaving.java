package dev.millrace.web;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.eclipse.jetty.util.Callback;

/// Lets requests finish when the server is told to stop, and hangs up on connections that only wait for their next one:
/// every open page keeps some, and Jetty would wait for them as long as for an answer.
final class Leaving extends GracefulHandler {
  private final Set<EndPoint> busy = ConcurrentHashMap.newKeySet();
  private volatile boolean leaving;

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    EndPoint connection = request.getConnectionMetaData().getConnection().getEndPoint();
    busy.add(connection);
    Request.addCompletionListener(request, _ -> answered(connection));
    return super.handle(request, response, callback);
  }

  private void answered(EndPoint connection) {
    busy.remove(connection);
    if (leaving) {
      connection.close();
    }
  }

  /// Those that are being answered are hung up on afterwards.
  void hangUp(Connector[] connectors) {
    leaving = true;
    for (Connector connector : connectors) {
      for (EndPoint connection : connector.getConnectedEndPoints()) {
        if (!busy.contains(connection)) {
          connection.close();
        }
      }
    }
  }
}
