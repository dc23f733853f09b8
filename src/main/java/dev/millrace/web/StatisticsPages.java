package dev.millrace.web;

import dev.millrace.pipeline.PipelineName;
import dev.millrace.statistics.Account;
import dev.millrace.store.Store;
import dev.millrace.web.api.Names;
import dev.millrace.web.api.Question;
import dev.millrace.web.view.Site;
import dev.millrace.web.view.StatisticsView;
import dev.millrace.web.view.Views;
import io.javalin.http.Context;

/// The page of a pipeline's figures over time.
final class StatisticsPages {
  private final Flows flows;
  private final Names names;
  private final Store store;
  private final Views views;

  StatisticsPages(Flows flows, Names names, Store store, Views views) {
    this.flows = flows;
    this.names = names;
    this.store = store;
    this.views = views;
  }

  void statistics(Context context) {
    Site site = flows.site();
    PipelineName pipeline = names.pipeline(context);
    Account account = Question.of(context, store, pipeline, site.now()).answer(store);
    Pages.show(
        context, views, StatisticsView.of(account, store.trends().commits(pipeline, StatisticsView.named(account)), site));
  }
}
