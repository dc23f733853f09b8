package dev.millrace.git;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.merge.MergeStrategy;
import org.eclipse.jgit.merge.ResolveMerger;
import org.eclipse.jgit.revwalk.RevCommit;

/// Merges the files of two commits with a common ancestor, without a working tree.
sealed interface TreeMerge {
  Result merge(Repository repository, RevCommit ours, RevCommit theirs) throws IOException;

  MergedBy by();

  /// The `git` binary where there is one that can do it, else JGit.
  static TreeMerge best() {
    return GitCommand.canMergeTrees() ? new ByGit() : new ByJGit();
  }

  sealed interface Result {
    record Clean(ObjectId tree) implements Result {}

    record Conflict(List<String> files) implements Result {}
  }

  /// `git merge-tree`, which follows renamed files.
  record ByGit() implements TreeMerge {
    @Override
    public MergedBy by() {
      return MergedBy.GIT;
    }

    @Override
    public Result merge(Repository repository, RevCommit ours, RevCommit theirs) throws IOException {
      GitCommand.Ended ended =
          GitCommand.run(
              repository.getDirectory().toPath(),
              "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours.name(), theirs.name());
      if (ended.code() > 1) {
        throw new GitTrouble("git merge-tree ended with " + ended.code() + ": " + ended.errors().strip());
      }
      List<String> answer = Stream.of(ended.output().split("\0")).filter(part -> !part.isBlank()).toList();
      return ended.code() == 0
          ? new Result.Clean(ObjectId.fromString(answer.getFirst()))
          : new Result.Conflict(new ArrayList<>(new TreeSet<>(answer.subList(1, answer.size()))));
    }
  }

  /// JGit's own merger, which knows no renames.
  record ByJGit() implements TreeMerge {
    @Override
    public MergedBy by() {
      return MergedBy.JGIT;
    }

    @Override
    public Result merge(Repository repository, RevCommit ours, RevCommit theirs) throws IOException {
      var merger = (ResolveMerger) MergeStrategy.RECURSIVE.newMerger(repository, true);
      if (merger.merge(ours, theirs)) {
        return new Result.Clean(merger.getResultTreeId());
      }
      SortedSet<String> files = new TreeSet<>(merger.getUnmergedPaths());
      var failing = merger.getFailingPaths();
      if (failing != null) {
        files.addAll(failing.keySet());
      }
      return new Result.Conflict(new ArrayList<>(files));
    }
  }
}
