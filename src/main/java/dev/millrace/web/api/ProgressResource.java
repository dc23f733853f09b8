package dev.millrace.web.api;

import dev.millrace.change.Change;
import dev.millrace.engine.Outcome;
import dev.millrace.engine.Progress;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// `/api/v1/pipelines/{pipeline}/changes/{number}/progress`: what a push that waits shows, for whoever asks.
public final class ProgressResource {
  private static final Logger LOG = LoggerFactory.getLogger(ProgressResource.class);

  private final Names names;
  private final Progress progress;

  public ProgressResource(Names names, Progress progress) {
    this.names = names;
    this.progress = progress;
  }

  /// Plain text, line by line from the change's beginning, until it has ended, or with `?until=landed` as far as a push
  /// waits. The last line begins with `passed`, `failed` or `cancelled`; or with `open`, when the server stops.
  public void follow(Context context) throws IOException {
    Change change = names.change(context);
    Outcome.Until until = until(context.queryParam("until"));
    context.contentType("text/plain;charset=utf-8").header("Cache-Control", "no-store").header("X-Accel-Buffering", "no");
    ServletOutputStream out = context.res().getOutputStream();
    try {
      Outcome outcome = progress.follow(change.id(), until, line -> said(out, line));
      said(out, outcome.end() + ": " + outcome.because());
    } catch (InterruptedException e) {
      LOG.debug("Who waits for {} is sent away: the server is stopping", change.id(), e);
    }
  }

  private static Outcome.Until until(@Nullable String text) {
    return switch (text) {
      case null -> Outcome.Until.ENDED;
      case "ended" -> Outcome.Until.ENDED;
      case "landed" -> Outcome.Until.LANDED;
      default -> throw new BadRequestResponse("\"until\" is \"landed\" or \"ended\", not \"" + text + "\".");
    };
  }

  private static boolean said(ServletOutputStream out, String line) {
    try {
      out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      return true;
    } catch (IOException e) {
      LOG.debug("Who waited has gone", e);
      return false;
    }
  }
}
