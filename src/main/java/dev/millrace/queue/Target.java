package dev.millrace.queue;

import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;

/// A branch that changes are integrated into. Each has one queue, whatever pipelines feed it.
public record Target(RepositoryName repository, BranchName branch) {
  @Override
  public String toString() {
    return repository + ":" + branch;
  }
}
