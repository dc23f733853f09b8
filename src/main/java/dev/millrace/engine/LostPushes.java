package dev.millrace.engine;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Event;
import dev.millrace.git.GitTrouble;
import dev.millrace.git.RefMove;
import dev.millrace.git.Repositories;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.store.Store;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A push moves its branch before the engine can record it. If the server dies in between, the branch has moved and
/// nobody knows. So the repository itself keeps, for every branch, the head that the engine has recorded; where the two
/// differ at a start, a push was lost, and is taken up.
final class LostPushes {
  private static final Logger LOG = LoggerFactory.getLogger(LostPushes.class);

  private final Engine engine;
  private final Store store;
  private final Repositories repositories;
  private final Clock clock;
  private final Predicate<RepositoryName> hosted;

  /// @param hosted not a mirror: those have [Arrivals]
  LostPushes(
      Engine engine, Store store, Repositories repositories, Clock clock, Predicate<RepositoryName> hosted) {
    this.engine = engine;
    this.store = store;
    this.repositories = repositories;
    this.clock = clock;
    this.hosted = hosted;
  }

  /// The engine has recorded that the branch is there now; null: that it is gone.
  void recorded(RepositoryName repository, BranchName branch, @Nullable CommitId head) {
    try {
      repositories.record(repository, branch, head);
    } catch (GitTrouble e) {
      // then the next start looks at this branch once more than needed
      LOG.warn("{} of {} is not noted as recorded: {}", branch, repository, e.getMessage());
    }
  }

  /// The engine has recorded that the branches are where they have moved.
  void recorded(RepositoryName repository, List<RefMove> moves) {
    try {
      repositories.record(repository, moves);
    } catch (GitTrouble e) {
      LOG.warn("{} branches of {} are not noted as recorded: {}", moves.size(), repository, e.getMessage());
    }
  }

  /// Takes up what was lost. To be called before anything that is owed is performed.
  void find() {
    var repositoriesInUse = new TreeSet<RepositoryName>();
    engine.now().definitions().values().forEach(definition -> repositoriesInUse.add(definition.pipeline().repository()));
    for (RepositoryName repository : repositoriesInUse) {
      try {
        if (hosted.test(repository)) {
          find(repository);
        }
      } catch (GitTrouble e) {
        // one that is damaged must not keep the others waiting
        LOG.error("{} cannot be read; restore it from a backup and start again: {}", repository, e.getMessage());
      }
    }
  }

  private void find(RepositoryName repository) {
    SortedMap<BranchName, Commit> heads = repositories.branches(repository);
    SortedMap<BranchName, CommitId> recorded = repositories.recorded(repository);
    for (Map.Entry<BranchName, Commit> head : heads.entrySet()) {
      BranchName branch = head.getKey();
      Commit commit = head.getValue();
      CommitId before = recorded.get(branch);
      if (commit.id().equals(before)) {
        continue;
      }
      if (!ours(branch, commit.id()) && (before != null || unknown(repository, branch, commit.id()))) {
        LOG.info("{} of {} was pushed and not recorded; it is taken up now", branch, repository);
        String by = "a push by " + commit.author();
        engine.tell(new Event.BranchMoved(clock.instant(), repository, branch, commit, by)).join();
      }
      recorded(repository, branch, commit.id());
    }
    for (Map.Entry<BranchName, CommitId> gone : recorded.entrySet()) {
      if (!heads.containsKey(gone.getKey())) {
        if (!landed(repository, gone.getKey(), gone.getValue())) {
          LOG.info("{} of {} was deleted and that was not recorded; it is taken up now", gone.getKey(), repository);
          engine.tell(new Event.BranchDeleted(clock.instant(), repository, gone.getKey())).join();
        }
        recorded(repository, gone.getKey(), null);
      }
    }
  }

  /// A candidate that its integration has brought there: its promotion was decided, or is known to have landed. Any
  /// other that is found there was brought by a later life of this server, from which a backup brought us back: the
  /// same as if somebody else had moved the branch.
  private boolean ours(BranchName branch, CommitId commit) {
    return store.containing(commit).stream()
        .flatMap(id -> Stream.ofNullable(engine.now().changes().get(id)).findFirst().or(() -> store.change(id)).stream())
        .anyMatch(
            change ->
                change.aim() instanceof Aim.Integrate(var _, var into)
                    && into.equals(branch)
                    && !change.commit().id().equals(commit)
                    && (change.landed() || promotes(change)));
  }

  /// Whether its promotion is decided and has not ended.
  static boolean promotes(Change change) {
    return change.attempts().stream()
        .filter(attempt -> !attempt.ended())
        .anyMatch(attempt -> change.pipeline().find(attempt.id().stage()).filter(Stage::promotes).isPresent());
  }

  /// Whether no pipeline has had a change for it: where nothing was recorded, an older version or a crash may have been
  /// content with that.
  private boolean unknown(RepositoryName repository, BranchName branch, CommitId commit) {
    return pipelines(repository).noneMatch(pipeline -> store.known(pipeline.name(), branch, commit));
  }

  /// Whether the branch was deleted by its own promotion. Squashed or rebased, it is on the target under another name.
  private boolean landed(RepositoryName repository, BranchName branch, CommitId commit) {
    boolean brought =
        engine.now().changes().values().stream()
            .filter(change -> change.pipeline().repository().equals(repository) && change.commit().id().equals(commit))
            .anyMatch(
                change ->
                    change.aim() instanceof Aim.Integrate(var its, var into)
                        && its.equals(branch)
                        && repositories.brought(repository, into, change.id()));
    if (brought) {
      return true;
    }
    return pipelines(repository)
        .flatMap(pipeline -> Optional.ofNullable(pipeline.integration()).stream())
        .anyMatch(integration -> repositories.contains(repository, integration.into(), commit));
  }

  private Stream<Pipeline> pipelines(RepositoryName repository) {
    return engine.now().definitions().values().stream()
        .map(Definition::pipeline)
        .filter(pipeline -> pipeline.repository().equals(repository));
  }
}
