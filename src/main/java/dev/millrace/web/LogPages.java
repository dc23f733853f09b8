package dev.millrace.web;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.log.Found;
import dev.millrace.log.Group;
import dev.millrace.log.LogReader;
import dev.millrace.log.Logs;
import dev.millrace.log.Needle;
import dev.millrace.web.api.Names;
import dev.millrace.web.api.SignsOfLife;
import dev.millrace.web.view.LinesView;
import dev.millrace.web.view.LogHead;
import dev.millrace.web.view.LogLine;
import dev.millrace.web.view.LogView;
import dev.millrace.web.view.LogWindow;
import dev.millrace.web.view.MatchesView;
import dev.millrace.web.view.Picked;
import dev.millrace.web.view.Search;
import dev.millrace.web.view.Site;
import dev.millrace.web.view.View;
import dev.millrace.web.view.Views;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The page of a log, and the pieces of it that its script fetches. Lines are counted from 1 here, and from 0 in the log.
final class LogPages {
  private static final Logger LOG = LoggerFactory.getLogger(LogPages.class);

  /// How many lines may be asked for at once.
  private static final int MOST = 1000;

  /// How many groups are told at once; the script asks for the others.
  private static final int GROUPS = 1000;

  /// How long a request waits for lines that are still to be printed: short, because a server that stops waits for it.
  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /// How long the time before each line is, with the blank behind it.
  private static final int STAMP = "2026-11-21T09:57:17.147784587Z ".length();

  private final Flows flows;
  private final Names names;
  private final Logs logs;
  private final Views views;

  LogPages(Flows flows, Names names, Logs logs, Views views) {
    this.flows = flows;
    this.names = names;
    this.logs = logs;
    this.views = views;
  }

  void page(Context context) {
    Site site = flows.site();
    Change change = names.change(context);
    Attempt attempt = attempt(context, change);
    LogReader log = logs.reader(attempt.id());
    Search search = search(context);
    Picked picked = picked(context);
    long from = Names.number(context, "from", 0);
    long before = Names.number(context, "before", 0);
    long hits = Math.max(1, Names.number(context, "hits", 1));
    long total = log.lineCount();
    long firstError = log.firstError().orElse(-1) + 1;
    MatchesView matches = search.text().isEmpty() ? MatchesView.NONE : matches(log, attempt, search, hits, () -> true);
    long open = picked.first();
    if (open == 0 && from == 0 && before == 0) {
      open = matches.matches().isEmpty() ? LogView.opening(attempt, firstError) : matches.matches().getFirst().number();
    }
    LogWindow window;
    if (open > 0) {
      window = window(log, Math.max(1, Math.min(open, total) - LogView.BEFORE), LogWindow.LINES, Math.min(open, total), total, firstError, 1);
    } else if (from > 0) {
      open = Math.min(from, Math.max(1, total));
      window = window(log, open, LogWindow.LINES, open, total, firstError, 1);
    } else {
      window = windowBefore(log, before == 0 ? total + 1 : before, LogWindow.LINES, total, firstError, 1);
      open = before == 0 ? 0 : window.lines().isEmpty() ? 1 : window.lines().getFirst().number();
    }
    show(context, LogView.of(change, attempt, window, search, picked, matches, open, site));
  }

  /// What stands above the lines.
  void head(Context context) {
    Site site = flows.site();
    Change change = names.change(context);
    show(context, LogHead.of(change, attempt(context, change), site));
  }

  /// `?from=` lines from that one on, with `?at=` so that this one is among them if they are too long for all to have
  /// room, or `?before=` the lines before one; `?wait=true` waits a while until there are
  /// some; `?groups=` also tells the groups from that line on.
  void lines(Context context) throws InterruptedException {
    Change change = names.change(context);
    Attempt attempt = attempt(context, change);
    LogReader log = logs.reader(attempt.id());
    Search search = search(context);
    long before = Names.number(context, "before", 0);
    long from = Math.max(1, Names.number(context, "from", 1));
    int count = Names.number(context, "count", LogWindow.LINES);
    if (count > MOST) {
      throw new BadRequestResponse("\"count\" is at most " + MOST + ", not " + count + ".");
    }
    long groups = Names.number(context, "groups", 0);
    if (Names.flag(context, "wait") && !attempt.ended()) {
      await(log, from);
      change = names.change(context);
      attempt = change.attempt(attempt.id()).orElseThrow();
    }
    long total = log.lineCount();
    long firstError = log.firstError().orElse(-1) + 1;
    LogWindow window =
        before > 0 ? windowBefore(log, before, count, total, firstError, groups) : window(log, from, count, Names.number(context, "at", (int) from), total, firstError, groups);
    show(context, LinesView.of(attempt, window, search, picked(context)));
  }

