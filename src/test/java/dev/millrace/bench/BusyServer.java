package dev.millrace.bench;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.definition.DefinitionReader;
import dev.millrace.engine.Desk;
import dev.millrace.engine.Engine;
import dev.millrace.engine.Progress;
import dev.millrace.engine.Works;
import dev.millrace.flow.AttemptEvent;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.flow.Event;
import dev.millrace.git.Repositories;
import dev.millrace.log.Logs;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.runner.Runner;
import dev.millrace.store.Store;
import dev.millrace.web.Entrance;
import dev.millrace.web.WebServer;
import io.javalin.Javalin;
import jakarta.servlet.http.HttpServlet;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The server's web, engine and store with nothing behind them: no container is ever started. What moves is told to the
/// engine from here, so often a second as standard input says: `busy 20`. Every commit is printed with its time:
/// `committed 4711 1763700000000000` is the sequence and microseconds.
final class BusyServer {
  private static final int ABREAST = 3;

  private final Store store;
  private final Engine engine;
  private volatile int rate;
  private int branches;

  private BusyServer(Store store, Engine engine) {
    this.store = store;
    this.engine = engine;
  }

  /// @param arguments the port, the data directory, the port of a bare server beside
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int port = Integer.parseInt(arguments[0]);
    Path data = Path.of(arguments[1]);
    Store store = Filling.open(data);
    var engine = new Engine(store);
    var repositories = new Repositories(data.resolve("git"));
    var logs = new Logs(data.resolve("logs"));
    var works = new Works(engine, store, repositories, new dev.millrace.git.Mirrors(repositories, new dev.millrace.git.Remotes(data.resolve("ssh"), data.resolve("credentials"), false)), new DefinitionReader(), new Idle(), logs, Clock.systemUTC(), 1, Progress.KEEP_ALIVE);
    var desk = new Desk(engine, store, repositories, Clock.systemUTC());
    var web =
        new WebServer(
            store, engine, desk, logs, works, new HttpServlet() {}, Clock.systemUTC(),
            Entrance.open("127.0.0.1", port), "http://localhost:" + port);
    var busy = new BusyServer(store, engine);
    engine.listen(_ -> System.out.println("committed " + store.lastSequence() + " " + micros(Instant.now())));
    engine.start();
    web.start();
    beside(Integer.parseInt(arguments[2]));
    Thread.ofPlatform().daemon().start(busy::write);
    busy.obey();
  }

  static long micros(Instant at) {
    return at.getEpochSecond() * 1_000_000 + at.getNano() / 1_000;
  }

  /// Answers `/bytes?of=` with so many bytes from memory: what HTTP alone costs.
  private static void beside(int port) {
    byte[] bytes = new byte[4 << 20];
    Javalin.create(
            config -> {
              config.startup.showJavalinBanner = false;
              config.concurrency.useVirtualThreads = true;
              config.routes.get(
                  "/bytes",
                  context -> {
                    int length = Integer.parseInt(context.queryParam("of"));
                    context.res().setContentLength(length);
                    context.res().getOutputStream().write(bytes, 0, length);
                  });
            })
        .start("127.0.0.1", port);
  }

  private void obey() throws IOException {
    var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String command = commands.readLine(); command != null; command = commands.readLine()) {
      rate = Integer.parseInt(command.substring("busy ".length()));
    }
    System.exit(0);
  }

  private void write() {
    try {
      long next = System.nanoTime();
      while (true) {
        int now = rate;
        if (now == 0) {
          Thread.sleep(20);
          next = System.nanoTime();
          continue;
        }
        engine.tell(next()).join();
        next += 1_000_000_000L / now;
        long left = next - System.nanoTime();
        if (left > 0) {
          Thread.sleep(left / 1_000_000, (int) (left % 1_000_000));
        }
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Some attempt of the first pipeline goes on; a new change comes where there are too few.
  private Event next() {
    var name = Filling.name(0);
    List<Change> moving =
        engine.now().changes().values().stream().filter(change -> change.id().pipeline().text().equals(name)).toList();
    if (moving.size() < ABREAST) {
      branches++;
      var commit = new Commit(new CommitId("%08x%032x".formatted(0xb0b, System.nanoTime())), "Go on " + branches, "Ada");
      return new Event.BranchMoved(
          Instant.now(), new RepositoryName("r-00"), new BranchName("work/busy-" + System.nanoTime()), commit, "a push");
    }
    Attempt attempt =
        moving.stream()
            .flatMap(change -> change.attempts().stream())
            .filter(its -> !its.ended())
            .findFirst()
            .orElseThrow();
    return new Event.Tried(
        attempt.id(),
        attempt.state() instanceof AttemptState.Planned
            ? new AttemptEvent.Started(Instant.now())
            : new AttemptEvent.Succeeded(Instant.now()));
  }

  /// Never asked for anything.
  private record Idle() implements Runner {
    @Override
    public void prepare(Assignment assignment, Workspace workspace) {}

    @Override
    public Outcome run(Assignment assignment, Workspace workspace, Output output) {
      throw new IllegalStateException("nothing runs here");
    }

    @Override
    public void stop(AttemptId attempt) {}

    @Override
    public void release(AttemptId attempt) {}

    @Override
    public Set<AttemptId> holding() {
      return Set.of();
    }

    @Override
    public Optional<String> trouble() {
      return Optional.empty();
    }

    @Override
    public void close() {}
  }
}
