package dev.millrace.web.api;

import dev.millrace.change.ChangeId;
import dev.millrace.flow.Decision;
import dev.millrace.store.Moved;
import dev.millrace.store.Store;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/api/v1/events`: what moves, as server-sent events. Each has the sequence number it is stored under, so that
/// `Last-Event-ID` resumes without a gap. Every client has a thread of its own: a slow one holds nobody up.
public final class EventsResource implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventsResource.class);
  private static final int PORTION = 500;
  private static final long HEARTBEAT_SECONDS = 8;

  private final Store store;
  private final Supplier<String> server;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();
  private boolean closed;

  /// @param server what is to be known of the server itself, as JSON: sent to begin with and when it is different
  public EventsResource(Store store, Supplier<String> server) {
    this.store = store;
    this.server = server;
  }

  /// Wakes those who listen; does not block.
  public void wake(Decision decision) {
    lock.lock();
    try {
      moved.signalAll();
    } finally {
      lock.unlock();
    }
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
      long toldAt = System.nanoTime();
      write(out, "retry: 1000\n: at " + last + "\n\n" + server(told));
      while (await(last)) {
        List<Moved> rows = store.movedAfter(last, PORTION);
        var text = new StringBuilder();
        for (Moved row : rows) {
          last = row.sequence();
          if (wanted(row, pipeline, change)) {
            text.append("id: ").append(last).append("\ndata: ").append(json(row)).append("\n\n");
          }
        }
        if (System.nanoTime() - toldAt > TimeUnit.SECONDS.toNanos(HEARTBEAT_SECONDS / 2)) {
          String news = server.get();
          toldAt = System.nanoTime();
          if (!news.equals(told)) {
            told = news;
            text.append(server(told));
          }
        }
        write(out, text.isEmpty() ? ": still there\n\n" : text.toString());
      }
      write(out, "event: bye\ndata: the server is stopping\n\n");
    } catch (IOException e) {
      LOG.debug("A listener has gone", e);
    } catch (InterruptedException e) {
      LOG.debug("A listener is sent away: the server is stopping", e);
    }
  }

  private static String server(String told) {
    return "event: server\ndata: " + told + "\n\n";
  }

  private long last(Context context) {
    String header = context.header("Last-Event-ID");
    String text = header != null ? header : context.queryParam("after");
    if (text == null) {
      return store.lastSequence();
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

  /// Returns when there is more, or it is time for a sign of life; false when the server stops.
  boolean await(long seen) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.SECONDS.toNanos(HEARTBEAT_SECONDS);
      while (!closed && store.lastSequence() <= seen && left > 0) {
        left = moved.awaitNanos(left);
      }
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /// Whether everybody has been sent away.
  boolean closed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /// The number of the last event.
  long sequence() {
    return store.lastSequence();
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

  /// Sends everybody who listens away.
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
