package dev.millrace.web;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.engine.Desk;
import dev.millrace.flow.Answer;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.web.api.Names;
import dev.millrace.web.view.DefinitionView;
import dev.millrace.web.view.Flow;
import dev.millrace.web.view.FlowsView;
import dev.millrace.web.view.HomeView;
import dev.millrace.web.view.Links;
import dev.millrace.web.view.MapView;
import dev.millrace.web.view.PipelineView;
import dev.millrace.web.view.QueueView;
import dev.millrace.web.view.Site;
import dev.millrace.web.view.StreamView;
import dev.millrace.web.view.TabView;
import dev.millrace.web.view.View;
import dev.millrace.web.view.Views;
import io.javalin.http.Context;
import java.util.List;
import java.util.Objects;

/// All pipelines, and the page of one.
final class PipelinePages {
  private static final String BY = "the dashboard";

  private final Flows flows;
  private final Names names;
  private final Desk desk;
  private final Views views;

  PipelinePages(Flows flows, Names names, Desk desk, Views views) {
    this.flows = flows;
    this.names = names;
    this.desk = desk;
    this.views = views;
  }

  void home(Context context) {
    Site site = flows.site();
    List<Flow> all = flows.all();
    show(context, HomeView.of(all, all.stream().map(flows::map).toList(), site));
  }

  void flows(Context context) {
    List<Flow> all = flows.all();
    show(context, FlowsView.of(all, all.stream().map(flows::map).toList(), flows.site()));
  }

  void tabOfAll(Context context) {
    show(context, TabView.of(flows.all()));
  }

  void tab(Context context) {
    show(context, TabView.of(flows.flow(names.pipeline(context), Flows.ROWS)));
  }

  void pipeline(Context context) {
    PipelineName pipeline = names.pipeline(context);
    int before = Names.number(context, "before", 0);
    Site site = flows.site();
    Flow flow = flows.flow(pipeline, Flows.ROWS);
    List<Change> shown = before == 0 ? flow.changes() : flows.before(pipeline, before);
    show(context, PipelineView.of(flow, flows.map(flow), shown, more(shown), "", "", site));
  }

  void map(Context context) {
    Flow flow = flows.flow(names.pipeline(context), Flows.ROWS);
    show(context, MapView.of(flow, flows.map(flow)));
  }

  void queue(Context context) {
    Flow flow = flows.flow(names.pipeline(context), 0);
    show(context, QueueView.of(flow, flows.site().now()));
  }

  void stream(Context context) {
    PipelineName pipeline = names.pipeline(context);
    int before = Names.number(context, "before", 0);
    Flow flow = flows.flow(pipeline, Flows.ROWS);
    List<Change> shown = before == 0 ? flow.changes() : flows.before(pipeline, before);
    show(context, StreamView.of(flow, flows.map(flow), shown, more(shown), flows.site()));
  }

  void definition(Context context) {
    show(context, DefinitionView.of(flows.flow(names.pipeline(context), 1).definition(), flows.site()));
  }

  /// Starts a change: a branch, or a commit.
  void start(Context context) {
    PipelineName pipeline = names.pipeline(context);
    String branch = Objects.requireNonNullElse(context.formParam("branch"), "").strip();
    String commit = Objects.requireNonNullElse(context.formParam("commit"), "").strip();
    Answer answer;
    if (commit.isEmpty() == branch.isEmpty()) {
      answer = new Answer.Refused("Say which branch, or which commit");
    } else if (branch.startsWith(BranchName.PREFIX)) {
      answer = new Answer.Refused("A branch is named without " + BranchName.PREFIX);
    } else if (branch.isEmpty()) {
      answer = desk.triggerCommit(pipeline, commit, BY);
    } else {
      answer = desk.triggerBranch(pipeline, new BranchName(branch), BY);
    }
    switch (answer) {
      case Answer.Granted(var _, ChangeId id) -> context.redirect(Links.change(id), io.javalin.http.HttpStatus.SEE_OTHER);
      case Answer.Refused(String because) -> {
        Site site = flows.site();
        Flow flow = flows.flow(pipeline, Flows.ROWS);
        String typed = branch.isEmpty() ? commit : branch;
        context.status(409);
        show(context, PipelineView.of(flow, flows.map(flow), flow.changes(), more(flow.changes()), because, typed, site));
      }
    }
  }

  private static boolean more(List<Change> shown) {
    return !shown.isEmpty() && shown.getLast().id().number() > 1;
  }

  private void show(Context context, View view) {
    Pages.show(context, views, view);
  }
}
