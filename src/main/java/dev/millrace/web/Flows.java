package dev.millrace.web;

import dev.millrace.change.Change;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Works;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.statistics.Window;
import dev.millrace.store.Filter;
import dev.millrace.store.Found;
import dev.millrace.store.Store;
import dev.millrace.web.api.Tidings;
import dev.millrace.web.view.Flow;
import dev.millrace.web.view.FlowMap;
import dev.millrace.web.view.FlowMaps;
import dev.millrace.web.view.Site;
import io.javalin.http.NotFoundResponse;
import java.time.Clock;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;

/// What pages are made from, read once for each request.
final class Flows {
  static final int ROWS = 30;
  private static final int ON_HOME = 8;
  private static final RepositoryName DEFINITIONS = new RepositoryName("pipelines");

  private final Store store;
  private final Engine engine;
  private final Works works;
  private final Tidings tidings;
  private final Clock clock;
  private final String address;
  private final FlowMaps maps = new FlowMaps();

  Flows(Store store, Engine engine, Works works, Tidings tidings, Clock clock, String address) {
    this.store = store;
    this.engine = engine;
    this.works = works;
    this.tidings = tidings;
    this.clock = clock;
    this.address = address;
  }

  /// Asked for before anything else that a page shows, or the page could miss what moves while it is made.
  Site site() {
    return new Site(address, DEFINITIONS, works.trouble().orElse(null), clock.instant(), tidings.last());
  }

  /// The flow of a pipeline by today's definition, or by the last one if it is no longer defined.
  ///
  /// @param rows how many of the newest changes, besides those in flight
  Flow flow(PipelineName pipeline, int rows) {
    return flow(pipeline, rows, Window.USUAL);
  }

  /// @param window what its figures are of
  Flow flow(PipelineName pipeline, int rows, Window window) {
    List<Change> newest = store.changes(pipeline, Filter.newest(rows));
    Definition definition =
        store
            .definition(pipeline)
            .or(() -> newest.stream().findFirst().map(Change::definition))
            .orElseThrow(() -> new NotFoundResponse("Pipeline " + pipeline + " is no longer defined and has no changes."));
    var changes = new LinkedHashMap<Integer, Change>();
    engine.now().changes().values().stream()
        .filter(change -> change.id().pipeline().equals(pipeline))
        .forEach(change -> changes.put(change.id().number(), change));
    newest.forEach(change -> changes.putIfAbsent(change.id().number(), change));
    List<Change> ordered =
        changes.values().stream().sorted(Comparator.comparing(Change::id).reversed()).toList();
    return new Flow(definition, ordered, store.stageStatistics(pipeline, window, clock.instant()), window);
  }

  /// The flow as the map of its page tells it: with what became of its stages lately.
  Flow mapped(PipelineName pipeline, Window window) {
    Flow flow = flow(pipeline, ROWS, window);
    return flow.with(store.trends().shifts(pipeline, flow.figures()));
  }

  FlowMap map(Flow flow) {
    return maps.of(flow.definition().pipeline());
  }

  List<Flow> all() {
    return all(ON_HOME);
  }

  /// @param rows how many of the newest changes of each
  List<Flow> all(int rows) {
    return store.definitions().stream().map(definition -> flow(definition.name(), rows)).toList();
  }

  /// What the filter finds, newest first.
  Found find(PipelineName pipeline, Filter filter) {
    return store.find(pipeline, filter);
  }
}
