package dev.millrace.git;

import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.BatchRefUpdate;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceiveCommand.Result;
import org.jspecify.annotations.Nullable;

/// What a repository remembers for us: commits that no branch need hold, and the heads of branches that somebody knows
/// of. No client sees or moves these refs.
final class HiddenRefs {
  private static final String KEPT = "refs/millrace/";
  static final String RECORDED = "refs/recorded/";

  private final RepositoryName name;
  private final Repository repository;
  private final RevWalk walk;

  HiddenRefs(RepositoryName name, Repository repository, RevWalk walk) {
    this.name = name;
    this.repository = repository;
    this.walk = walk;
  }

  void keep(ChangeId change, CommitId commit) throws IOException {
    String ref = KEPT + change.pipeline() + "/" + change.number() + "/" + commit;
    Locked.patiently(
        name,
        ref,
        () -> {
          if (repository.exactRef(ref) != null) {
            return true;
          }
          RefUpdate update = repository.updateRef(ref);
          update.setExpectedOldObjectId(ObjectId.zeroId());
          update.setNewObjectId(ObjectId.fromString(commit.hex()));
          return switch (update.update(walk)) {
            case NEW, NO_CHANGE -> true;
            case LOCK_FAILURE -> null;
            case REJECTED_MISSING_OBJECT ->
                throw new GitTrouble("commit " + commit.abbreviated() + " is not in " + name);
            case FAST_FORWARD, FORCED, IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED, REJECTED_CURRENT_BRANCH,
                    REJECTED_OTHER_REASON ->
                throw new GitTrouble("commit " + commit.abbreviated() + " cannot be kept: " + update.getResult());
          };
        });
  }

  SortedMap<BranchName, CommitId> recorded() throws IOException {
    var heads = new TreeMap<BranchName, CommitId>();
    for (Ref ref : repository.getRefDatabase().getRefsByPrefix(RECORDED)) {
      String branch = ref.getName().substring(RECORDED.length());
      heads.put(new BranchName(branch), new CommitId(ref.getObjectId().name()));
    }
    return heads;
  }

  /// Of all these branches, where they have moved to; in one go, for with each new ref alone JGit looks at all the others.
  void record(List<RefMove> moves) throws IOException {
    Locked.patiently(
        name,
        RECORDED,
        () -> {
          BatchRefUpdate batch = repository.getRefDatabase().newBatchUpdate();
          batch.setAtomic(true);
          batch.setAllowNonFastForwards(true);
          for (RefMove move : moves) {
            String ref = RECORDED + move.branch();
            Ref known = repository.exactRef(ref);
            ObjectId before = known == null ? ObjectId.zeroId() : known.getObjectId();
            ObjectId head = move.to() == null ? ObjectId.zeroId() : ObjectId.fromString(move.to().id().hex());
            if (!head.equals(before)) {
              batch.addCommand(new ReceiveCommand(before, head, ref));
            }
          }
          if (batch.getCommands().isEmpty()) {
            return true;
          }
          batch.execute(walk, NullProgressMonitor.INSTANCE);
          Set<Result> results =
              batch.getCommands().stream().map(ReceiveCommand::getResult).collect(Collectors.toSet());
          if (results.contains(Result.LOCK_FAILURE)) {
            return null;
          }
          if (!results.equals(Set.of(Result.OK))) {
            throw new GitTrouble("the heads of " + moves.size() + " branches of " + name + " cannot be noted: " + results);
          }
          return true;
        });
  }

  void record(BranchName branch, @Nullable CommitId head) throws IOException {
    String ref = RECORDED + branch;
    Locked.patiently(
        name,
        ref,
        () -> {
          RefUpdate update = repository.updateRef(ref);
          update.setForceUpdate(true);
          if (head != null) {
            update.setNewObjectId(ObjectId.fromString(head.hex()));
          }
          RefUpdate.Result result = head == null ? update.delete(walk) : update.update(walk);
          return switch (result) {
            case NEW, NO_CHANGE, FORCED, FAST_FORWARD -> true;
            case LOCK_FAILURE -> null;
            case IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED, REJECTED_CURRENT_BRANCH, REJECTED_MISSING_OBJECT,
                    REJECTED_OTHER_REASON ->
                throw new GitTrouble("the head of " + branch + " of " + name + " cannot be noted: " + result);
          };
        });
  }
}
