package dev.millrace.pipeline;

import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The pipelines that would integrate a branch.
///
/// @param pipelines by name
public record Claimants(RepositoryName repository, BranchName branch, List<Pipeline> pipelines) {
  public Claimants {
    pipelines = List.copyOf(pipelines);
  }

  public static Claimants of(Collection<Pipeline> all, RepositoryName repository, BranchName branch) {
    return new Claimants(
        repository,
        branch,
        all.stream()
            .filter(pipeline -> pipeline.repository().equals(repository))
            .filter(pipeline -> pipeline.integration() != null && pipeline.integration().claims(branch))
            .sorted(Comparator.comparing(Pipeline::name))
            .toList());
  }

  /// Those that integrate it into the same target as another one does. Each would merge it and delete it, so whoever
  /// pushes it has to say which of them is meant. Pipelines with different targets do not disturb each other.
  public List<Pipeline> rivals() {
    Map<BranchName, Integer> targets = new HashMap<>();
    pipelines.forEach(pipeline -> targets.merge(into(pipeline), 1, Integer::sum));
    return pipelines.stream().filter(pipeline -> targets.getOrDefault(into(pipeline), 0) > 1).toList();
  }

  /// Asks whoever pushed for a choice; empty when there is none to make.
  public String question() {
    List<Pipeline> rivals = rivals();
    if (rivals.isEmpty()) {
      return "";
    }
    String names = rivals.stream().map(pipeline -> pipeline.name().text()).collect(Collectors.joining(" and "));
    return branch + " would be integrated into " + into(rivals.getFirst()) + " by " + names
        + "; choose one: git push -o pipeline=" + rivals.getFirst().name() + " origin HEAD:" + branch;
  }

  private static BranchName into(Pipeline pipeline) {
    Integration integration = pipeline.integration();
    if (integration == null) {
      throw new IllegalStateException(pipeline.name() + " integrates nothing");
    }
    return integration.into();
  }
}
