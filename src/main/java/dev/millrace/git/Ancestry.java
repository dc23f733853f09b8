package dev.millrace.git;

import dev.millrace.change.Between;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevSort;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/// Who descends from whom, and what lies between two commits.
final class Ancestry {
  /// More commits than this are not counted.
  private static final int COUNTED = 1000;

  private static final int FILES = 10_000;

  private Ancestry() {}

  /// How many of a branch's own commits are looked at for a landing.
  private static final int LANDINGS = 20_000;

  /// Whether two commits have any ancestor in common.
  static boolean related(RevWalk walk, RevCommit one, RevCommit other) throws IOException {
    walk.reset();
    walk.setRevFilter(RevFilter.MERGE_BASE);
    walk.markStart(one);
    walk.markStart(other);
    try {
      return walk.next() != null;
    } finally {
      walk.reset();
      walk.setRevFilter(RevFilter.ALL);
    }
  }

  /// The first commit of the line of first parents that contains the wanted one; empty when none of the last 20,000
  /// does.
  static Optional<RevCommit> landing(RevWalk walk, RevCommit head, RevCommit wanted) throws IOException {
    if (!walk.isMergedInto(wanted, head)) {
      return Optional.empty();
    }
    var line = new ArrayList<RevCommit>();
    RevCommit next = head;
    while (line.size() < LANDINGS) {
      line.add(next);
      if (next.equals(wanted) || next.getParentCount() == 0) {
        break;
      }
      next = walk.parseCommit(next.getParent(0));
    }
    // whatever contains it is in front of what does not, so the end is found by halving
    int with = 0;
    int without = line.size();
    while (without - with > 1) {
      int middle = (with + without) >>> 1;
      if (walk.isMergedInto(wanted, line.get(middle))) {
        with = middle;
      } else {
        without = middle;
      }
    }
    return with == LANDINGS - 1 ? Optional.empty() : Optional.of(line.get(with));
  }

  /// Those of the commits from which the wanted one can be reached.
  static Set<CommitId> containing(RevWalk walk, RevCommit wanted, Set<CommitId> among) throws IOException {
    var containing = new HashSet<CommitId>();
    for (CommitId one : among) {
      RevCommit tip = Repositories.parse(walk, one);
      if (tip != null && walk.isMergedInto(wanted, tip)) {
        containing.add(one);
      }
    }
    return containing;
  }

  /// @param most how many commits to list
  static Between between(Repository repository, RevWalk walk, RevCommit from, RevCommit to, int most) throws IOException {
    walk.reset();
    walk.sort(RevSort.COMMIT_TIME_DESC);
    walk.markStart(to);
    walk.markUninteresting(from);
    var all = new LinkedHashMap<ObjectId, RevCommit>();
    RevCommit next;
    while (all.size() < COUNTED && (next = walk.next()) != null) {
      walk.parseBody(next);
      all.put(next.getId(), next);
    }
    boolean unbounded = all.size() == COUNTED && walk.next() != null;
    var steps = new ArrayList<Between.Step>();
    var chain = new ArrayList<RevCommit>();
    for (RevCommit at = all.remove(to.getId()); at != null; at = at.getParentCount() == 0 ? null : all.remove(at.getParent(0).getId())) {
      chain.add(at);
    }
    Map<RevCommit, List<Commit>> brought = brought(chain, all);
    int left = most;
    int more = 0;
    for (RevCommit commit : chain) {
      List<Commit> came = brought.getOrDefault(commit, List.of());
      if (left == 0) {
        more += 1 + came.size();
        continue;
      }
      left--;
      List<Commit> shown = came.subList(0, Math.min(left, came.size()));
      left -= shown.size();
      more += came.size() - shown.size();
      steps.add(new Between.Step(Repositories.commit(commit), shown));
    }
    return new Between(steps, more + all.size(), unbounded, files(repository, from, to));
  }

  /// Each commit came with the oldest merge that reaches it; those that no one does stay in `all`.
  private static Map<RevCommit, List<Commit>> brought(List<RevCommit> chain, Map<ObjectId, RevCommit> all) {
    var brought = new LinkedHashMap<RevCommit, List<Commit>>();
    for (RevCommit merge : chain.reversed()) {
      var open = new ArrayDeque<RevCommit>();
      var came = new ArrayList<RevCommit>();
      for (int parent = 1; parent < merge.getParentCount(); parent++) {
        open.add(merge.getParent(parent));
      }
      while (!open.isEmpty()) {
        RevCommit commit = all.remove(open.remove().getId());
        if (commit != null) {
          came.add(commit);
          open.addAll(List.of(commit.getParents()));
        }
      }
      came.sort(Comparator.comparingInt(RevCommit::getCommitTime).reversed());
      brought.put(merge, came.stream().map(Repositories::commit).toList());
    }
    return brought;
  }

  private static int files(Repository repository, RevCommit from, RevCommit to) throws IOException {
    try (var tree = new TreeWalk(repository)) {
      tree.setRecursive(true);
      tree.setFilter(TreeFilter.ANY_DIFF);
      tree.addTree(from.getTree());
      tree.addTree(to.getTree());
      int files = 0;
      while (files < FILES && tree.next()) {
        files++;
      }
      return files;
    }
  }
}
