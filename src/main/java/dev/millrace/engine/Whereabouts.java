package dev.millrace.engine;

import dev.millrace.change.Change;
import dev.millrace.change.Commit;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;
import java.util.List;

/// Where a commit is.
///
/// @param repositories those that have it
/// @param on the target branches that contain it
/// @param sightings the changes that contain it, newest first for each pipeline
public record Whereabouts(Commit commit, List<RepositoryName> repositories, List<BranchName> on, List<Sighting> sightings) {
  /// In which way a change contains a commit.
  public enum How {
    /// It is the commit that came.
    COMMIT,
    /// It is what was made of it and tested.
    CANDIDATE,
    /// It is part of what came: an earlier commit of the branch.
    INSIDE
  }

  public record Sighting(Change change, How how) {}
}
