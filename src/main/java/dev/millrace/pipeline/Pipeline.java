package dev.millrace.pipeline;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A process that changes flow through: a graph of stages over one repository.
///
/// @param repository of a remote one the name of its mirror
/// @param remote where the repository is when somebody else hosts it; null when this server does
/// @param integration which branches it integrates; null when it integrates none
/// @param pushes a push to a branch that one of these matches starts a change of its own
/// @param parameters what whoever starts a change is asked for
/// @param stages in an order in which each comes after those it needs
public record Pipeline(
    PipelineName name,
    RepositoryName repository,
    @Nullable Remote remote,
    @Nullable Integration integration,
    List<BranchPattern> pushes,
    List<Parameter> parameters,
    List<Stage> stages) {
  /// Over a repository that this server hosts, without parameters.
  public Pipeline(
      PipelineName name,
      RepositoryName repository,
      @Nullable Integration integration,
      List<BranchPattern> pushes,
      List<Stage> stages) {
    this(name, repository, null, integration, pushes, List.of(), stages);
  }

  /// Without parameters.
  public Pipeline(
      PipelineName name,
      RepositoryName repository,
      @Nullable Remote remote,
      @Nullable Integration integration,
      List<BranchPattern> pushes,
      List<Stage> stages) {
    this(name, repository, remote, integration, pushes, List.of(), stages);
  }

  public Pipeline {
    parameters = List.copyOf(parameters);
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

  /// The value of each parameter for a change that was given these; see [Parameter#value].
  public Map<String, String> values(Map<String, String> given) {
    var values = new LinkedHashMap<String, String>();
    parameters.forEach(parameter -> values.put(parameter.name(), parameter.value(given)));
    return values;
  }

  public Optional<Stage> find(StageName wanted) {
    return stages.stream().filter(stage -> stage.name().equals(wanted)).findFirst();
  }

  public Stage stage(StageName wanted) {
    return find(wanted).orElseThrow(() -> new IllegalStateException(name + " has no stage " + wanted));
  }

  /// The stage in which the target moves to the candidate; empty where nothing is integrated.
  public Optional<Stage> gate() {
    return stages.stream().filter(Stage::promotes).findFirst();
  }

  /// The stage and all that it needs, directly or not.
  public Set<StageName> upTo(Stage stage) {
    var names = new HashSet<StageName>();
    var left = new ArrayDeque<>(List.of(stage.name()));
    while (!left.isEmpty()) {
      StageName name = left.pop();
      if (names.add(name)) {
        left.addAll(stage(name).needs());
      }
    }
    return names;
  }

  /// What a candidate has to pass before it may land: all that the gate needs.
  public Set<StageName> tests() {
    Set<StageName> names = new HashSet<>();
    gate().ifPresent(gate -> {
      names.addAll(upTo(gate));
      names.remove(gate.name());
    });
    return names;
  }
}
