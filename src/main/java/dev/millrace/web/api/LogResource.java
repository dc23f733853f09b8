package dev.millrace.web.api;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Change;
import dev.millrace.log.Found;
import dev.millrace.log.Line;
import dev.millrace.log.LogReader;
import dev.millrace.log.Logs;
import dev.millrace.log.Needle;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `…/stages/{stage}/steps/{step}/log`: what the step printed, byte for byte, also while it runs.
///
/// `?attempt=` picks an attempt (the latest otherwise), `?follow=true` stays until the step ends, `?timestamps=true`
/// puts the time before each line, and `Range` asks for a part. `…/log/search` looks for a text in it.
public final class LogResource {
  private static final Logger LOG = LoggerFactory.getLogger(LogResource.class);
  private static final Pattern RANGE = Pattern.compile("bytes=(\\d{1,18})?-(\\d{1,18})?");

  /// How long a follower may take to see that the server is stopping.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final int FEW = 100;
  private static final int MOST = 1_000;
  private static final long PATIENCE_UNTIL_MOVED = Duration.ofSeconds(8).toNanos();

  private final Logs logs;
  private final Names names;
  private final Tidings tidings;

  public LogResource(Logs logs, Names names, Tidings tidings) {
    this.logs = logs;
    this.names = names;
    this.tidings = tidings;
  }

  public void show(Context context) throws IOException {
    Change change = names.change(context);
    AttemptId attempt = names.attempt(context, change);
    context.contentType("text/plain;charset=utf-8").header("X-Accel-Buffering", "no");
    LogReader log = logs.reader(attempt);
    try {
      if (Names.flag(context, "follow")) {
        context.header("Cache-Control", "no-store");
        follow(context, log, attempt);
      } else if (Names.flag(context, "timestamps")) {
        try (InputStream lines = log.timestamped(0)) {
          lines.transferTo(context.res().getOutputStream());
        }
      } else {
        raw(context, log);
      }
    } catch (IOException e) {
      LOG.debug("The reader of {} has gone", attempt, e);
    } catch (InterruptedException e) {
      LOG.debug("The reader of {} is sent away: the server is stopping", attempt, e);
    }
  }

  /// `…/log/search?search=&ignoreCase=&from=&limit=`: how many lines match, and which. Lines are counted from 1.
  ///
  /// When it takes long, the answer begins with spaces, which JSON allows: that is how one notices that the client is
  /// still there, and proxies that we are.
  public void search(Context context) throws IOException {
    Change change = names.change(context);
    AttemptId attempt = names.attempt(context, change);
    boolean ignoreCase = Names.flag(context, "ignoreCase");
    int from = Math.max(1, Names.number(context, "from", 1));
    int limit = Math.clamp(Names.number(context, "limit", FEW), 0, MOST);
    String text = Objects.requireNonNullElse(context.queryParam("search"), "");
    Needle needle;
    try {
      needle = new Needle(text, ignoreCase);
    } catch (IllegalArgumentException e) {
      throw new BadRequestResponse(text.isEmpty() ? "Say what to look for: ?search=text." : String.valueOf(e.getMessage()));
    }
    LogReader log = logs.reader(attempt);
    var signs = new SignsOfLife(context, "application/json");
    Found found;
    try {
      found = log.search(needle, from - 1L, limit, signs::wanted);
    } catch (CancellationException e) {
      LOG.debug("Nobody waits for {} in {} any more", needle, attempt, e);
      return;
    }
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("attempt", attempt.number());
    json.put("count", found.count());
    json.put("before", found.before());
    if (found.previous().isPresent()) {
      json.put("previous", found.previous().getAsLong() + 1);
    } else {
      json.putNull("previous");
    }
    ArrayNode lines = json.putArray("lines");
    for (long number : found.lines()) {
      for (Line line : log.lines(number, 1)) {
        lines.addObject().put("number", number + 1).put("text", line.seen());
      }
    }
    boolean more = limit > 0 && found.before() + found.lines().size() < found.count();
    json.put("next", more ? next(context, attempt, text, ignoreCase, found.lines().getLast() + 2, limit) : null);
    signs.answer(json.toString());
  }

  private static String next(
      Context context, AttemptId attempt, String text, boolean ignoreCase, long from, int limit) {
    return context.path() + "?search=" + URLEncoder.encode(text, StandardCharsets.UTF_8)
        + (ignoreCase ? "&ignoreCase=true" : "") + "&from=" + from + "&limit=" + limit + "&attempt=" + attempt.number();
  }

  private static void raw(Context context, LogReader log) throws IOException {
    long size = log.size();
    context.header("Accept-Ranges", "bytes");
    String header = context.header("Range");
    Matcher range = RANGE.matcher(header == null ? "" : header);
    long from = 0;
    long end = size;
    if (range.matches() && (range.group(1) != null || range.group(2) != null)) {
      if (range.group(1) == null) {
        from = Math.max(0, size - Long.parseLong(range.group(2)));
      } else {
        from = Long.parseLong(range.group(1));
        end = range.group(2) == null ? size : Math.min(size, Long.parseLong(range.group(2)) + 1);
      }
      if (from >= size || from >= end) {
        context.status(416).header("Content-Range", "bytes */" + size);
        return;
      }
      context.status(206).header("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + size);
    }
    context.header("Content-Length", Long.toString(end - from));
    try (InputStream bytes = log.raw(from, end - from)) {
      bytes.transferTo(context.res().getOutputStream());
    }
  }

  /// The log from its beginning, and then what comes, until the step has ended.
  private void follow(Context context, LogReader log, AttemptId attempt) throws IOException, InterruptedException {
    boolean timestamps = Names.flag(context, "timestamps");
    OutputStream out = context.res().getOutputStream();
    context.res().flushBuffer();
    long bytes = 0;
    long lines = 0;
    while (true) {
      long sequence = tidings.last();
      boolean ended = names.change(context).attempt(attempt).orElseThrow().ended();
      long size = log.size();
      if (timestamps) {
        try (InputStream more = log.timestamped(lines)) {
          lines += copyLines(more, out);
        }
        bytes = size;
      } else {
        try (InputStream more = log.raw(bytes, size - bytes)) {
          bytes += more.transferTo(out);
        }
      }
      out.flush();
      if (ended || tidings.closed()) {
        return;
      }
      if (log.ended()) {
        // Nobody writes it yet, or nobody does any more and the end is not stored yet.
        tidings.await(sequence, PATIENCE_UNTIL_MOVED);
        if (tidings.closed()) {
          return;
        }
      } else {
        log.awaitMore(bytes, PATIENCE);
      }
    }
  }

  private static long copyLines(InputStream from, OutputStream to) throws IOException {
    byte[] portion = new byte[1 << 16];
    long lines = 0;
    for (int read = from.read(portion); read >= 0; read = from.read(portion)) {
      for (int at = 0; at < read; at++) {
        lines += portion[at] == '\n' ? 1 : 0;
      }
      to.write(portion, 0, read);
    }
    return lines;
  }
}
