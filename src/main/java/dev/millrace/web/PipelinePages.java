package dev.millrace.web;

import dev.millrace.change.ChangeId;
import dev.millrace.engine.Desk;
import dev.millrace.engine.Fetcher;
import dev.millrace.flow.Answer;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.statistics.Window;
import dev.millrace.store.Filter;
import dev.millrace.web.api.Names;
import dev.millrace.web.api.RepositoriesResource;
import dev.millrace.web.api.Wanted;
import dev.millrace.web.view.Address;
import dev.millrace.web.view.DefinitionView;
import dev.millrace.web.view.Field;
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
import dev.millrace.web.view.TilesView;
import dev.millrace.web.view.View;
import dev.millrace.web.view.Views;
import dev.millrace.web.view.WallView;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// All pipelines, and the page of one.
final class PipelinePages {
  private static final String BY = "the dashboard";

  private final Flows flows;
  private final Names names;
  private final Desk desk;
  private final Fetcher fetcher;
  private final Views views;

  PipelinePages(Flows flows, Names names, Desk desk, Fetcher fetcher, Views views) {
    this.flows = flows;
    this.names = names;
    this.desk = desk;
    this.fetcher = fetcher;
    this.views = views;
  }

  void home(Context context) {
    Site site = flows.site();
    List<Flow> all = flows.all();
    show(context, HomeView.of(all, all.stream().map(flows::map).toList(), find(context), site));
  }

  void flows(Context context) {
    List<Flow> all = flows.all();
    show(context, FlowsView.of(all, all.stream().map(flows::map).toList(), find(context), flows.site()));
  }

  /// All pipelines, or one, for a screen in the room.
  void wall(Context context) {
    boolean light = oneOf(context, "theme", "dark", "light").equals("light");
    Site site = flows.site();
    show(context, WallView.of(onWall(context), only(context), light, site));
  }

  void tiles(Context context) {
    show(context, TilesView.of(onWall(context), only(context), flows.site()));
  }

  private List<Flow> onWall(Context context) {
    PipelineName only = only(context);
    return only == null ? flows.all(Flows.ROWS) : List.of(flows.flow(only, Flows.ROWS));
  }

  private @Nullable PipelineName only(Context context) {
    return context.pathParamMap().containsKey("pipeline") ? names.pipeline(context) : null;
  }

  private static String find(Context context) {
    return Objects.requireNonNullElse(context.queryParam("find"), "");
  }

  /// A parameter that is one of these, or empty when it is not asked for.
  private static String oneOf(Context context, String parameter, String... choices) {
    String text = Objects.requireNonNullElse(context.queryParam(parameter), "");
    if (!text.isEmpty() && !List.of(choices).contains(text)) {
      throw new BadRequestResponse("\"" + parameter + "\" is " + String.join(" or ", choices) + ", not \"" + text + "\".");
    }
    return text;
  }

  void tabOfAll(Context context) {
    show(context, TabView.of(flows.all()));
  }

  void tab(Context context) {
    show(context, TabView.of(flows.flow(names.pipeline(context), Flows.ROWS)));
  }

  void pipeline(Context context) {
    PipelineName pipeline = names.pipeline(context);
    Filter filter = Wanted.of(context, Flows.ROWS);
    Site site = flows.site();
    Window window = Names.window(context);
    var at = new Address(context.path(), context.queryParamMap());
    oneOf(context, "zoom", "fit");
    Flow flow = flows.mapped(pipeline, window);
    StreamView stream = StreamView.of(flow, flows.map(flow), filter, flows.find(flow, filter), 0, site);
    show(context, PipelineView.of(flow, flows.map(flow), flows.mirror(flow), stream, "", "", at, site));
  }

  void map(Context context) {
    Flow flow = flows.mapped(names.pipeline(context), Names.window(context));
    show(context, MapView.of(flow, flows.map(flow)));
  }

  void queue(Context context) {
    Flow flow = flows.flow(names.pipeline(context), 0);
    show(context, QueueView.of(flow, flows.site().now()));
  }

  void mirror(Context context) {
    show(context, flows.mirror(flows.flow(names.pipeline(context), 0)));
  }

  /// Looks at the remote repository at once, and shows the page again when it has been seen or takes long.
  void fetch(Context context) {
    PipelineName pipeline = names.pipeline(context);
    fetcher
        .fetch(flows.flow(pipeline, 0).definition().pipeline().repository())
        .ifPresent(wish -> RepositoriesResource.within(wish));
    context.redirect(Links.pipeline(pipeline), io.javalin.http.HttpStatus.SEE_OTHER);
  }

  void stream(Context context) {
    PipelineName pipeline = names.pipeline(context);
    Filter filter = Wanted.of(context, Math.clamp(Names.number(context, "rows", Flows.ROWS), 1, StreamView.MOST));
    Site site = flows.site();
    Flow flow = flows.flow(pipeline, Flows.ROWS);
    int loaded = Names.number(context, "loaded", 0);
    show(context, StreamView.of(flow, flows.map(flow), filter, flows.find(flow, filter), loaded, site));
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
      answer = desk.triggerCommit(pipeline, commit, typed(context), BY);
    } else {
      answer = desk.triggerBranch(pipeline, new BranchName(branch), typed(context), BY);
    }
    switch (answer) {
      case Answer.Granted(var _, ChangeId id) -> context.redirect(Links.change(id), io.javalin.http.HttpStatus.SEE_OTHER);
      case Answer.Refused(String because) -> {
        refused(context, pipeline, because, branch.isEmpty() ? commit : branch);
      }
    }
  }

  /// Nothing starts and nothing lands until the queue is released.
  void hold(Context context) {
    PipelineName pipeline = names.pipeline(context);
    String reason = Objects.requireNonNullElse(context.formParam("reason"), "").strip();
    back(context, pipeline, desk.hold(pipeline, reason, BY));
  }

  void release(Context context) {
    PipelineName pipeline = names.pipeline(context);
    back(context, pipeline, desk.release(pipeline, BY));
  }

  private void back(Context context, PipelineName pipeline, Answer answer) {
    switch (answer) {
      case Answer.Granted _ -> context.redirect(Links.pipeline(pipeline), io.javalin.http.HttpStatus.SEE_OTHER);
      case Answer.Refused(String because) -> refused(context, pipeline, because, "");
    }
  }

  private void refused(Context context, PipelineName pipeline, String because, String typed) {
    Site site = flows.site();
    Flow flow = flows.mapped(pipeline, Window.USUAL);
    context.status(409);
    Filter newest = Filter.newest(Flows.ROWS);
    StreamView stream = StreamView.of(flow, flows.map(flow), newest, flows.find(flow, newest), 0, site);
    var at = Address.of(Links.pipeline(pipeline));
    show(
        context,
        PipelineView.of(
            flow, flows.map(flow), flows.mirror(flow), stream, because, typed, typed(context), at, site));
  }

  /// The parameters in a form; a field that is left empty gives none.
  private static Map<String, String> typed(Context context) {
    var typed = new TreeMap<String, String>();
    context.formParamMap().forEach((name, values) -> {
      if (name.startsWith(Field.PARAMETER) && !values.getFirst().isEmpty()) {
        typed.put(name.substring(Field.PARAMETER.length()), values.getFirst());
      }
    });
    return typed;
  }

  private void show(Context context, View view) {
    Pages.show(context, views, view);
  }
}
