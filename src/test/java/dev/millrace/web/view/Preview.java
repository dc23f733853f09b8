package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Between;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.engine.Past;
import dev.millrace.flow.Note;
import dev.millrace.git.LineDiff;
import dev.millrace.pipeline.Pipeline;
import io.javalin.Javalin;
import io.javalin.http.Context;
import io.javalin.http.sse.SseClient;
import io.javalin.http.staticfiles.Location;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/// A server of the pages with sample values, to look at them and to try them in a browser. It answers the addresses that
/// the real one does, and nothing else happens in it.
final class Preview implements AutoCloseable {
  private final Views views = new Views();
  private final Map<String, Flow> flows = new LinkedHashMap<>();
  private final FlowMaps maps = new FlowMaps();
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
              routes.get("/", at -> html(at, HomeView.of(all(), allMaps(), site(null))));
              routes.get("/empty", at -> html(at, HomeView.of(List.of(), List.of(), site("Docker is not reachable at /var/run/docker.sock: connection refused. Steps wait until it is back."))));
              routes.get("/flows", at -> html(at, FlowsView.of(all(), allMaps(), site(null))));
              routes.get("/tab", at -> html(at, TabView.of(all())));
              routes.get("/pipelines/{p}/tab", at -> html(at, TabView.of(flow(at))));
              routes.get("/badge/{p}.svg", at -> at.contentType("image/svg+xml").result(Badge.of(at.pathParam("p"), flow(at).changes(), null, null).svg()));
              routes.get("/missing", at -> html(at, ProblemView.missing("pipeline shopp", site(null))));
              routes.get("/pipelines/{p}", at -> html(at, PipelineView.of(flow(at), map(at), true, site(null))));
              routes.get("/refused/{p}", at -> html(at, PipelineView.of(flow(at), map(at), flow(at).changes(), true, "There is no branch integrate/nothing in shop.", "integrate/nothing", site(null))));
              routes.get("/pipelines/{p}/map", at -> html(at, MapView.of(flow(at), map(at))));
              routes.get("/pipelines/{p}/queue", at -> html(at, QueueView.of(flow(at), Instant.now())));
              routes.get("/pipelines/{p}/stream", at -> html(at, StreamView.of(flow(at), map(at), flow(at).changes(), false, site(null))));
              routes.get("/pipelines/{p}/definition", at -> html(at, DefinitionView.of(flow(at).definition(), site(null))));
              routes.get("/pipelines/{p}/changes/{n}", at -> html(at, ChangePage.of(change(at), flow(at), notes(change(at)), evidence(change(at)), "", site(null))));
              routes.get("/pipelines/{p}/changes/{n}/row", at -> html(at, RowView.of(change(at), flow(at), map(at), Instant.now())));
              routes.get("/pipelines/{p}/changes/{n}/body", at -> html(at, ChangeView.of(change(at), flow(at), notes(change(at)), evidence(change(at)), Instant.now())));
              routes.get("/pipelines/{p}/changes/{n}/{stage}/{step}", this::log);
              routes.get("/pipelines/{p}/changes/{n}/{stage}/{step}/lines", this::lines);
              routes.get("/pipelines/{p}/changes/{n}/{stage}/{step}/difference", this::difference);
              routes.get("/pipelines/{p}/changes/{n}/comparison", this::comparison);
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
      flows.put(name, new Flow(flow.definition(), changes, flow.statistics()));
    }
    String event = "{\"pipeline\":\"" + name + "\",\"change\":" + change.id().number() + ",\"what\":\"attempt.running\"}";
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
    at.html(views.html(view));
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

  private FlowMap map(Context at) {
    return map(flow(at).pipeline());
  }

  private FlowMap map(Pipeline pipeline) {
    return maps.of(pipeline);
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

  private void log(Context at) {
    List<LogLine> lines = printed();
    long wanted = at.queryParam("from") == null ? 0 : Long.parseLong(at.queryParam("from"));
    long from = LogView.from(wanted, lines.size(), attempt(at));
    int most = at.queryParam("small") == null ? LogView.WINDOW : 40;
    html(at, LogView.of(change(at), attempt(at), from, lines.stream().skip(from - 1).limit(most).toList(), lines.size(), site(null)));
  }

  private void lines(Context at) {
    long from = Long.parseLong(at.queryParam("from"));
    html(at, LinesView.of(attempt(at), from, at.queryParam("style") == null ? "" : at.queryParam("style"), printed().stream().skip(from - 1).toList(), true));
  }

  /// The sample's log, and a definition that has changed since.
  private ChangeView.Evidence evidence(Change change) {
    List<LogLine> last = printed();
    List<LogLine> tail = Tail.of(last.subList(0, Math.min(last.size(), 40)));
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
    html(at, ComparisonPage.of(change, before, evidence, flow.statistics(), site(null)));
  }

  private void post(Context at) {
    synchronized (posts) {
      posts.add(at.path() + " " + at.formParamMap());
    }
    String path = at.path().replaceAll("/(attempts|cancellation|changes)$", "");
    at.redirect(path, io.javalin.http.HttpStatus.SEE_OTHER);
  }

  static List<Flow> everything(Instant now) {
    return List.of(
        Samples.busy(Samples.shop(), 12, now),
        Samples.busy(Samples.small(), 9, now),
        Samples.busy(Samples.diamond(), 14, now),
        Samples.busy(Samples.line(30), 10, now),
        Samples.busy(Samples.graph(30), 10, now),
        Samples.busy(Samples.graph(100), 12, now),
        Samples.busy(Samples.line(100), 10, now),
        Samples.empty(Samples.pipeline("fresh", "build: compile", "verify: unit, browser <- build", "main <- verify")));
  }

  @Override
  public void close() {
    clients.forEach(SseClient::close);
    app.stop();
  }

  public static void main(String[] arguments) {
    Preview preview = start(arguments.length == 0 ? 7077 : Integer.parseInt(arguments[0]), everything(Instant.now()));
    System.out.println(preview.address());
  }

}
