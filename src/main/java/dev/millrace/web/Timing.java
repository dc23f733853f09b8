package dev.millrace.web;

import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// Says with each answer how many milliseconds it took from the first byte of its request to the first of its own, as
/// `Server-Timing: app;dur=12.3` (W3C Server Timing). Developer tools show it, and a page that is open looks less often
/// at a server that is slow: so many viewers slow themselves down, and not each other.
final class Timing extends Handler.Wrapper {
  private static final String HEADER = "Server-Timing";

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    long begun = request.getBeginNanoTime();
    request.addHttpStreamWrapper(
        stream ->
            new HttpStream.Wrapper(stream) {
              @Override
              public void prepareResponse(HttpFields.Mutable headers) {
                super.prepareResponse(headers);
                headers.put(HEADER, String.format(Locale.ROOT, "app;dur=%.1f", (System.nanoTime() - begun) / 1e6));
              }
            });
    return super.handle(request, response, callback);
  }
}
