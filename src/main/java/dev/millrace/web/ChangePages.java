package dev.millrace.web;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.Change;
import dev.millrace.engine.Desk;
import dev.millrace.flow.Answer;
import dev.millrace.log.LogReader;
import dev.millrace.log.Logs;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.StageName;
import dev.millrace.store.Store;
import dev.millrace.web.api.Names;
import dev.millrace.web.view.ChangePage;
import dev.millrace.web.view.ChangeView;
import dev.millrace.web.view.Flow;
import dev.millrace.web.view.LinesView;
import dev.millrace.web.view.Links;
import dev.millrace.web.view.LogLine;
import dev.millrace.web.view.LogView;
import dev.millrace.web.view.RowView;
import dev.millrace.web.view.Site;
import dev.millrace.web.view.View;
import dev.millrace.web.view.Views;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Objects;

/// The page of a change, its row, its logs, and what one can press there.
final class ChangePages {
  private static final String BY = "the dashboard";

  private final Flows flows;
  private final Names names;
  private final Desk desk;
  private final Store store;
  private final Logs logs;
  private final Views views;

  ChangePages(Flows flows, Names names, Desk desk, Store store, Logs logs, Views views) {
    this.flows = flows;
    this.names = names;
    this.desk = desk;
    this.store = store;
    this.logs = logs;
    this.views = views;
  }

  void change(Context context) {
    Site site = flows.site();
    page(context, names.change(context), "", site);
  }

  private void page(Context context, Change change, String refusal, Site site) {
    show(context, ChangePage.of(change, flow(change), store.history(change.id()), refusal, site));
  }

  void body(Context context) {
    Change change = names.change(context);
    show(context, ChangeView.of(change, flow(change), store.history(change.id()), flows.site().now()));
  }

  void row(Context context) {
    Change change = names.change(context);
    Flow flow = flow(change);
    show(context, RowView.of(change, flow, flows.map(flow), flows.site().now()));
  }

  void runAgain(Context context) {
    Change change = names.change(context);
    String from = Objects.requireNonNullElse(context.formParam("from"), "");
    boolean latest = "latest".equals(context.formParam("definition"));
    Answer answer =
        NameRule.LABEL.allows(from)
            ? desk.runAgain(change.id(), new StageName(from), latest, BY)
            : new Answer.Refused("Say from which stage to run again");
    answer(context, change, answer);
  }

  void cancel(Context context) {
    Change change = names.change(context);
    answer(context, change, desk.cancel(change.id(), BY));
  }

  private void answer(Context context, Change change, Answer answer) {
    switch (answer) {
      case Answer.Granted _ -> context.redirect(Links.change(change.id()), HttpStatus.SEE_OTHER);
      case Answer.Refused(String because) -> {
        context.status(409);
        Site site = flows.site();
        page(context, store.change(change.id()).orElse(change), because, site);
      }
    }
  }

  void log(Context context) {
    Site site = flows.site();
    Change change = names.change(context);
    Attempt attempt = attempt(context, change);
    LogReader log = logs.reader(attempt.id());
    long total = log.lineCount();
    long from = LogView.from(Names.number(context, "from", 0), total, attempt);
    List<LogLine> lines = lines(log, from);
    show(context, LogView.of(change, attempt, from, lines, total, site));
  }

  /// The lines behind those that a page shows.
  void lines(Context context) {
    Change change = names.change(context);
    Attempt attempt = attempt(context, change);
    LogReader log = logs.reader(attempt.id());
    long from = Math.max(1, Names.number(context, "from", 1));
    String style = Objects.requireNonNullElse(context.queryParam("style"), "");
    List<LogLine> lines = lines(log, from);
    long total = log.lineCount();
    show(context, LinesView.of(attempt, from, style, lines, from + lines.size() > total));
  }

  private static List<LogLine> lines(LogReader log, long from) {
    return log.lines(from - 1, LogView.WINDOW).stream()
        .map(line -> new LogLine(line.number() + 1, line.at(), line.text(), line.cut()))
        .toList();
  }

  private Attempt attempt(Context context, Change change) {
    AttemptId id = names.attempt(context, change);
    return change.attempt(id).orElseThrow();
  }

  /// Medians and the like come from the pipeline; the map of a change is that of its own definition.
  private Flow flow(Change change) {
    Flow today = flows.flow(change.id().pipeline(), 1);
    return new Flow(change.definition(), today.changes(), today.figures(), today.window());
  }

  private void show(Context context, View view) {
    Pages.show(context, views, view);
  }
}
