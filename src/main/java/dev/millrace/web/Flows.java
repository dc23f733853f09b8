package dev.millrace.web;

import dev.millrace.flow.InFlight;
import dev.millrace.pipeline.Integration;
import dev.millrace.queue.Hold;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Policy;
import dev.millrace.queue.Target;
import dev.millrace.web.view.QueueView;
import dev.millrace.web.view.Turns;
import dev.millrace.change.Change;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Works;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
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
import dev.millrace.web.view.MirrorView;
import dev.millrace.web.view.Site;
import io.javalin.http.NotFoundResponse;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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

  /// How many flows are kept, those that were asked for last; one of thirty changes with thirty stages is some 300 KB.
  private static final int MOST = 128;

  /// @param until when a window of days ends, to the minute; of no matter for others
  private record Key(PipelineName pipeline, int rows, Window window, Instant until) {}

  /// @param moved the number of the last thing that had moved in the pipeline before it was read
  /// @param mapped whether it tells what became of its stages lately
  private record Kept(long moved, Flow flow, boolean mapped) {}

  /// What was read of each pipeline, good until something moves in it: the home page needs all of them.
  private final Map<Key, Kept> kept =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Kept> eldest) {
          return size() > MOST;
        }
      };

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
    return new Site(address, DEFINITIONS, works.trouble().orElse(null), clock.instant(), tidings.last(), works.waiting());
  }

  /// The flow of a pipeline by today's definition, or by the last one if it is no longer defined.
  ///
  /// @param rows how many of the newest changes, besides those in flight
  Flow flow(PipelineName pipeline, int rows) {
    return flow(pipeline, rows, Window.USUAL);
  }

  /// @param window what its figures are of
  Flow flow(PipelineName pipeline, int rows, Window window) {
    return flow(pipeline, rows, window, false);
  }

  /// @param mapped whether what became of its stages lately is wanted, too
  private Flow flow(PipelineName pipeline, int rows, Window window, boolean mapped) {
    Instant now = clock.instant();
    Instant until =
        switch (window) {
          case Window.Last _ -> Instant.EPOCH;
          case Window.Days _ -> now.truncatedTo(ChronoUnit.MINUTES);
        };
    var key = new Key(pipeline, rows, window, until);
    // read before what it stands for: what moves meanwhile makes this one old
    long moved = tidings.last(pipeline.text());
    @Nullable Kept known;
    synchronized (kept) {
      known = kept.get(key);
    }
    Flow flow;
    if (known != null && known.moved() == moved) {
      if (known.mapped() || !mapped) {
        return known.flow();
      }
      flow = known.flow();
    } else {
      flow = read(pipeline, rows, window, now);
    }
    if (mapped) {
      flow = flow.with(store.trends().shifts(pipeline, flow.figures()));
    }
    synchronized (kept) {
      kept.put(key, new Kept(moved, flow, mapped));
    }
    return flow;
  }

  private Flow read(PipelineName pipeline, int rows, Window window, Instant now) {
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
    return new Flow(definition, ordered, store.stageStatistics(pipeline, window, now), window)
        .queued(turns(definition));
  }

  private Turns turns(Definition definition) {
    Integration integration = definition.pipeline().integration();
    if (integration == null) {
      return Turns.NONE;
    }
    var target = new Target(definition.pipeline().repository(), integration.into());
    InFlight inFlight = engine.now();
    @Nullable Hold hold = inFlight.holds().get(target);
    IntegrationQueue queue = IntegrationQueue.of(inFlight.changes().values()).get(target);
    if (queue == null) {
      return new Turns(hold, Map.of(), Map.of());
    }
    return new Turns(
        hold,
        Policy.plan(queue.train(inFlight.experience().odds(), hold != null)).places(),
        store.lastNotes(queue.changes().stream().limit(QueueView.SHOWN).map(Change::id).toList()));
  }

  /// The flow as the map of its page tells it: with what became of its stages lately.
  Flow mapped(PipelineName pipeline, Window window) {
    return flow(pipeline, ROWS, window, true);
  }

  /// How the mirror of its repository stands, if that is a remote one.
  MirrorView mirror(Flow flow) {
    Pipeline pipeline = flow.definition().pipeline();
    return MirrorView.of(pipeline, works.fetcher().state(pipeline.repository()).orElse(null), clock.instant());
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

  /// What the filter finds, newest first. The newest ones of all are in the flow already.
  ///
  /// @param flow with [#ROWS] rows
  Found find(Flow flow, Filter filter) {
    if (!filter.everything() || filter.before() > 0 || filter.limit() > ROWS) {
      return store.find(flow.definition().name(), filter);
    }
    List<Change> newest = flow.changes().stream().limit(filter.limit()).toList();
    int last = newest.size() < filter.limit() || newest.isEmpty() ? 0 : newest.getLast().id().number();
    return new Found(newest, last > 1 ? last : 0);
  }
}
