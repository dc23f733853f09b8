package dev.millrace.web.api;

import dev.millrace.change.ChangeId;
import dev.millrace.store.Moved;
import dev.millrace.store.Store;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/api/v1/events`: what moves, as server-sent events. Each has the sequence number it is stored under, so that
/// `Last-Event-ID` resumes without a gap.
///
/// Every client has a virtual thread and a position of its own and reads on from there: the tail in memory when it keeps
/// up, the database when it has fallen behind. Nothing is queued for it, so a slow one costs what its connection buffers
/// and holds nobody up. Who has fallen too far behind, or asks for what is no longer kept, is told to look anew.
public final class EventsResource {
  private static final Logger LOG = LoggerFactory.getLogger(EventsResource.class);
  private static final int PORTION = 500;
  private static final long HEARTBEAT = TimeUnit.SECONDS.toNanos(8);

  /// Who is farther behind is served sooner by looking anew.
  static final long FAR = 10_000;

  private final Store store;
  private final Supplier<String> server;
  private final Tidings tidings;

  /// @param server what is to be known of the server itself, as JSON: sent to begin with and when it is different
  public EventsResource(Store store, Tidings tidings, Supplier<String> server) {
    this.store = store;
    this.tidings = tidings;
    this.server = server;
  }

  /// `?pipeline=&change=`; without `Last-Event-ID` it begins with what moves from now on.
  public void stream(Context context) throws IOException {
    String pipeline = context.queryParam("pipeline");
    int change = Names.number(context, "change", 0);
    long last = last(context);
    context.contentType("text/event-stream;charset=utf-8").header("Cache-Control", "no-store").header("X-Accel-Buffering", "no");
    ServletOutputStream out = context.res().getOutputStream();
    try {
      String told = server.get();
      long asked = System.nanoTime();
      write(out, "retry: " + comeAgain() + "\n: at " + last + "\n\n" + server(told));
      long spoken = asked;
      while (!tidings.closed()) {
        var text = new StringBuilder();
        if (lost(last)) {
          last = tidings.last();
          text.append("event: reset\nid: ").append(last).append("\ndata: what moved before is not kept: look anew\n\n");
        }
        // no farther than what pages show already
        long reached = tidings.last();
        if (reached > last) {
          for (Moved row : store.movedAfter(last, (int) Math.min(PORTION, reached - last))) {
            last = row.sequence();
            if (wanted(row, pipeline, change)) {
              text.append("id: ").append(last).append("\ndata: ").append(json(row)).append("\n\n");
            }
          }
        }
        if (System.nanoTime() - asked > HEARTBEAT / 2) {
          String news = server.get();
          asked = System.nanoTime();
          if (!news.equals(told)) {
            told = news;
            text.append(server(told));
          }
        }
        if (text.isEmpty() && System.nanoTime() - spoken >= HEARTBEAT) {
          text.append(": still there, at ").append(last).append("\n\n");
        }
        if (!text.isEmpty()) {
          write(out, text.toString());
          spoken = System.nanoTime();
        }
        tidings.await(last, spoken + HEARTBEAT - System.nanoTime());
      }
      write(out, "event: bye\ndata: the server is stopping\n\n");
    } catch (IOException e) {
      LOG.debug("A listener has gone", e);
    } catch (InterruptedException e) {
      LOG.debug("A listener is sent away: the server is stopping", e);
    }
  }

  /// After how many milliseconds a listener whose stream has ended asks again: not all of them at once.
  private static int comeAgain() {
    return ThreadLocalRandom.current().nextInt(500, 2_500);
  }

  private static String server(String told) {
    return "event: server\ndata: " + told + "\n\n";
  }

  /// Whether who has heard up to there cannot be told all of what came then: it is not kept any more, it is too much, or
  /// the number is from another life of this server.
  private boolean lost(long heard) {
    long last = tidings.last();
    return heard > last || heard < store.firstSequence() - 1 || last - heard > FAR;
  }

  private long last(Context context) {
    String header = context.header("Last-Event-ID");
    String text = header != null ? header : context.queryParam("after");
    if (text == null) {
      return tidings.last();
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw new BadRequestResponse("Last-Event-ID is the number of an event that was sent, not \"" + text + "\".");
    }
    return Long.parseLong(text);
  }

  private static void write(ServletOutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  private static boolean wanted(Moved row, @Nullable String pipeline, int change) {
    ChangeId its = row.change();
    return (pipeline == null || pipeline.isEmpty() || row.pipeline().text().equals(pipeline))
        && (change == 0 || its == null || its.number() == change);
  }

  private static String json(Moved row) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("at", row.at().toString());
    json.put("pipeline", row.pipeline().text());
    if (row.change() != null) {
      json.put("change", row.change().number());
    }
    if (row.attempt() != null) {
      json.put("stage", row.attempt().stage().text());
      json.put("step", row.attempt().step().text());
      json.put("attempt", row.attempt().number());
    }
    json.put("what", row.what());
    return json.toString();
  }
}
