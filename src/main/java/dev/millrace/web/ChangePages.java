package dev.millrace.web;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.engine.Desk;
import dev.millrace.flow.Answer;
import dev.millrace.log.LogReader;
import dev.millrace.log.Logs;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.StageName;
import dev.millrace.store.Filter;
import dev.millrace.store.Store;
import dev.millrace.web.api.Names;
import dev.millrace.web.api.Wanted;
import dev.millrace.web.view.ChangePage;
import dev.millrace.web.view.ChangeView;
import dev.millrace.web.view.ComparisonPage;
import dev.millrace.web.view.DifferencePage;
import dev.millrace.web.view.Flow;
import dev.millrace.web.view.Links;
import dev.millrace.web.view.LogLine;
import dev.millrace.web.view.RowView;
import dev.millrace.web.view.Site;
import dev.millrace.web.view.Tail;
import dev.millrace.web.view.View;
import dev.millrace.web.view.Views;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import io.javalin.http.NotFoundResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The page of a change, its row, and what one can press there.
final class ChangePages {
  private static final String BY = "the dashboard";

  /// How many changes that passed are looked at for one of the same kind.
  private static final int GREEN_SOUGHT = 10;

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
    show(context, ChangePage.of(change, flow(change), store.history(change.id()), evidence(change), refusal, site));
  }

  void body(Context context) {
    Change change = names.change(context);
    show(context, ChangeView.of(change, flow(change), store.history(change.id()), evidence(change), flows.site()));
  }

  void row(Context context) {
    Change change = names.change(context);
    Flow flow = flows.flow(change.id().pipeline(), 1);
    show(context, RowView.of(change, flow, flows.map(flow), Wanted.of(context, 1), flows.site()));
  }

  /// Today's definition, and what the steps that failed printed last.
  private ChangeView.Evidence evidence(Change change) {
    var tails = new HashMap<AttemptId, List<LogLine>>();
    for (Attempt attempt : ChangeView.alarming(change)) {
      LogReader log = logs.reader(attempt.id());
      if (log.exists()) {
        tails.put(attempt.id(), LogPages.read(log, Tail.from(log.firstError(), log.lineCount()) + 1, Tail.SHOWN));
      }
    }
    return new ChangeView.Evidence(store.definition(change.id().pipeline()).orElse(null), tails);
  }

  /// `?with=`: beside that change, else beside the last one of its kind that passed before it.
  void comparison(Context context) {
    Change change = names.change(context);
    Site site = flows.site();
    Optional<Change> other = other(context, change);
    if (other.isEmpty()) {
      show(context, ComparisonPage.alone(change, site));
      return;
    }
    Change before = other.get();
    var evidence =
        new ComparisonPage.Evidence(
            desk.between(change.pipeline().repository(), ComparisonPage.worked(before), ComparisonPage.worked(change)),
            desk.difference(before.definition(), change.definition()));
    show(context, ComparisonPage.of(change, before, evidence, Flow.recent(flow(change).figures()), site));
  }

  private Optional<Change> other(Context context, Change change) {
    int with = Names.number(context, "with", 0);
    if (with == change.id().number()) {
      throw new BadRequestResponse("\"with\" is the number of another change than " + change.id() + " itself.");
    }
    if (with > 0) {
      Optional<Change> wanted = store.change(new ChangeId(change.id().pipeline(), with));
      if (wanted.isEmpty()) {
        throw new BadRequestResponse("Pipeline " + change.id().pipeline() + " has no change " + with + " to compare with.");
      }
      return wanted;
    }
    List<Change> passed = store.changes(change.id().pipeline(), new Filter(List.of("passed"), "", "", "", change.id().number(), GREEN_SOUGHT));
    // a commit that was only checked says little about one that is to be integrated
    return passed.stream()
        .filter(other -> other.aim().getClass() == change.aim().getClass())
        .findFirst()
        .or(() -> passed.stream().findFirst());
  }

  /// `?a=1&b=2`: two attempts of a step side by side, else the two that say most.
  void difference(Context context) {
    Change change = names.change(context);
    Site site = flows.site();
    AttemptId latest = names.attempt(context, change);
    List<Attempt> attempts =
        change.attempts(latest.stage()).stream().filter(attempt -> attempt.id().step().equals(latest.step())).toList();
    List<Attempt> telling =
        DifferencePage.telling(attempts)
            .orElseThrow(
                () ->
                    new NotFoundResponse(
                        change.id() + " has tried " + latest.stage() + "/" + latest.step()
                            + " only once: there is nothing to compare it with."));
    Attempt first = chosen(context, "a", attempts, telling.getFirst());
    Attempt second = chosen(context, "b", attempts, telling.getLast());
    if (first.equals(second)) {
      throw new BadRequestResponse("\"a\" and \"b\" are two different attempts, not twice " + first.id().number() + ".");
    }
    Definition one = definition(change, first);
    Definition other = definition(change, second);
    var evidence =
        new DifferencePage.Evidence(
            one,
            other,
            desk.between(change.pipeline().repository(), first.commit(), second.commit()),
            desk.difference(one, other));
    show(context, DifferencePage.of(change, first, second, evidence, site));
  }

  private static Attempt chosen(Context context, String parameter, List<Attempt> attempts, Attempt otherwise) {
    int number = Names.number(context, parameter, otherwise.id().number());
    return attempts.stream()
        .filter(attempt -> attempt.id().number() == number)
        .findFirst()
        .orElseThrow(
            () ->
                new BadRequestResponse(
                    "\"" + parameter + "\" is the number of an attempt of this step, one of "
                        + String.join(", ", attempts.stream().map(attempt -> Integer.toString(attempt.id().number())).toList())
                        + ", not " + number + "."));
  }

  private Definition definition(Change change, Attempt attempt) {
    return store.definition(change.id().pipeline(), attempt.definition()).orElse(change.definition());
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

  /// Lets the change be the first of its queue.
  void moveUp(Context context) {
    Change change = names.change(context);
    String reason = Objects.requireNonNullElse(context.formParam("reason"), "").strip();
    answer(context, change, desk.moveUp(change.id(), reason, BY));
  }

  private void answer(Context context, Change change, Answer answer) {
    if ("row".equals(context.header("Millrace-Wants"))) {
      // asked from a row of the stream, which stays where it is
      switch (answer) {
        case Answer.Granted _ -> context.status(204);
        case Answer.Refused(String because) -> context.status(409).contentType("text/plain;charset=utf-8").result(because);
      }
      return;
    }
    switch (answer) {
      case Answer.Granted _ -> context.redirect(Links.change(change.id()), HttpStatus.SEE_OTHER);
      case Answer.Refused(String because) -> {
        context.status(409);
        Site site = flows.site();
        page(context, store.change(change.id()).orElse(change), because, site);
      }
    }
  }

  /// Medians and the like come from the pipeline; the map of a change is that of its own definition.
  private Flow flow(Change change) {
    Flow today = flows.flow(change.id().pipeline(), 1);
    return new Flow(change.definition(), today.changes(), today.figures(), today.window()).queued(today.turns());
  }

  private void show(Context context, View view) {
    Pages.show(context, views, view);
  }
}
