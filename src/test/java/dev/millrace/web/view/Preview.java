package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Between;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.engine.Past;
import dev.millrace.flow.Note;
import dev.millrace.git.LineDiff;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Window;
import dev.millrace.store.Filter;
import dev.millrace.store.Found;
import dev.millrace.web.api.Wanted;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import io.javalin.http.staticfiles.Location;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.OptionalLong;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/// A server of the pages with sample values, to look at them and to try them in a browser. It answers the addresses that
/// the real one does, and nothing else happens in it.
final class Preview implements AutoCloseable {
  /// Read and laid out once, for all that look.
  private static final Views VIEWS = new Views();
  private static final FlowMaps MAPS = new FlowMaps();

  private final Map<String, Flow> flows = new LinkedHashMap<>();
  private final Set<SseClient> clients = ConcurrentHashMap.newKeySet();
  private final List<String> posts = new ArrayList<>();
  private final List<LogLine> log = new ArrayList<>(Samples.log(120));
  private final Javalin app;
  private volatile boolean broken;

  Preview(List<Flow> shown) {
    shown.forEach(flow -> flows.put(flow.pipeline().name().text(), flow));
    app =
        Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.concurrency.useVirtualThreads = true;
              config.staticFiles.enableWebjars();
              config.staticFiles.add(
                  files -> {
                    files.hostedPath = "/";
                    files.directory = "/public";
                    files.location = Location.CLASSPATH;
                  });
              var routes = config.routes;
              routes.before(at -> {
                if (broken && at.header("HX-Request") != null) {
                  html(at.status(503), ProblemView.of(503, "Stopped", "The engine has stopped.", "Start it again.", site(null)));
                  at.skipRemainingHandlers();
                }
              });
              routes.get("/", at -> html(at, HomeView.of(all(), allMaps(), find(at), site(null))));
              routes.get("/empty", at -> html(at, HomeView.of(List.of(), List.of(), site("Docker is not reachable at /var/run/docker.sock: connection refused. Steps wait until it is back."))));
              routes.get("/flows", at -> html(at, FlowsView.of(all(), allMaps(), find(at), site(null))));
              routes.get("/tab", at -> html(at, TabView.of(all())));
              routes.get("/pipelines/{p}/tab", at -> html(at, TabView.of(flow(at))));
              routes.get("/badge/{p}.svg", at -> at.contentType("image/svg+xml").result(Badge.of(at.pathParam("p"), flow(at).changes(), null, null).svg()));
              routes.get("/missing", at -> html(at, ProblemView.missing("pipeline shopp", site(null))));
              routes.get("/pipelines/{p}", at -> html(at, PipelineView.of(windowed(at), map(at), stream(at), "", "", new Address(at.path(), at.queryParamMap()), site(null))));
              routes.get("/wall", at -> html(at, WallView.of(some(at), null, "light".equals(at.queryParam("theme")), site(null))));
              routes.get("/wall/tiles", at -> html(at, TilesView.of(all(), null, site(null))));
              routes.get("/pipelines/{p}/wall", at -> html(at, WallView.of(List.of(flow(at)), flow(at).pipeline().name(), false, site(null))));
              routes.get("/pipelines/{p}/wall/tiles", at -> html(at, TilesView.of(List.of(flow(at)), flow(at).pipeline().name(), site(null))));
              routes.get("/refused/{p}", at -> html(at, PipelineView.of(flow(at), map(at), flow(at).changes(), true, "There is no branch integrate/nothing in shop.", "integrate/nothing", site(null))));
              routes.get("/pipelines/{p}/map", at -> html(at, MapView.of(windowed(at), map(at))));
              routes.get("/pipelines/{p}/queue", at -> html(at, QueueView.of(flow(at), Instant.now())));
              routes.get("/pipelines/{p}/stream", this::streamed);
              routes.get("/pipelines/{p}/definition", at -> html(at, DefinitionView.of(flow(at).definition(), site(null))));
              routes.get("/pipelines/{p}/statistics", at -> html(at, Pasts.page(flow(at).pipeline(), at.queryParam("days") == null ? 30 : Integer.parseInt(at.queryParam("days")), at.queryParam("stage") == null ? null : new StageName(at.queryParam("stage")), site(null))));
              routes.get("/pipelines/{p}/changes/{n}", at -> html(at, ChangePage.of(change(at), flow(at), notes(change(at)), evidence(change(at)), "", site(null))));
              routes.get("/pipelines/{p}/changes/{n}/row", this::row);
              routes.get("/pipelines/{p}/changes/{n}/body", at -> html(at, ChangeView.of(change(at), flow(at), notes(change(at)), evidence(change(at)), Instant.now())));
              routes.get("/pipelines/{p}/changes/{n}/{stage}/{step}", this::log);
              routes.get("/pipelines/{p}/changes/{n}/{stage}/{step}/lines", this::lines);
              routes.get("/pipelines/{p}/changes/{n}/{stage}/{step}/difference", this::difference);
              routes.get("/pipelines/{p}/changes/{n}/comparison", this::comparison);
              routes.get("/pipelines/{p}/changes/{n}/{stage}/{step}/head", at -> html(at, LogHead.of(change(at), attempt(at), site(null))));
              routes.post("/pipelines/*", this::post);
              routes.sse(
                  "/api/v1/events",
                  client -> {
                    client.keepAlive();
                    clients.add(client);
                    client.onClose(() -> clients.remove(client));
                  });
            });
  }

  /// How many rows come at once; and whether the next ones do not come.
  volatile int portion = 30;
  volatile boolean withoutOlder;
  final AtomicInteger asked = new AtomicInteger();

  /// What was posted from a row.
  final List<String> wanted = java.util.Collections.synchronizedList(new ArrayList<>());

  /// How many of the rows were asked for that are held up; what is answered is made at once, and sent when this is open.
  final AtomicInteger heldRows = new AtomicInteger();
  volatile CountDownLatch rowsSent = new CountDownLatch(0);
  volatile int held;

  /// More of a log is sent when this is open.
  volatile CountDownLatch linesSent = new CountDownLatch(0);

  private void row(Context at) throws InterruptedException {
    var row = RowView.of(change(at), flow(at), map(at), Wanted.of(at, 1), site(null));
    if (at.pathParam("n").equals(String.valueOf(held))) {
      heldRows.incrementAndGet();
      rowsSent.await();
    }
    html(at, row);
  }

  private void streamed(Context at) {
    asked.incrementAndGet();
    if (withoutOlder && at.queryParam("before") != null) {
      at.status(503);
    } else {
      html(at, stream(at));
    }
  }

  private StreamView stream(Context at) {
    Filter filter = Wanted.of(at, at.queryParam("rows") == null ? portion : Math.max(portion, Integer.parseInt(at.queryParam("rows"))));
    List<Change> all = flow(at).changes().stream().filter(filter::matches).filter(one -> filter.before() == 0 || one.id().number() < filter.before()).toList();
    List<Change> shown = all.stream().limit(filter.limit()).toList();
    int loaded = at.queryParam("loaded") == null ? 0 : Integer.parseInt(at.queryParam("loaded"));
    return StreamView.of(flow(at), map(at), filter, new Found(shown, all.size() > shown.size() ? shown.getLast().id().number() : 0), loaded, site(null));
  }

  static Preview start(int port, List<Flow> flows) {
    var preview = new Preview(flows);
    preview.app.start("127.0.0.1", port);
    return preview;
  }

  String address() {
    return "http://127.0.0.1:" + app.port();
  }

  boolean isWatched() {
    return !clients.isEmpty();
  }

  /// From now on pieces of pages cannot be fetched, or can be again.
  void breaks(boolean now) {
    broken = now;
  }

  List<String> posts() {
    synchronized (posts) {
      return List.copyOf(posts);
    }
  }

  /// Puts the change, new or not, into its pipeline, and tells the pages.
  void moves(Change change) {
    String name = change.id().pipeline().text();
    synchronized (flows) {
      Flow flow = flows.get(name);
      var changes = new ArrayList<>(flow.changes());
      changes.removeIf(other -> other.id().equals(change.id()));
      changes.add(change);
      changes.sort((a, b) -> b.id().compareTo(a.id()));
      flows.put(name, new Flow(flow.definition(), changes, flow.figures(), flow.window()));
    }
    String event = "{\"pipeline\":\"" + name + "\",\"change\":" + change.id().number() + ",\"what\":\"change.moving\"}";
    clients.forEach(client -> client.sendEvent("message", event));
  }

  void changes(String pipeline, int number, UnaryOperator<Change> step) {
    Change change = flow(pipeline).changes().stream().filter(one -> one.id().number() == number).findFirst().orElseThrow();
    moves(step.apply(change));
  }

  void prints(String text) {
    synchronized (log) {
      log.add(new LogLine(log.size() + 1, Instant.now(), text, false));
    }
  }

  private void html(Context at, View view) {
    at.html(VIEWS.html(view));
  }

  private Site site(String trouble) {
    return new Site("http://localhost:8080", Samples.SITE.definitions(), trouble, Instant.now(), 0);
  }

  private List<Flow> all() {
    synchronized (flows) {
      return List.copyOf(flows.values());
    }
  }

  private List<FlowMap> allMaps() {
    return all().stream().map(flow -> map(flow.pipeline())).toList();
  }

  private Flow flow(Context at) {
    return flow(at.pathParam("p"));
  }

  private Flow flow(String pipeline) {
    synchronized (flows) {
      return flows.get(pipeline);
    }
  }

  private static String find(Context at) {
    return at.queryParam("find") == null ? "" : at.queryParam("find");
  }

  private Flow windowed(Context at) {
    Flow flow = flow(at);
    String window = at.queryParam("window");
    return window == null ? flow : new Flow(flow.definition(), flow.changes(), flow.figures(), Window.of(window).orElseThrow());
  }

  /// As many pipelines as the wall is asked to show.
  private List<Flow> some(Context at) {
    String many = at.queryParam("many");
    return many == null ? all() : all().stream().limit(Integer.parseInt(many)).toList();
  }

  private FlowMap map(Context at) {
    return map(flow(at).pipeline());
  }

  private FlowMap map(Pipeline pipeline) {
    return MAPS.of(pipeline);
  }

  private Change change(Context at) {
    int number = Integer.parseInt(at.pathParam("n"));
    return flow(at).changes().stream().filter(change -> change.id().number() == number).findFirst().orElseThrow();
  }

  private static List<Note> notes(Change change) {
    return List.of(
        new Note(change.createdAt(), change.id(), "came by a push of Ada Lovelace to integrate/price-with-tax"),
        new Note(change.createdAt().plusSeconds(3), change.id(), "merged with main at 0123abcd: candidate 89abcdef"),
        new Note(change.createdAt().plusSeconds(64), change.id(), "build passed after 1m 01s"));
  }

  private Attempt attempt(Context at) {
    Change change = change(at);
    int number = at.queryParam("attempt") == null ? 1 : Integer.parseInt(at.queryParam("attempt"));
    return change.attempts().stream()
        .filter(one -> one.id().stage().text().equals(at.pathParam("stage")) && one.id().step().text().equals(at.pathParam("step")) && one.id().number() == number)
        .findFirst()
        .orElseThrow();
  }

  private List<LogLine> printed() {
    synchronized (log) {
      return List.copyOf(log);
    }
  }

  private LogWindow window(long from, int count, long anchor) {
    List<LogLine> lines = printed();
    Set<Long> errors = lines.stream().filter(line -> line.text().contains("FAIL")).map(LogLine::number).collect(java.util.stream.Collectors.toSet());
    return new LogWindow(List.of(), lines.stream().skip(from - 1).limit(count).toList(), anchor, lines.size(), true, errors, 8, List.of());
  }

  private void log(Context at) {
    Attempt attempt = attempt(at);
    int most = at.queryParam("small") == null ? LogWindow.LINES : 40;
    long wanted = at.queryParam("from") == null ? LogView.opening(attempt, 8) : Long.parseLong(at.queryParam("from"));
    long from = wanted == 0 ? Math.max(1, printed().size() - most + 1) : Math.max(1, wanted - (at.queryParam("from") == null ? LogView.BEFORE : 0));
    html(at, LogView.of(change(at), attempt, window(from, most, from), Search.NONE, Picked.NONE, MatchesView.NONE, wanted, site(null)));
  }

  private void lines(Context at) throws InterruptedException {
    linesSent.await();
    long from = at.queryParam("before") == null ? Long.parseLong(at.queryParam("from")) : Math.max(1, Long.parseLong(at.queryParam("before")) - LogWindow.LINES);
    int count = at.queryParam("before") == null ? Integer.parseInt(at.queryParamAsClass("count", String.class).getOrDefault("300")) : (int) (Long.parseLong(at.queryParam("before")) - from);
    html(at, LinesView.of(attempt(at), window(from, count, from), Search.NONE, Picked.NONE));
  }

  /// The sample's log, and a definition that has changed since.
  private ChangeView.Evidence evidence(Change change) {
    List<LogLine> last = printed();
    int from = (int) Tail.from(OptionalLong.of(33), last.size());
    List<LogLine> tail = last.subList(from, Math.min(last.size(), from + Tail.SHOWN));
    var tails = ChangeView.alarming(change).stream().collect(java.util.stream.Collectors.toMap(Attempt::id, _ -> tail));
    return new ChangeView.Evidence(Samples.newer(change.definition()), tails);
  }

  private void difference(Context at) {
    Change change = change(at);
    List<Attempt> attempts =
        change.attempts().stream()
            .filter(one -> one.id().stage().text().equals(at.pathParam("stage")) && one.id().step().text().equals(at.pathParam("step")))
            .toList();
    List<Attempt> two = DifferencePage.telling(attempts).orElseThrow();
    boolean newer = at.queryParam("newer") != null;
    var definition = newer ? Samples.newer(change.definition()) : change.definition();
    var evidence =
        new DifferencePage.Evidence(
            change.definition(), definition, new Past.Answer.Known(newer ? Samples.between() : Between.NOTHING),
            LineDiff.of(change.definition().text(), definition.text()));
    Attempt second = newer ? Samples.onAnother(two.getLast()) : two.getLast();
    html(at, DifferencePage.of(newer ? change.with(second) : change, two.getFirst(), second, evidence, site(null)));
  }

  private void comparison(Context at) {
    Change change = change(at);
    Flow flow = flow(at);
    Change before = flow.changes().stream().filter(one -> one.state() instanceof ChangeState.Passed && one.id().number() < change.id().number()).findFirst().orElse(null);
    if (before == null) {
      html(at, ComparisonPage.alone(change, site(null)));
      return;
    }
    var newer = Samples.newer(change.definition());
    var evidence = new ComparisonPage.Evidence(new Past.Answer.Known(Samples.between()), LineDiff.of(change.definition().text(), newer.text()));
    html(at, ComparisonPage.of(change, before, evidence, Flow.recent(flow.figures()), site(null)));
  }

  private void post(Context at) {
    synchronized (posts) {
      posts.add(at.path() + " " + at.formParamMap());
    }
    if (at.header("Millrace-Wants") != null) {
      wanted.add(at.path());
      at.status(at.path().contains("/changes/48/") ? 409 : 204).result(at.path().contains("/changes/48/") ? "#48 is on main already" : "");
      return;
    }
    String path = at.path().replaceAll("/(attempts|cancellation|changes)$", "");
    at.redirect(path, io.javalin.http.HttpStatus.SEE_OTHER);
  }

  static List<Flow> everything(Instant now) {
    return List.of(
        Samples.busy(Samples.shop(), 12, now),
        Samples.busy(Samples.small(), 9, now),
        Samples.busy(Samples.diamond(), 14, now),
        Samples.busy(Samples.line(8), 8, now),
        Samples.busy(Samples.line(30), 10, now),
        Samples.busy(Samples.graph(30), 10, now),
        Samples.busy(Samples.graph(100), 12, now),
        Samples.busy(Samples.line(100), 10, now),
        Samples.empty(Samples.pipeline("fresh", "build: compile", "verify: unit, browser <- build", "main <- verify")));
  }

  /// Without the largest, whose pictures take a browser long.
  static List<Flow> small(Instant now) {
    return List.of(
        Samples.busy(Samples.shop(), 12, now),
        Samples.busy(Samples.small(), 9, now),
        Samples.busy(Samples.diamond(), 14, now),
        Samples.busy(Samples.line(8), 8, now),
        Samples.busy(Samples.graph(30), 10, now),
        Samples.empty(Samples.pipeline("fresh", "build: compile", "verify: unit, browser <- build", "main <- verify")));
  }

  /// As many pipelines as a large house has.
  static List<Flow> many(int many, Instant now) {
    String[] names = {"shop", "payments", "warehouse", "search", "mobile-app", "accounts", "newsletter", "a-service-whose-name-goes-on-for-quite-a-while"};
    var flows = new ArrayList<Flow>();
    for (int at = 0; at < many; at++) {
      Pipeline pipeline =
          Samples.pipeline(
              names[at % names.length] + (at < names.length ? "" : "-" + at), "build: compile", "verify: unit, browser <- build", "main <- verify", "staging: deploy <- main");
      flows.add(at == 5 ? Samples.empty(pipeline) : at % 4 == 0 ? Samples.busy(pipeline, 9, now) : Samples.resting(pipeline, 6 + at % 3, at % 7 == 3, now));
    }
    return flows;
  }

  @Override
  public void close() {
    clients.forEach(SseClient::close);
    app.stop();
  }

  public static void main(String[] arguments) {
    List<Flow> flows = arguments.length < 2 ? everything(Instant.now()) : many(Integer.parseInt(arguments[1]), Instant.now());
    Preview preview = start(arguments.length == 0 ? 7077 : Integer.parseInt(arguments[0]), flows);
    System.out.println(preview.address());
  }

}