  private static void await(LogReader log, long line) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (log.lineCount() < line) {
      long size = log.size();
      Duration left = Duration.ofNanos(deadline - System.nanoTime());
      // A line that is not complete yet makes the log longer and is no reason to answer.
      if (log.lineCount() >= line || left.isNegative() || !log.awaitMore(size, left)) {
        return;
      }
    }
  }

  /// `?search=` what is found, from the line `?from=` on. The search ends when its reader has gone or stopped it.
  void matches(Context context) throws IOException {
    Change change = names.change(context);
    Attempt attempt = attempt(context, change);
    Search search = search(context);
    if (search.text().isEmpty()) {
      throw new BadRequestResponse("\"search\" says what to look for.");
    }
    long from = Math.max(1, Names.number(context, "from", 1));
    context.header("Cache-Control", "no-cache");
    var signs = new SignsOfLife(context, Pages.HTML);
    MatchesView matches;
    try {
      matches = matches(logs.reader(attempt.id()), attempt, search, from, signs::wanted);
    } catch (CancellationException e) {
      LOG.debug("Nobody waits for {} in {} any more", search, attempt.id(), e);
      return;
    }
    signs.answer(views.html(matches));
  }

  private static MatchesView matches(LogReader log, Attempt attempt, Search search, long from, BooleanSupplier wanted) {
    Found found = log.search(new Needle(search.text(), !search.exact()), from - 1, MatchesView.LISTED, wanted);
    List<LogLine> lines = found.lines().stream().flatMap(line -> read(log, line + 1, 1).stream()).toList();
    return MatchesView.of(attempt.id(), search, found.count(), found.before(), found.previous().orElse(-1) + 1, lines);
  }

  /// The lines that `?lines=` names, as they were printed and as long as they are.
  void text(Context context) throws IOException {
    Change change = names.change(context);
    Attempt attempt = attempt(context, change);
    LogReader log = logs.reader(attempt.id());
    Picked picked = picked(context);
    if (picked.first() == 0) {
      throw new BadRequestResponse("\"lines\" says which lines, like 1200 or 1200-1260.");
    }
    context.contentType("text/plain;charset=utf-8");
    try (InputStream lines = new BufferedInputStream(log.timestamped(picked.first() - 1), 1 << 16)) {
      withoutStamps(lines, picked.last() - picked.first() + 1, context.res().getOutputStream());
    } catch (IOException e) {
      LOG.debug("The reader of {} has gone", attempt.id(), e);
    }
  }

  private static void withoutStamps(InputStream lines, long count, OutputStream to) throws IOException {
    byte[] portion = new byte[1 << 13];
    int filled = 0;
    for (long line = 0; line < count; line++) {
      if (lines.readNBytes(STAMP).length < STAMP) {
        break;
      }
      int c = lines.read();
      while (c >= 0) {
        portion[filled++] = (byte) c;
        if (filled == portion.length) {
          to.write(portion, 0, filled);
          filled = 0;
        }
        c = c == '\n' ? -1 : lines.read();
      }
    }
    to.write(portion, 0, filled);
  }

  /// @param groups from which line on groups are wanted besides those that begin in the window; 0: no others
  private static LogWindow window(LogReader log, long from, int count, long anchor, long total, long firstError, long groups) {
    List<LogLine> lines = read(log, from, count);
    // Lines may have come since they were counted.
    long known = lines.isEmpty() ? total : Math.max(total, lines.getLast().number());
    Set<Long> errors =
        lines.isEmpty()
            ? Set.of()
            : log.errors(from - 1, lines.size()).stream().map(line -> line + 1).collect(Collectors.toSet());
    var told = new TreeMap<Long, LogWindow.Group>();
    if (!lines.isEmpty()) {
      log.groups(from - 1, lines.size()).forEach(group -> told.put(group.begin() + 1, group(group)));
    }
    if (groups > 0) {
      log.groupsBehind(groups - 1, GROUPS).forEach(group -> told.put(group.begin() + 1, group(group)));
    }
    long lead = Math.max(1, from - LogWindow.LEAD);
    return new LogWindow(
        lines.isEmpty() ? List.of() : read(log, lead, (int) (from - lead)), lines, anchor, known, log.exists(), errors, firstError, List.copyOf(told.values()));
  }

  private static LogWindow.Group group(Group group) {
    return new LogWindow.Group(group.begin() + 1, group.end() < 0 ? -1 : group.end() + 1, group.title());
  }

  private static LogWindow windowBefore(LogReader log, long before, int count, long total, long firstError, long groups) {
    long end = Math.min(before, total + 1);
    long from = Math.max(1, end - count);
    return window(log, from, (int) (end - from), end - 1, total, firstError, groups);
  }

  /// @param from counted from 1
  static List<LogLine> read(LogReader log, long from, int count) {
    return log.lines(from - 1, count).stream()
        .map(line -> new LogLine(line.number() + 1, line.at(), line.text(), line.cut()))
        .toList();
  }

  private static Search search(Context context) {
    String text = context.queryParam("search");
    if (text == null || text.isEmpty()) {
      return Search.NONE;
    }
    try {
      new Needle(text, false);
    } catch (IllegalArgumentException e) {
      throw new BadRequestResponse("\"search\" has at most 200 characters and no line end.");
    }
    return new Search(text, "exact".equals(context.queryParam("case")));
  }

  private static Picked picked(Context context) {
    String text = context.queryParam("lines");
    if (text == null || text.isBlank()) {
      return Picked.NONE;
    }
    return Picked.parse(text)
        .orElseThrow(() -> new BadRequestResponse("\"lines\" is a line or a range of lines, like 1200 or 1200-1260, not \"" + text + "\"."));
  }

  private Attempt attempt(Context context, Change change) {
    return change.attempt(names.attempt(context, change)).orElseThrow();
  }

  private void show(Context context, View view) {
    Pages.show(context, views, view);
  }
}
