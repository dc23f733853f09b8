package dev.millrace.pipeline;

import java.util.List;

/// Which branches are integrated by themselves, and into which one.
///
/// @param branches a push to a branch that one of these matches asks for its integration
/// @param into the branch that moves when the candidate has passed
/// @param parallel how many candidates are tried at once, at least 1
public record Integration(List<BranchPattern> branches, BranchName into, int parallel) {
  public Integration {
    branches = List.copyOf(branches);
    if (branches.isEmpty() || parallel < 1) {
      throw new IllegalArgumentException("an integration needs a branch pattern and room for one candidate");
    }
  }

  /// The target itself is never integrated into itself.
  public boolean claims(BranchName branch) {
    return !branch.equals(into) && branches.stream().anyMatch(pattern -> pattern.matches(branch));
  }
}
