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
import org.eclipse.jgit.revwalk.RevSort;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;

/// Merges the files of two commits with a common ancestor, without a working tree.
sealed interface TreeMerge {
  Result merge(Repository repository, RevCommit ours, RevCommit theirs) throws IOException;

  /// The commits to replay, oldest first: those that `tip` has and `onto` lacks, without merges, and without those that
  /// `onto` has under another name, where the merger can tell.
  List<ObjectId> missing(Repository repository, RevCommit onto, RevCommit tip) throws IOException;

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

    @Override
    public List<ObjectId> missing(Repository repository, RevCommit onto, RevCommit tip) throws IOException {
      // as `git rebase` chooses them
      GitCommand.Ended ended =
          GitCommand.run(
              repository.getDirectory().toPath(),
              "rev-list", "--topo-order", "--reverse", "--no-merges", "--right-only", "--cherry-pick",
              onto.name() + "..." + tip.name());
      if (ended.code() != 0) {
        throw new GitTrouble("git rev-list ended with " + ended.code() + ": " + ended.errors().strip());
      }
      return ended.output().lines().<ObjectId>map(ObjectId::fromString).toList();
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

    @Override
    public List<ObjectId> missing(Repository repository, RevCommit onto, RevCommit tip) throws IOException {
      try (var walk = new RevWalk(repository)) {
        walk.setRevFilter(RevFilter.NO_MERGES);
        walk.sort(RevSort.TOPO, true);
        walk.sort(RevSort.REVERSE, true);
        walk.markStart(walk.parseCommit(tip));
        walk.markUninteresting(walk.parseCommit(onto));
        var missing = new ArrayList<ObjectId>();
        walk.forEach(commit -> missing.add(commit.copy()));
        return missing;
      }
    }
  }
}
