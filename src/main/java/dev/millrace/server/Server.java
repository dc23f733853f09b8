package dev.millrace.server;

import dev.millrace.backup.Backup;
import dev.millrace.backup.BackupFile;
import dev.millrace.backup.Hatch;
import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Source;
import dev.millrace.engine.Desk;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Works;
import dev.millrace.git.GitHost;
import dev.millrace.git.Mirrors;
import dev.millrace.git.Remotes;
import dev.millrace.git.Repositories;
import dev.millrace.log.Logs;
import dev.millrace.runner.Runner;
import dev.millrace.store.Store;
import dev.millrace.web.Entrance;
import dev.millrace.web.WebServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A running server. Closing it lets go of everything and leaves running steps running.
public final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);

  private final Store store;
  private final Repositories repositories;
  private final Remotes remotes;
  private final Works works;
  private final WebServer web;
  private final Hatch hatch;
  private final String address;

  /// Begins to load what takes long to load, beside whatever is done until a server is made.
  public static void prepare() {
    var _ = Loading.REST;
  }

  /// What a start waits for before it uses the same classes, for their initializers must not meet.
  private static final class Loading {
    private static final Executor ASIDE = load -> Thread.ofPlatform().daemon().name("loading").start(load);

    static final CompletableFuture<Void> STORE = CompletableFuture.runAsync(Store::prepare, ASIDE);

    static final CompletableFuture<Void> REST =
        STORE.thenRunAsync(
            () -> {
              Repositories.prepare();
              WebServer.prepare();
            },
            ASIDE);
  }

  /// @param runner given the installation's id, what executes its steps
  public Server(Settings settings, Function<String, Runner> runner, Clock clock) {
    Path data = settings.data().toAbsolutePath().normalize();
    createWritable(data);
    // Before anything is begun: the web server comes last, and by then steps may run already.
    Entrance entrance = Entrance.open(settings.listen(), settings.port());
    address = settings.url().isEmpty() ? "http://localhost:" + entrance.port() : settings.url().replaceAll("/+$", "");

    var reader = new DefinitionReader(settings.fileRemotes());
    String database = settings.database().isEmpty() ? Store.h2(data) : settings.database();
    Loading.STORE.join();
    store = Store.open(database, (name, path, text) -> reader.pipeline(name, new Source(path, text)));
    Loading.REST.join();
    repositories = new Repositories(data.resolve("git"));
    Path credentials = settings.credentials() == null ? data.resolve("credentials") : settings.credentials();
    remotes = new Remotes(data.resolve("ssh"), credentials, settings.fileRemotes());
    if (settings.apart()) {
      remotes.silence();
    }
    var mirrors = new Mirrors(repositories, remotes);
    var engine = new Engine(store);
    var logs = new Logs(data.resolve("logs"));
    works =
        new Works(
            engine, store, repositories, mirrors, reader, runner.apply(store.installation()), logs, clock,
            settings.steps(), settings.keepAlive());
    var desk = new Desk(engine, store, repositories, clock);
    var git = new GitHost(repositories, works.pushes(address), settings.largestPush());
    web = new WebServer(store, engine, desk, logs, works, git.servlet(), clock, entrance, address);
    works.start();
    web.start();
    hatch = new Hatch(data, new Backup(data, store, repositories, clock));
    LOG.info("Millrace listens on {}", entrance);
  }

  private static void createWritable(Path data) {
    try {
      Files.createDirectories(data);
      String obstacle = BackupFile.obstacle(data);
      if (obstacle != null) {
        throw new UncheckedIOException(obstacle, new IOException());
      }
      Files.delete(Files.createTempFile(data, "writable", ""));
    } catch (IOException e) {
      throw new UncheckedIOException("the data directory " + data + " cannot be written: choose another by --data", e);
    }
  }

  /// Where people reach it, without a slash at the end.
  public String address() {
    return address;
  }

  /// No step begins any more, then everybody is seen out, then the rest lets go.
  @Override
  public void close() {
    LOG.info("Millrace is stopping");
    hatch.close();
    works.leave();
    web.close();
    remotes.close();
    works.close();
    repositories.close();
    store.close();
  }
}
