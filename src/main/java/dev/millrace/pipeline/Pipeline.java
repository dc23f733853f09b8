package dev.millrace.pipeline;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A process that changes flow through: a graph of stages over one repository.
///
/// @param repository of a remote one the name of its mirror
/// @param remote where the repository is when somebody else hosts it; null when this server does
/// @param integration which branches it integrates; null when it integrates none
/// @param pushes a push to a branch that one of these matches starts a change of its own
/// @param stages in an order in which each comes after those it needs
public record Pipeline(
    PipelineName name,
    RepositoryName repository,
    @Nullable Remote remote,
    @Nullable Integration integration,
    List<BranchPattern> pushes,
    List<Stage> stages) {
  public Pipeline {
    if (remote != null && !remote.url().mirror().equals(repository)) {
      throw new IllegalArgumentException("the mirror of " + remote.url() + " is not called " + repository);
    }
    pushes = List.copyOf(pushes);
    stages = List.copyOf(stages);
    Set<StageName> seen = new HashSet<>();
    for (Stage stage : stages) {
      if (!seen.containsAll(stage.needs()) || !seen.add(stage.name())) {
        throw new IllegalArgumentException("stage " + stage.name() + " of " + name + " stands twice or before one it needs");
      }
    }
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("pipeline " + name + " has no stages");
    }
  }

  /// Over a repository that this server hosts.
  public Pipeline(
      PipelineName name,
      RepositoryName repository,
      @Nullable Integration integration,
      List<BranchPattern> pushes,
      List<Stage> stages) {
    this(name, repository, null, integration, pushes, stages);
  }

  public Optional<Stage> find(StageName wanted) {
    return stages.stream().filter(stage -> stage.name().equals(wanted)).findFirst();
  }

  public Stage stage(StageName wanted) {
    return find(wanted).orElseThrow(() -> new IllegalStateException(name + " has no stage " + wanted));
  }
}
