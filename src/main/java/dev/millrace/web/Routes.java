package dev.millrace.web;

import dev.millrace.definition.DefinitionReader;
import dev.millrace.engine.Desk;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Works;
import dev.millrace.log.Busy;
import dev.millrace.log.Logs;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import dev.millrace.web.api.ChangesResource;
import dev.millrace.web.api.CommitsResource;
import dev.millrace.web.api.EventsResource;
import dev.millrace.web.api.LogResource;
import dev.millrace.web.api.Names;
import dev.millrace.web.api.PipelinesResource;
import dev.millrace.web.api.Problems;
import dev.millrace.web.api.ProgressResource;
import dev.millrace.web.api.RepositoriesResource;
import dev.millrace.web.api.StatisticsResource;
import dev.millrace.web.api.Tidings;
import dev.millrace.web.view.ProblemView;
import dev.millrace.web.view.Views;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import io.javalin.router.EndpointNotFound;
import java.time.Clock;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The site map: every address there is, besides `/git/`.
final class Routes {
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);
  /// Set on a request whose page says already what is the matter.
  static final String ANSWERED = "problem answered";

  private final PipelinePages pipelines;
  private final ChangePages changes;
  private final LogPages logs;
  private final SearchPages searches;
  private final CommitsResource commitsResource;
  private final StatisticsPages statistics;
  private final StatisticsResource statisticsResource;
  private final PipelinesResource pipelinesResource;
  private final ChangesResource changesResource;
  private final ProgressResource progressResource;
  private final LogResource logResource;
  private final EventsResource events;
  private final Badges badges;
  private final RepositoriesResource repositories;
  private final Engine engine;
  private final Works works;
  private final Flows flows;
  private final Renderings renderings;
  private final Views views = new Views();

  Routes(
      Store store,
      Engine engine,
      Desk desk,
      Logs logs,
      Works works,
      Tidings tidings,
      Clock clock,
      String address) {
    this.engine = engine;
    this.works = works;
    this.flows = new Flows(store, engine, works, tidings, clock, address);
    this.renderings = new Renderings(tidings, clock, () -> works.trouble().orElse(""));
    var names = new Names(store);
    this.pipelines = new PipelinePages(flows, names, desk, works.fetcher(), views);
    this.changes = new ChangePages(flows, names, desk, store, logs, views);
    this.logs = new LogPages(flows, names, logs, views);
    this.searches = new SearchPages(flows, desk, store, views);
    this.commitsResource = new CommitsResource(desk);
    this.pipelinesResource = new PipelinesResource(store, engine, names, clock);
    this.changesResource = new ChangesResource(store, engine, desk, names, clock);
    this.progressResource = new ProgressResource(names, works.progress());
    this.logResource = new LogResource(logs, names, tidings);
    this.events = new EventsResource(store, tidings, () -> Pages.server(works.trouble().orElse("")));
    this.statistics = new StatisticsPages(flows, names, store, views);
    this.statisticsResource = new StatisticsResource(store, names, clock);
    this.badges = new Badges(store);
    this.repositories = new RepositoriesResource(works.fetcher(), engine);
  }

  void addTo(RoutesConfig routes) {
    routes.before(Routes::secure);

    routes.get("/", renderings.once(pipelines::home));
    routes.get("/flows", renderings.once(pipelines::flows));
    routes.get("/tab", renderings.once(pipelines::tabOfAll));
    routes.get("/wall", renderings.once(pipelines::wall));
    routes.get("/wall/tiles", renderings.once(pipelines::tiles));
    routes.get("/pipelines/{pipeline}", renderings.once(pipelines::pipeline));
    routes.get("/pipelines/{pipeline}/tab", renderings.once(pipelines::tab));
    routes.get("/pipelines/{pipeline}/wall", renderings.once(pipelines::wall));
    routes.get("/pipelines/{pipeline}/wall/tiles", renderings.once(pipelines::tiles));
    routes.get("/pipelines/{pipeline}/map", renderings.once(pipelines::map));
    routes.get("/pipelines/{pipeline}/queue", renderings.once(pipelines::queue));
    routes.get("/pipelines/{pipeline}/mirror", renderings.once(pipelines::mirror));
    routes.post("/pipelines/{pipeline}/fetch", pipelines::fetch);
    routes.get("/pipelines/{pipeline}/stream", renderings.once(pipelines::stream));
    routes.get("/pipelines/{pipeline}/definition", renderings.once(pipelines::definition));
    routes.get("/pipelines/{pipeline}/statistics", renderings.once(statistics::statistics));
    routes.post("/pipelines/{pipeline}/changes", pipelines::start);
    routes.get("/pipelines/{pipeline}/changes/{number}", renderings.once(changes::change));
    routes.get("/pipelines/{pipeline}/changes/{number}/body", renderings.once(changes::body));
    routes.get("/pipelines/{pipeline}/changes/{number}/row", renderings.once(changes::row));
    routes.post("/pipelines/{pipeline}/changes/{number}/attempts", changes::runAgain);
    routes.post("/pipelines/{pipeline}/changes/{number}/cancellation", changes::cancel);
    routes.post("/pipelines/{pipeline}/changes/{number}/priority", changes::moveUp);
    routes.post("/pipelines/{pipeline}/queue/hold", pipelines::hold);
    routes.post("/pipelines/{pipeline}/queue/release", pipelines::release);
    routes.get("/pipelines/{pipeline}/changes/{number}/{stage}/{step}", logs::page);
    routes.get("/pipelines/{pipeline}/changes/{number}/{stage}/{step}/head", logs::head);
    routes.get("/pipelines/{pipeline}/changes/{number}/{stage}/{step}/lines", logs::lines);
    routes.get("/pipelines/{pipeline}/changes/{number}/{stage}/{step}/matches", logs::matches);
    routes.get("/pipelines/{pipeline}/changes/{number}/{stage}/{step}/text", logs::text);
    routes.get("/pipelines/{pipeline}/changes/{number}/{stage}/{step}/difference", changes::difference);
    routes.get("/pipelines/{pipeline}/changes/{number}/comparison", changes::comparison);

    routes.get("/commits/{sha}", searches::commit);
    routes.get("/search", searches::search);

    routes.get("/api/v1/commits/{sha}", commitsResource::show);
    routes.get("/api/v1/pipelines", pipelinesResource::list);
    routes.get("/api/v1/pipelines/{pipeline}", pipelinesResource::show);
    routes.get("/api/v1/pipelines/{pipeline}/statistics", pipelinesResource::statistics);
    routes.get("/api/v1/pipelines/{pipeline}/statistics/trends", statisticsResource::trends);
    routes.get("/api/v1/pipelines/{pipeline}/statistics/delivery", statisticsResource::delivery);
    routes.get("/api/v1/pipelines/{pipeline}/queue", pipelinesResource::queue);
    routes.get("/api/v1/pipelines/{pipeline}/changes", renderings.once(changesResource::list));
    routes.post("/api/v1/pipelines/{pipeline}/changes", changesResource::start);
    routes.get("/api/v1/pipelines/{pipeline}/changes/{number}", changesResource::show);
    routes.post("/api/v1/pipelines/{pipeline}/changes/{number}/attempts", changesResource::runAgain);
    routes.post("/api/v1/pipelines/{pipeline}/changes/{number}/cancellation", changesResource::cancel);
    routes.get("/api/v1/pipelines/{pipeline}/changes/{number}/progress", progressResource::follow);
    routes.post("/api/v1/pipelines/{pipeline}/changes/{number}/priority", changesResource::moveUp);
    routes.put("/api/v1/pipelines/{pipeline}/queue/hold", changesResource::hold);
    routes.delete("/api/v1/pipelines/{pipeline}/queue/hold", changesResource::release);
    routes.get("/api/v1/pipelines/{pipeline}/changes/{number}/stages/{stage}/steps/{step}/log", logResource::show);
    routes.get("/api/v1/pipelines/{pipeline}/changes/{number}/stages/{stage}/steps/{step}/log/search", logResource::search);
    routes.get("/api/v1/repositories", repositories::list);
    routes.get("/api/v1/repositories/{repository}", repositories::show);
    routes.post("/api/v1/repositories/{repository}/fetch", repositories::fetch);
    routes.get("/api/v1/events", events::stream);

    routes.get("/ssh-key", context -> context.contentType("text/plain;charset=utf-8").result(works.publicKey() + "\n"));
    routes.get("/badge/{pipeline}.svg", badges::badge);
    routes.get("/schema/pipeline.json", context -> context.contentType("application/schema+json").result(DefinitionReader.schema()));
    routes.get("/health/live", this::live);
    routes.get("/health/ready", this::ready);

    routes.exception(HttpResponseException.class, (problem, context) -> problem(context, problem.getStatus(), sentence(problem, context)));
    routes.exception(Busy.class, (busy, context) -> problem(context, 429, String.valueOf(busy.getMessage())));
    routes.exception(IllegalStateException.class, this::stopped);
    routes.exception(StoreException.NoRoom.class, (full, context) -> problem(context, 507, sentence(full)));
    routes.exception(StoreException.class, this::unreadable);
    routes.exception(Exception.class, this::bug);
    routes.error(404, context -> problem(context, 404, missing(context)));
  }

  private void live(Context context) {
    Optional<String> trouble = engine.stopped();
    context.status(trouble.isEmpty() ? 200 : 503).result(trouble.orElse("live") + "\n");
  }

  private void ready(Context context) {
    Optional<String> trouble = engine.trouble();
    context.status(trouble.isEmpty() ? 200 : 503).result(trouble.or(works::trouble).orElse("ready") + "\n");
  }

  private static void secure(Context context) {
    context.header("X-Content-Type-Options", "nosniff");
    context.header("X-Frame-Options", "DENY");
    context.header("Referrer-Policy", "same-origin");
    context.header("Content-Security-Policy", "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'");
  }

  private void stopped(IllegalStateException problem, Context context) {
    if (engine.stopped().isPresent()) {
      problem(context, 503, engine.stopped().get());
    } else {
      bug(problem, context);
    }
  }

  private void unreadable(StoreException problem, Context context) {
    LOG.warn("{} {} cannot be answered: {}", context.method(), context.path(), problem.getMessage());
    problem(context, 503, engine.stopped().orElse(String.valueOf(problem.getMessage())));
  }

  private void bug(Exception bug, Context context) {
    LOG.error("{} {} could not be answered", context.method(), context.path(), bug);
    problem(context, 500, "The server made a mistake, which is in its log: " + bug.getClass().getSimpleName() + ".");
  }

  private static String sentence(StoreException.NoRoom full) {
    return "Nothing can be stored: " + full.getMessage() + ".";
  }

  private static String missing(Context context) {
    return "There is nothing at " + context.path() + ".";
  }

  /// What is thrown by ourselves is a sentence already; what Javalin throws is the name of the status.
  private static String sentence(HttpResponseException problem, Context context) {
    return switch (problem) {
      case EndpointNotFound _ -> missing(context);
      case MethodNotAllowedResponse _ -> context.path() + " is not for " + context.method() + ".";
      case HttpResponseException large when large.getStatus() == 413 -> "Nothing that is asked for here needs a megabyte.";
      default -> String.valueOf(problem.getMessage());
    };
  }

  private void problem(Context context, int status, String sentence) {
    // Javalin asks once for the exception and again for the status; who threw the exception knows more.
    if (context.attribute(ANSWERED) != null) {
      return;
    }
    context.attribute(ANSWERED, true);
    if (context.path().startsWith("/api/") || context.path().startsWith("/schema/")) {
      Problems.answer(context, status, title(status), sentence);
    } else {
      context.status(status);
      Pages.show(context, views, ProblemView.of(status, title(status), sentence, advice(status), flows.site()));
    }
  }

  private static String title(int status) {
    return switch (status) {
      case 400 -> "Not understood";
      case 403 -> "Not allowed";
      case 404 -> "Not found";
      case 405 -> "Not possible here";
      case 409 -> "Refused";
      case 413 -> "Too large";
      case 429 -> "Busy";
      case 503 -> "Stopped";
      case 507 -> "No room";
      default -> "Something went wrong";
    };
  }

  private static String advice(int status) {
    return switch (status) {
      case 429 -> "Nothing is wrong. The searches that run now end soon.";
      case 404 -> "The address may be mistyped, or what it named is no longer defined.";
      case 503 -> "What was stored is safe. Start the server again; it takes up what it had begun.";
      case 507 -> "Nothing is lost, and steps that run go on. As soon as there is room, so does everything else; then try again.";
      case 500 -> "Nothing that was stored is lost. Try again; if it happens again, the server's log says what it was.";
      default -> "Go back and try something else.";
    };
  }
}
