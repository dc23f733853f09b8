package dev.millrace.engine;

import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.engine.Whereabouts.How;
import dev.millrace.engine.Whereabouts.Sighting;
import dev.millrace.git.Repositories;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.store.Filter;
import dev.millrace.store.Store;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Finds where a commit is: in the store as a change's own commit or candidate, and in the repositories as a part of
/// one. What is looked at is bounded, whatever there is.
final class CommitSearch {
  /// How many of a pipeline's newest changes are asked whether they contain a commit that has not landed.
  private static final int ASKED = 60;

  private static final int SIGHTINGS = 100;

  private final Store store;
  private final Repositories repositories;

  CommitSearch(Store store, Repositories repositories) {
    this.store = store;
    this.repositories = repositories;
  }

  /// The commits that begin so, by name; as many as there can be with that limit.
  SortedMap<CommitId, Commit> beginning(String beginning, int limit) {
    var commits = new TreeMap<CommitId, Commit>(Comparator.comparing(CommitId::hex));
    for (CommitId id : store.commits(beginning, limit)) {
      commits.put(id, new Commit(id, "", ""));
    }
    for (RepositoryName repository : repositories.names()) {
      for (Commit commit : repositories.beginning(repository, beginning, limit)) {
        commits.put(commit.id(), commit);
      }
    }
    return commits;
  }

  Whereabouts whereabouts(Commit commit) {
    Set<RepositoryName> having = new LinkedHashSet<>();
    for (RepositoryName repository : repositories.names().stream().sorted(Comparator.comparing(RepositoryName::text)).toList()) {
      if (repositories.find(repository, commit.id().hex()).isPresent()) {
        having.add(repository);
      }
    }
    var found = new LinkedHashMap<ChangeId, Sighting>();
    for (ChangeId id : store.containing(commit.id()).reversed().stream().limit(SIGHTINGS).toList()) {
      store.change(id).ifPresent(change -> found.put(id, new Sighting(change, how(change, commit.id()))));
    }
    var on = new TreeSet<BranchName>();
    for (Definition definition : store.definitions()) {
      if (having.contains(definition.pipeline().repository())) {
        inside(definition, commit.id(), found, on);
      }
    }
    return new Whereabouts(
        named(commit, found.values().stream().map(Sighting::change).toList()),
        List.copyOf(having),
        List.copyOf(on),
        found.values().stream().sorted(Comparator.comparing((Sighting one) -> one.change().id().pipeline()).thenComparing(one -> -one.change().id().number())).toList());
  }

  private void inside(Definition definition, CommitId commit, Map<ChangeId, Sighting> found, Set<BranchName> on) {
    RepositoryName repository = definition.pipeline().repository();
    Integration integration = definition.pipeline().integration();
    boolean landed = false;
    if (integration != null && repositories.contains(repository, integration.into(), commit)) {
      on.add(integration.into());
      landed = true;
      Optional<CommitId> merge = repositories.landing(repository, integration.into(), commit);
      merge.ifPresent(
          tip ->
              store.containing(tip).stream()
                  .filter(id -> id.pipeline().equals(definition.name()))
                  .forEach(id -> store.change(id).ifPresent(change -> found.putIfAbsent(id, new Sighting(change, How.INSIDE)))));
    }
    if (!landed) {
      // the candidate of what has been made on top of it would contain it as well: what came is asked
      var tips = new HashMap<CommitId, List<Change>>();
      for (Change change : store.changes(definition.name(), Filter.newest(ASKED))) {
        tips.computeIfAbsent(change.commit().id(), _ -> new ArrayList<>()).add(change);
      }
      for (CommitId tip : repositories.containing(repository, commit, tips.keySet())) {
        tips.getOrDefault(tip, List.of()).forEach(change -> found.putIfAbsent(change.id(), new Sighting(change, How.INSIDE)));
      }
    }
  }

  private static How how(Change change, CommitId commit) {
    Candidate candidate = change.candidate();
    return !change.commit().id().equals(commit) && candidate != null && candidate.commit().equals(commit) ? How.CANDIDATE : How.COMMIT;
  }

  /// With the subject that a change knows, where no repository has it any more.
  private static Commit named(Commit commit, List<Change> changes) {
    return commit.subject().isEmpty()
        ? changes.stream().map(Change::commit).filter(its -> its.id().equals(commit.id())).findFirst().orElse(commit)
        : commit;
  }
}
