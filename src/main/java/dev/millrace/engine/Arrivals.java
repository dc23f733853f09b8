package dev.millrace.engine;

import dev.millrace.change.Aim;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Event;
import dev.millrace.git.Mirrors;
import dev.millrace.git.Repositories;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.RemoteUrl;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.store.Store;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What has moved in a mirror is told to the engine as if it had been pushed here.
///
/// A mirror moves before the engine can record it, as a repository of ours does. So what is told is not what a fetch says
/// it has moved, but how the branches differ from those that were recorded: nothing is lost when the server dies in
/// between, and nothing is told twice.
final class Arrivals {
  private static final Logger LOG = LoggerFactory.getLogger(Arrivals.class);

  /// How many promotions can have followed each other before any of them was recorded.
  private static final int UNRECORDED = 100;

  private final Engine engine;
  private final Store store;
  private final Repositories repositories;
  private final Mirrors mirrors;
  private final LostPushes lostPushes;
  private final Clock clock;
  private final Map<RepositoryName, Object> locks = new ConcurrentHashMap<>();

  Arrivals(
      Engine engine, Store store, Repositories repositories, Mirrors mirrors, LostPushes lostPushes, Clock clock) {
    this.engine = engine;
    this.store = store;
    this.repositories = repositories;
    this.mirrors = mirrors;
    this.lostPushes = lostPushes;
    this.clock = clock;
  }

  /// Tells the engine what it does not know of a mirror yet, and answers when that is stored.
  ///
  /// @return all that moved but by promotions of ours
  List<Movement> takeUp(RepositoryName mirror, RemoteUrl url) {
    synchronized (locks.computeIfAbsent(mirror, _ -> new Object())) {
      // in this order: what is recorded meanwhile would look as if it had been taken back
      SortedMap<BranchName, CommitId> recorded = repositories.recorded(mirror);
      SortedMap<BranchName, Commit> heads = mirrors.branches(mirror);
      if (recorded.isEmpty()) {
        return first(mirror, url, heads);
      }
      var moved = new ArrayList<Movement>();
      heads.forEach((branch, head) -> moved(mirror, url, branch, head, recorded.get(branch)).ifPresent(moved::add));
      recorded.forEach(
          (branch, before) -> {
            if (!heads.containsKey(branch)) {
              gone(mirror, branch, before).ifPresent(moved::add);
            }
          });
      return moved;
    }
  }

  /// A remote with a long past is met: what is there is not news, except what asks to be integrated and what that would
  /// stand on.
  private List<Movement> first(RepositoryName mirror, RemoteUrl url, SortedMap<BranchName, Commit> heads) {
    var moved = new ArrayList<Movement>();
    var news = new TreeMap<BranchName, Commit>();
    heads.forEach(
        (branch, head) -> {
          if (isNews(mirror, branch, head.id())) {
            news.put(branch, head);
          } else {
            lostPushes.recorded(mirror, branch, head.id());
          }
        });
    news.forEach((branch, head) -> moved(mirror, url, branch, head, null).ifPresent(moved::add));
    return moved;
  }

  private boolean isNews(RepositoryName mirror, BranchName branch, CommitId head) {
    return pipelines(mirror)
        .anyMatch(
            pipeline -> {
              Integration integration = pipeline.integration();
              boolean named = pipeline.pushes().stream().anyMatch(pattern -> pattern.text().equals(branch.text()));
              return integration == null
                  ? named
                  : integration.into().equals(branch)
                      || (integration.claims(branch) && !repositories.contains(mirror, integration.into(), head));
            });
  }

  private Optional<Movement> moved(
      RepositoryName mirror, RemoteUrl url, BranchName branch, Commit head, @Nullable CommitId before) {
    if (head.id().equals(before)) {
      return Optional.empty();
    }
    boolean rewritten = before != null && repositories.containing(mirror, before, Set.of(head.id())).isEmpty();
    boolean ours = before != null && ours(branch, head.id(), before);
    if (!ours) {
      LOG.info("{} of {} is at {} now", branch, url, head.id().abbreviated());
      String by = "a push by " + head.author() + " to " + url.host() + (rewritten ? " that rewrote it" : "");
      engine.tell(new Event.BranchMoved(clock.instant(), mirror, branch, head, by)).join();
    }
    lostPushes.recorded(mirror, branch, head.id());
    return ours ? Optional.empty() : Optional.of(new Movement(branch, before, head.id(), rewritten));
  }

  /// Whether promotions have brought the branch from there to here.
  private boolean ours(BranchName branch, CommitId head, CommitId before) {
    CommitId at = head;
    for (int i = 0; i < UNRECORDED; i++) {
      CommitId candidate = at;
      Optional<CommitId> base =
          store.containing(candidate).stream()
              .flatMap(id -> Stream.ofNullable(engine.now().changes().get(id)).findFirst().or(() -> store.change(id)).stream())
              .filter(change -> change.aim() instanceof Aim.Integrate(var _, var into) && into.equals(branch))
              .filter(change -> change.landed() || LostPushes.promotes(change))
              .flatMap(change -> Stream.ofNullable(change.candidate()))
              .filter(its -> its.commit().equals(candidate) && !its.base().equals(candidate))
              .map(its -> its.base())
              .findFirst();
      if (base.isEmpty()) {
        return false;
      }
      if (base.get().equals(before)) {
        return true;
      }
      at = base.get();
    }
    return false;
  }

  private Optional<Movement> gone(RepositoryName mirror, BranchName branch, CommitId before) {
    if (landing(mirror, branch, before)) {
      // what deletes it records that, too
      return Optional.empty();
    }
    boolean landed =
        pipelines(mirror)
            .flatMap(pipeline -> Stream.ofNullable(pipeline.integration()))
            .anyMatch(integration -> repositories.contains(mirror, integration.into(), before));
    if (!landed) {
      LOG.info("{} of {} is gone", branch, mirror);
      engine.tell(new Event.BranchDeleted(clock.instant(), mirror, branch)).join();
    }
    lostPushes.recorded(mirror, branch, null);
    return Optional.of(new Movement(branch, before, null, false));
  }

  private boolean landing(RepositoryName mirror, BranchName branch, CommitId tip) {
    return engine.now().changes().values().stream()
        .filter(change -> change.pipeline().repository().equals(mirror) && change.commit().id().equals(tip))
        .anyMatch(change -> branch.equals(change.aim().branch()) && LostPushes.promotes(change));
  }

  private Stream<Pipeline> pipelines(RepositoryName mirror) {
    return engine.now().definitions().values().stream()
        .map(Definition::pipeline)
        .filter(pipeline -> pipeline.repository().equals(mirror));
  }
}
