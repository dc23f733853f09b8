package dev.millrace.pipeline;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// A box in the pipeline's graph; its steps run side by side.
///
/// @param needs the stages that must have passed before; empty for one that starts at once
public record Stage(StageName name, List<StageName> needs, List<Step> steps) {
  public Stage {
    needs = List.copyOf(needs);
    steps = List.copyOf(steps);
    Set<StepName> seen = new HashSet<>();
    if (steps.isEmpty() || !steps.stream().allMatch(step -> seen.add(step.name()))) {
      throw new IllegalArgumentException("stage " + name + " needs steps, each with a name of its own");
    }
  }

  /// A stage that moves the target branch to the candidate.
  public static Stage promotion(StageName name, List<StageName> needs) {
    return new Stage(name, needs, List.of(new Step.Promotion(new StepName("promote"))));
  }

  /// A stage that moves another branch to what has landed.
  public static Stage promotion(StageName name, List<StageName> needs, BranchName to, Method method) {
    return new Stage(name, needs, List.of(new Step.Promotion(new StepName("promote"), to, method)));
  }

  /// Whether changes land here: the target of the integration moves.
  public boolean promotes() {
    return steps.stream().anyMatch(step -> step instanceof Step.Promotion promotion && promotion.to() == null);
  }

  /// Whether any branch moves here, be it the target or another one.
  public boolean moves() {
    return steps.stream().anyMatch(Step.Promotion.class::isInstance);
  }

  public Step step(StepName wanted) {
    return steps.stream()
        .filter(step -> step.name().equals(wanted))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("stage " + name + " has no step " + wanted));
  }
}
