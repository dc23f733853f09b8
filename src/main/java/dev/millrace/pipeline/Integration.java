package dev.millrace.pipeline;

import java.util.List;

/// Which branches are integrated by themselves, into which one, and how.
///
/// @param branches a push to a branch that one of these matches asks for its integration
/// @param into the branch that moves when the candidate has passed
/// @param parallel how many candidates are tried at once, at least 1
/// @param batch how many changes one candidate may add that no other candidate tests, at least 1
/// @param everyCommit whether each change must pass by itself, so that no later candidate vouches for it
public record Integration(
    List<BranchPattern> branches, BranchName into, int parallel, Method method, int batch, boolean everyCommit) {
  public static final int DEFAULT_PARALLEL = 4;
  public static final int DEFAULT_BATCH = 8;

  public Integration {
    branches = List.copyOf(branches);
    if (branches.isEmpty() || parallel < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "an integration needs a branch pattern, room for one candidate and a batch of one");
    }
  }

  /// One that says no more than this.
  public Integration(List<BranchPattern> branches, BranchName into, int parallel) {
    this(branches, into, parallel, Method.MERGE, defaultBatch(parallel), false);
  }

  /// With room for one at a time, they go strictly one after the other, unless batches are asked for.
  public static int defaultBatch(int parallel) {
    return parallel == 1 ? 1 : DEFAULT_BATCH;
  }

  /// The target itself is never integrated into itself.
  public boolean claims(BranchName branch) {
    return !branch.equals(into) && branches.stream().anyMatch(pattern -> pattern.matches(branch));
  }
}
