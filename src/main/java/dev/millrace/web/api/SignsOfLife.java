package dev.millrace.web.api;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a client still waits for an answer that takes long: found out by sending it spaces, which JSON and HTML may
/// begin with. Proxies see by them that the server is still there, too.
public final class SignsOfLife {
  private static final Logger LOG = LoggerFactory.getLogger(SignsOfLife.class);

  /// That somebody has gone is seen at the second space.
  private static final Duration PATIENCE = Duration.ofMillis(400);

  private final Context context;
  private long latest = System.nanoTime();
  private boolean begun;

  /// @param contentType of the answer, which has to be known before it begins, as have all headers
  public SignsOfLife(Context context, String contentType) {
    this.context = context;
    context.contentType(contentType).header("X-Accel-Buffering", "no");
  }

  /// False when the client has gone.
  public boolean wanted() {
    if (System.nanoTime() - latest < PATIENCE.toNanos()) {
      return true;
    }
    try {
      begun = true;
      context.res().getOutputStream().write(' ');
      context.res().flushBuffer();
      latest = System.nanoTime();
      return true;
    } catch (IOException e) {
      LOG.debug("The client has gone", e);
      return false;
    }
  }

  /// Sends what it waited for.
  public void answer(String text) throws IOException {
    if (begun) {
      context.res().getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    } else {
      context.result(text);
    }
  }
}
