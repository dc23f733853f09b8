package dev.millrace.engine;

import dev.millrace.git.FetchOutcome;
import dev.millrace.git.GitTrouble;
import dev.millrace.git.Mirrors;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Remote;
import dev.millrace.pipeline.RepositoryName;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the mirrors as their remotes are: looks there again and again, and at once when somebody wishes it. Each mirror
/// has a thread of its own, so that none waits for another's remote.
///
/// A remote that does not answer is asked less and less often, and never given up.
public final class Fetcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Fetcher.class);
  private static final Backoff PAUSES = new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(15));

  private final Mirrors mirrors;
  private final Arrivals arrivals;
  private final Clock clock;
  private final Consumer<RepositoryName> reached;
  private final Map<RepositoryName, Follower> followers = new TreeMap<>();
  private boolean started;

  /// What came of a look.
  public record Report(MirrorState state, List<Movement> moved) {
    public Report {
      moved = List.copyOf(moved);
    }
  }

  /// @param reached told of each remote that has answered
  Fetcher(Mirrors mirrors, Arrivals arrivals, Clock clock, Consumer<RepositoryName> reached) {
    this.mirrors = mirrors;
    this.arrivals = arrivals;
    this.clock = clock;
    this.reached = reached;
  }

  /// Makes an empty mirror for each remote that has none. To be called before the engine knows the definitions, so that
  /// it never knows a repository that is not there.
  ///
  /// @return the mirrors that are new
  List<MirrorState> create(Collection<Definition> definitions) {
    var created = new ArrayList<MirrorState>();
    wanted(definitions)
        .forEach(
            (name, remote) -> {
              var follower = new Follower(name, remote);
              if (follower.create()) {
                created.add(follower.state());
              }
            });
    return created;
  }

  /// The shortest interval that any pipeline wants for a remote counts for all of them.
  private static Map<RepositoryName, Remote> wanted(Collection<Definition> definitions) {
    var wanted = new TreeMap<RepositoryName, Remote>();
    for (Definition definition : definitions) {
      Remote remote = definition.pipeline().remote();
      if (remote != null) {
        wanted.merge(definition.pipeline().repository(), remote, (a, b) -> a.poll().compareTo(b.poll()) <= 0 ? a : b);
      }
    }
    return wanted;
  }

  /// These are the definitions now: remotes that none of them names are not looked at any more. To be called when the
  /// engine knows them: what a look brings is for the pipelines that there are.
  synchronized void follow(Collection<Definition> definitions) {
    Map<RepositoryName, Remote> wanted = wanted(definitions);
    followers.entrySet().removeIf(
        entry -> {
          boolean gone = !wanted.containsKey(entry.getKey());
          if (gone) {
            entry.getValue().end();
          }
          return gone;
        });
    wanted.forEach(
        (name, remote) -> {
          Follower known = followers.get(name);
          if (known != null) {
            known.follow(remote);
            return;
          }
          var follower = new Follower(name, remote);
          followers.put(name, follower);
          if (started) {
            follower.begin();
          }
        });
  }

  /// From now on remotes are looked at.
  synchronized void start() {
    started = true;
    followers.values().forEach(Follower::begin);
  }

  /// How each mirror stands, by name.
  public synchronized List<MirrorState> states() {
    return followers.values().stream().map(Follower::state).toList();
  }

  /// How a mirror stands; empty when no pipeline names its remote.
  public synchronized Optional<MirrorState> state(RepositoryName mirror) {
    return Optional.ofNullable(followers.get(mirror)).map(Follower::state);
  }

  /// Looks at the remote at once. All who wish it before a look begins share it; a look that is under way may have seen
  /// too little for who wishes it now, and is followed by another.
  ///
  /// @return empty when no pipeline names its remote
  public synchronized Optional<CompletableFuture<Report>> fetch(RepositoryName mirror) {
    return Optional.ofNullable(followers.get(mirror)).map(Follower::wish);
  }

  @Override
  public synchronized void close() {
    followers.values().forEach(Follower::end);
    followers.clear();
  }

  /// One mirror and its thread.
  private final class Follower {
    private final RepositoryName name;
    private Remote remote;
    private CompletableFuture<Report> next = new CompletableFuture<>();
    private boolean wished = true;
    private boolean ended;
    private int failures;
    private MirrorState state;
    private @Nullable Thread thread;

    Follower(RepositoryName name, Remote remote) {
      this.name = name;
      this.remote = remote;
      this.state = new MirrorState(name, remote.url(), remote.poll(), false, null, "", null, null);
    }

    /// Whether the mirror is new; what keeps it from being made is said when it is looked at.
    boolean create() {
      try {
        return mirrors.create(name, remote);
      } catch (GitTrouble trouble) {
        LOG.error("{} is not mirrored", remote.url(), trouble);
        return false;
      }
    }

    synchronized void begin() {
      if (thread == null) {
        thread = Thread.ofVirtual().name("fetch " + name).start(this::work);
      }
    }

    synchronized void follow(Remote now) {
      if (!now.equals(remote)) {
        remote = now;
        wished = true;
        notifyAll();
      }
    }

    synchronized MirrorState state() {
      return state;
    }

    synchronized CompletableFuture<Report> wish() {
      wished = true;
      notifyAll();
      return next;
    }

    synchronized void end() {
      ended = true;
      notifyAll();
      if (thread != null) {
        thread.interrupt();
      }
      next.completeExceptionally(new IllegalStateException(name + " is not looked at any more"));
    }

    private void work() {
      try {
        while (true) {
          CompletableFuture<Report> wishes = awaitTurn();
          Remote now = began();
          FetchOutcome outcome = new FetchOutcome.Failed("", true);
          List<Movement> moved = List.of();
          try {
            mirrors.create(name, now);
            outcome = mirrors.fetch(name);
            // also what an earlier look has brought and could not tell
            moved = arrivals.takeUp(name, now.url());
          } catch (RuntimeException e) {
            if (isEnded()) {
              wishes.completeExceptionally(new IllegalStateException(name + " is not looked at any more"));
              return;
            }
            LOG.error("{} cannot be followed", now.url(), e);
            outcome = new FetchOutcome.Failed("what moved at " + now.url().host() + " cannot be taken up (" + e.getMessage() + ")", true);
          }
          MirrorState seen = ended(now, outcome);
          wishes.complete(new Report(seen, moved));
          if (outcome instanceof FetchOutcome.Fetched) {
            reached.accept(name);
          }
        }
      } catch (InterruptedException e) {
        LOG.debug("{} is not followed any more", name);
      }
    }

    private synchronized boolean isEnded() {
      return ended;
    }

    /// Waits until it is time or somebody wishes it.
    private synchronized CompletableFuture<Report> awaitTurn() throws InterruptedException {
      long pause = pause().toNanos();
      if (!wished) {
        state = with(false, clock.instant().plusNanos(pause));
      }
      long end = System.nanoTime() + pause;
      while (!ended && !wished && end - System.nanoTime() > 0) {
        wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
      }
      if (ended) {
        throw new InterruptedException("it is not followed any more");
      }
      CompletableFuture<Report> wishes = next;
      next = new CompletableFuture<>();
      wished = false;
      return wishes;
    }

    private Duration pause() {
      return failures == 0 ? remote.poll() : PAUSES.pause(failures, ThreadLocalRandom.current().nextDouble());
    }

    private synchronized Remote began() {
      state = with(true, null);
      return remote;
    }

    private synchronized MirrorState ended(Remote looked, FetchOutcome outcome) {
      Instant at = clock.instant();
      switch (outcome) {
        case FetchOutcome.Fetched _ -> {
          if (failures > 0) {
            LOG.info("{} answers again", looked.url());
          }
          failures = 0;
          state = new MirrorState(name, looked.url(), looked.poll(), false, at, "", null, null);
        }
        case FetchOutcome.Failed(String because, boolean _) -> {
          if (!because.equals(state.trouble())) {
            LOG.warn("{}: {}", looked.url(), because);
          }
          failures++;
          Instant since = state.since() == null ? at : state.since();
          state = new MirrorState(name, looked.url(), looked.poll(), false, state.fetchedAt(), because, since, null);
        }
      }
      return state;
    }

    private MirrorState with(boolean fetching, @Nullable Instant nextAt) {
      return new MirrorState(
          name, remote.url(), remote.poll(), fetching, state.fetchedAt(), state.trouble(), state.since(), nextAt);
    }
  }
}
