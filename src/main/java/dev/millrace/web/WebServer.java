package dev.millrace.web;

import dev.millrace.engine.Desk;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Works;
import dev.millrace.log.Logs;
import dev.millrace.store.Store;
import dev.millrace.web.api.Tidings;
import dev.millrace.web.view.Views;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.staticfiles.JavalinStaticResourceHandler;
import io.javalin.util.JavalinException;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.function.Predicate;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.http.MimeTypes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The HTTP side of the server: pages, API and git under one port.
public final class WebServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);

  /// How long what has begun may take to end when the server is told to stop. Whoever comes meanwhile waits so long.
  private static final Duration GRACE = Duration.ofSeconds(30);

  private static final String FOR_EVER = "public, max-age=31536000, immutable";

  /// Where what was made by others is; its version is part of each address.
  private static final String HTMX = "/webjars/htmx.org";

  /// More than any style sheet or script has, in bytes.
  private static final int LARGEST_FILE = 1 << 20;

  private final Tidings tidings;
  private final Javalin javalin;
  private final Leaving leaving = new Leaving();
  private @Nullable Door door;

  /// Loads what takes Jetty a while: it looks through all locales of the JDK.
  public static void prepare() {
    var _ = MimeTypes.DEFAULTS;
  }

  /// @param git answers below `/git/`
  /// @param entrance where people come in
  /// @param address where people reach the server, without a slash at the end
  public WebServer(
      Store store,
      Engine engine,
      Desk desk,
      Logs logs,
      Works works,
      Servlet git,
      Clock clock,
      Entrance entrance,
      String address) {
    this.tidings = new Tidings(store);
    engine.listen(tidings::arrive);
    var routes = new Routes(store, engine, desk, logs, works, tidings, clock, address);
    var doorkeeper = new Doorkeeper(entrance.host(), address);
    this.javalin = Javalin.create(config -> configure(config, routes, git, doorkeeper, entrance));
  }

  private void configure(
      JavalinConfig config, Routes routes, Servlet git, Doorkeeper doorkeeper, Entrance entrance) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.concurrency.useVirtualThreads = true;
    config.http.prefer405over404 = true;
    // Jetty's way to files mounts the whole class path, which took a fifth of a start and 7,500 objects
    config.resourceHandler(new JavalinStaticResourceHandler());
    serveFiles(config, "/", "/public", FOR_EVER, request -> !isCurrent(request));
    serveFiles(config, "/", "/public", "no-cache", WebServer::isCurrent);
    serveFiles(config, HTMX, "/META-INF/resources" + HTMX, FOR_EVER, _ -> false);
    config.jetty.modifyServletContextHandler(
        context -> {
          context.addFilter(new FilterHolder(doorkeeper), "/*", EnumSet.of(DispatcherType.REQUEST));
          context.addServlet(new ServletHolder("git", git), "/git/*");
        });
    config.jetty.modifyServer(
        server -> {
          server.setHandler(leaving);
          // By the time that Jetty is told to stop, there is nothing to wait for any more.
          server.setStopTimeout(0);
        });
    config.jetty.addConnector((server, configuration) -> door = new Door(server, configuration, entrance));
    routes.addTo(config.routes);
  }

  /// Compressed once and kept in memory.
  ///
  /// @param below where their addresses begin
  /// @param folder where they are in the class path
  /// @param cache how long browsers may keep them
  /// @param skips which requests are not for these files
  private static void serveFiles(
      JavalinConfig config, String below, String folder, String cache, Predicate<HttpServletRequest> skips) {
    config.staticFiles.add(
        files -> {
          files.hostedPath = below;
          files.directory = folder;
          files.headers = Map.of("Cache-Control", cache);
          files.precompressMaxSize = LARGEST_FILE;
          files.skipFileFunction = skips::test;
        });
  }

  /// Whether its address says which content is meant, and that is the present one.
  private static boolean isCurrent(HttpServletRequest request) {
    return request.getQueryString() != null
        && Views.current(request.getRequestURI() + "?" + request.getQueryString());
  }

  public void start() {
    javalin.start();
  }

  /// Nobody is let in any more, and nothing that has begun is lost: see [Leaving].
  @Override
  public void close() {
    // Streams never end by themselves and would take all of the grace.
    tidings.close();
    if (door != null) {
      leaving.seeOut(door, GRACE);
    }
    try {
      javalin.stop();
    } catch (JavalinException e) {
      LOG.info("The web server did not stop as it should", e);
    }
  }
}
