package dev.millrace.engine;

import dev.millrace.change.AttemptId;
import dev.millrace.change.CommitId;
import dev.millrace.definition.DefinitionReader;
import dev.millrace.flow.Effect;
import dev.millrace.flow.Event;
import dev.millrace.git.Mirrors;
import dev.millrace.git.Pushes;
import dev.millrace.git.Repositories;
import dev.millrace.log.Logs;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RemoteUrl;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.runner.Runner;
import dev.millrace.store.Store;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The engine with the world around it: what performs, what watches the pipeline repository, and how both come back
/// after a stop or a crash.
public final class Works implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Works.class);

  private final Engine engine;
  private final Repositories repositories;
  private final Pulse pulse;
  private final Clock clock;
  private final Definitions definitions;
  private final Mirrors mirrors;
  private final LostPushes lostPushes;
  private final Arrivals arrivals;
  private final Promoter promoter;
  private final Fetcher fetcher;
  private final Sweep sweep;
  private final Steps containers;
  private final Performer performer;
  private final Progress progress;

  /// @param steps how many containers may run at once
  /// @param keepAlive after how long a silence something is said to whoever waits for a change
  public Works(
      Engine engine,
      Store store,
      Repositories repositories,
      Mirrors mirrors,
      DefinitionReader reader,
      Runner runner,
      Logs logs,
      Clock clock,
      int steps,
      Duration keepAlive) {
    this.engine = engine;
    this.repositories = repositories;
    this.pulse = new Pulse(runner::trouble, System::nanoTime);
    this.clock = clock;
    this.mirrors = mirrors;
    this.lostPushes = new LostPushes(engine, store, repositories, clock, name -> mirrors.url(name).isEmpty());
    this.arrivals = new Arrivals(engine, store, repositories, mirrors, lostPushes, clock);
    this.promoter = new Promoter(engine, mirrors, clock);
    this.fetcher = new Fetcher(mirrors, arrivals, clock, promoter::reachable);
    this.definitions = new Definitions(repositories, reader, engine, fetcher, clock);
    this.sweep = new Sweep(engine, runner);
    this.containers = new Steps(engine, repositories, runner, logs, sweep, clock, steps);
    this.progress = new Progress(engine, store, logs, clock, keepAlive);
    this.performer = new Performer(engine, repositories, promoter, containers, clock, this::landed, this::moved, this::advanced);
  }

  /// Who hears of pushes.
  ///
  /// @param address where people reach this server, without a slash at the end
  public Pushes pushes(String address) {
    return new PushGate(engine, definitions, lostPushes, progress, clock, address);
  }

  /// Who tells what becomes of changes.
  public Progress progress() {
    return progress;
  }

  /// Takes up what was left: what is owed by what was in flight, pushes whose record a crash has lost, containers that
  /// belong to nothing.
  public void start() {
    engine.listen(performer::owe);
    engine.listen(progress::hear);
    engine.listen(_ -> promoter.decided());
    engine.start();
    definitions.load();
    lostPushes.find();
    engine.now().changes().keySet().forEach(performer::owe);
    sweep.start();
    fetcher.start();
  }

  /// What keeps the mirrors as their remotes are.
  public Fetcher fetcher() {
    return fetcher;
  }

  /// The public half of the key that Millrace shows by ssh, in one line; made if there is none.
  public String publicKey() {
    return mirrors.publicKey();
  }

  /// Why steps cannot be run now or late only, as a sentence; empty when all is well. Does not wait for a container engine
  /// that is slow.
  public Optional<String> trouble() {
    return engine.trouble().or(definitions::trouble).or(containers::trouble).or(pulse::trouble);
  }

  /// What steps wait for that have not begun, in words that follow "waits for".
  public Map<AttemptId, String> waiting() {
    return containers.waiting();
  }

  /// A promotion has found that somebody else moves the target, and has fetched that.
  private void moved(Effect.Promote promotion) {
    mirrors
        .url(promotion.repository())
        .ifPresent(
            url ->
                arrivals.takeUp(promotion.repository(), url).stream()
                    .filter(movement -> movement.branch().equals(promotion.into()) && movement.rewritten())
                    .forEach(_ -> rewritten(promotion, url)));
  }

  private void rewritten(Effect.Promote promotion, RemoteUrl url) {
    String sentence =
        promotion.into() + " was rewritten at " + url.host() + ": it does not contain "
            + promotion.candidate().base().abbreviated() + " any more";
    engine.tell(new Event.Noted(clock.instant(), promotion.attempt().change(), sentence));
  }

  private void landed(Effect.Promote promotion) {
    RepositoryName repository = promotion.repository();
    lostPushes.recorded(repository, promotion.into(), promotion.candidate().commit());
    for (Effect.Tip tip : promotion.branches()) {
      if (repositories.branch(repository, tip.branch()).isEmpty()) {
        lostPushes.recorded(repository, tip.branch(), null);
      }
    }
    reload(repository, promotion.into());
  }

  private void advanced(Effect.Advance advance, CommitId head) {
    lostPushes.recorded(advance.repository(), advance.to(), head);
    reload(advance.repository(), advance.to());
  }

  /// The pipeline repository can be integrated like any other.
  private void reload(RepositoryName repository, BranchName moved) {
    if (repository.equals(Definitions.REPOSITORY) && moved.equals(Definitions.MAIN)) {
      definitions.load();
    }
  }

  /// The server is about to stop: no step begins any more, and those who wait for changes are sent away. What has begun
  /// goes on, and what is asked for is stored.
  public void leave() {
    performer.leave();
    progress.close();
  }

  /// Stops deciding and performing; running steps run on.
  @Override
  public void close() {
    fetcher.close();
    sweep.close();
    performer.close();
    engine.close();
  }
}
