package dev.millrace.engine;

import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Problem;
import dev.millrace.definition.Reading;
import dev.millrace.definition.Source;
import dev.millrace.flow.Event;
import dev.millrace.git.Repositories;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.RepositoryName;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The pipeline repository: what is on its main is what the pipelines are.
final class Definitions {
  static final RepositoryName REPOSITORY = new RepositoryName("pipelines");
  static final BranchName MAIN = new BranchName("main");
  private static final Logger LOG = LoggerFactory.getLogger(Definitions.class);

  private final Repositories repositories;
  private final DefinitionReader reader;
  private final Engine engine;
  private final Fetcher fetcher;
  private final Clock clock;
  private volatile @Nullable String trouble;

  /// Repositories that pipelines are the first to name.
  record Created(List<RepositoryName> hosted, List<MirrorState> mirrored) {
    static final Created NOTHING = new Created(List.of(), List.of());
  }

  Definitions(Repositories repositories, DefinitionReader reader, Engine engine, Fetcher fetcher, Clock clock) {
    this.repositories = repositories;
    this.reader = reader;
    this.engine = engine;
    this.fetcher = fetcher;
    this.clock = clock;
  }

  /// What the definitions of this commit are, or what is wrong with them.
  Reading read(CommitId commit) {
    Set<Source> sources =
        repositories
            .files(REPOSITORY, commit, path -> path.endsWith(".yml") || path.endsWith(".yaml"))
            .stream()
            .map(file -> new Source(file.path(), file.text()))
            .collect(Collectors.toSet());
    Collection<Definition> today = engine.now().definitions().values();
    Set<Source> known =
        today.stream()
            .map(definition -> new Source(definition.path(), definition.text()))
            .collect(Collectors.toSet());
    // nothing to check at a start, as a rule: that would cost more than the rest of it
    return sources.equals(known) ? new Reading.Accepted(List.copyOf(today)) : reader.read(commit.hex(), sources);
  }

  /// Makes what is on main the definitions of today, and creates the repositories that they name.
  ///
  /// @return those repositories that are new
  synchronized Created load() {
    repositories.create(REPOSITORY);
    Optional<Commit> head = repositories.branch(REPOSITORY, MAIN);
    if (head.isEmpty()) {
      return Created.NOTHING;
    }
    return switch (read(head.get().id())) {
      case Reading.Accepted(List<Definition> definitions) -> {
        var wanted = new TreeSet<RepositoryName>();
        definitions.stream()
            .map(Definition::pipeline)
            .filter(pipeline -> pipeline.remote() == null)
            .forEach(pipeline -> wanted.add(pipeline.repository()));
        wanted.removeIf(repositories::has);
        wanted.forEach(repositories::create);
        List<MirrorState> mirrored = fetcher.create(definitions);
        engine.tell(new Event.Defined(clock.instant(), definitions)).join();
        fetcher.follow(definitions);
        trouble = null;
        yield new Created(List.copyOf(wanted), mirrored);
      }
      case Reading.Refused(List<Problem> problems) -> {
        trouble =
            "The pipelines stay as they were, because main of the repository " + REPOSITORY + " cannot be used: "
                + problems.getFirst()
                + (problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)");
        LOG.error("{}: {}", trouble, problems);
        fetcher.follow(engine.now().definitions().values());
        yield Created.NOTHING;
      }
    };
  }

  /// What is wrong with main of the pipeline repository: pushes are checked, but an older version may have accepted what
  /// this one does not.
  Optional<String> trouble() {
    return Optional.ofNullable(trouble);
  }
}
