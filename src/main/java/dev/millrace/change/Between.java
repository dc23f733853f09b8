package dev.millrace.change;

import java.util.List;

/// What one commit has that another lacks: the way from the one to the other along the branch, newest first.
///
/// @param more how many commits there are besides those listed
/// @param unbounded whether there are still more that nobody counted
/// @param files how many files differ between the two
public record Between(List<Step> steps, int more, boolean unbounded, int files) {
  public static final Between NOTHING = new Between(List.of(), 0, false, 0);

  public Between {
    steps = List.copyOf(steps);
  }

  public boolean isEmpty() {
    return steps.isEmpty() && more == 0;
  }

  /// All the commits there are, as far as they were counted.
  public int count() {
    return more + steps.stream().mapToInt(step -> 1 + step.brought().size()).sum();
  }

  /// A commit of the branch itself.
  ///
  /// @param brought what came with it, if it is a merge; newest first
  public record Step(Commit commit, List<Commit> brought) {
    public Step {
      brought = List.copyOf(brought);
    }
  }
}
