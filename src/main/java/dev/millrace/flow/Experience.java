package dev.millrace.flow;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.TreeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.queue.Odds;
import dev.millrace.queue.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// What earlier changes have shown. It orders work and spares some; nothing is right or wrong by it, so it is not stored:
/// at a start it is learned from what is.
///
/// @param odds how likely each pipeline's changes are to fail
/// @param flaky steps that have both passed and failed on the same commit
/// @param passed files that passed all that comes before a promotion, and the change they did it for, oldest first
/// @param doubted merges that stood on a head that the target is believed to have left: asked for once more
/// @param heads where each target was, as far as it was seen, and is: its present head last
public record Experience(
    Map<PipelineName, Odds> odds,
    Set<FlakyStep> flaky,
    Map<TestedTree, ChangeId> passed,
    Map<Target, List<CommitId>> heads,
    Set<Effect.Merge> doubted) {
  /// How many passed trees are remembered.
  private static final int REMEMBERED = 500;

  /// How many heads of a target are.
  private static final int HEADS = 50;

  public static final Experience NONE = new Experience(Map.of(), Set.of(), Map.of(), Map.of(), Set.of());

  /// A step of a pipeline that does not always say the same of the same files.
  public record FlakyStep(PipelineName pipeline, StageName stage, StepName step) {}

  /// Files, and the text of the definition that they passed.
  ///
  /// @param tree the id of the files
  public record TestedTree(PipelineName pipeline, String definition, Map<String, String> parameters, TreeId tree) {
    public static TestedTree of(Change change, TreeId tree) {
      return new TestedTree(change.id().pipeline(), change.definition().text(), change.values(), tree);
    }
  }

  Experience ended(Change change, boolean failed) {
    var next = new HashMap<>(odds);
    next.merge(
        change.id().pipeline(),
        Odds.UNKNOWN.with(change.commit().author(), failed),
        (before, _) -> before.with(change.commit().author(), failed));
    return new Experience(next, flaky, passed, heads, doubted);
  }

  Experience flaky(FlakyStep step) {
    if (flaky.contains(step)) {
      return this;
    }
    var next = new HashSet<>(flaky);
    next.add(step);
    return new Experience(odds, next, passed, heads, doubted);
  }

  Experience passed(TestedTree tree, ChangeId change) {
    if (passed.containsKey(tree)) {
      return this;
    }
    var next = new LinkedHashMap<>(passed);
    next.put(tree, change);
    if (next.size() > REMEMBERED) {
      next.remove(next.keySet().iterator().next());
    }
    return new Experience(odds, flaky, next, heads, doubted);
  }

  Experience at(Target target, CommitId head) {
    if (head(target).filter(head::equals).isPresent()) {
      return this;
    }
    var seen = new ArrayList<>(heads.getOrDefault(target, List.of()));
    seen.remove(head);
    seen.add(head);
    var next = new HashMap<>(heads);
    next.put(target, List.copyOf(seen.subList(Math.max(0, seen.size() - HEADS), seen.size())));
    return new Experience(odds, flaky, passed, next, Set.of());
  }

  Optional<CommitId> head(Target target) {
    List<CommitId> seen = heads.getOrDefault(target, List.of());
    return seen.isEmpty() ? Optional.empty() : Optional.of(seen.getLast());
  }

  /// A merge says that the target is where it was before.
  Experience doubting(Effect.Merge order) {
    var next = new HashSet<>(doubted);
    next.add(order);
    return new Experience(odds, flaky, passed, heads, next);
  }

  /// Whether the target was there and is no longer.
  boolean left(Target target, CommitId head) {
    List<CommitId> seen = heads.getOrDefault(target, List.of());
    return seen.contains(head) && !seen.getLast().equals(head);
  }
}
