package dev.millrace.git;

import dev.millrace.change.CommitId;
import dev.millrace.flow.Effect;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Method;
import dev.millrace.pipeline.RepositoryName;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;

/// Moves branches to candidates, by compare-and-swap.
final class Promotions {
  private final RepositoryName name;
  private final Repository repository;
  private final RevWalk walk;

  Promotions(RepositoryName name, Repository repository, RevWalk walk) {
    this.name = name;
    this.repository = repository;
    this.walk = walk;
  }

  PromotionOutcome promote(Effect.Promote order) throws IOException {
    CommitId wanted = order.candidate().commit();
    RevCommit candidate = Repositories.parse(walk, wanted);
    if (candidate == null) {
      return new PromotionOutcome.Impossible("candidate " + wanted.abbreviated() + " is not in " + name + " any more");
    }
    return Locked.patiently(
        name,
        order.into().ref(),
        () -> {
          ObjectId head = Repositories.head(repository, order.into());
          if (head == null) {
            return new PromotionOutcome.Impossible(name + " has no branch " + order.into() + " any more");
          }
          if (walk.isMergedInto(candidate, walk.parseCommit(head))) {
            return new PromotionOutcome.Promoted(delete(order));
          }
          if (!head.name().equals(order.candidate().base().hex())) {
            return new PromotionOutcome.Moved(new CommitId(head.name()));
          }
          RefUpdate update = repository.updateRef(order.into().ref());
          update.setExpectedOldObjectId(head);
          update.setNewObjectId(candidate);
          return switch (update.update(walk)) {
            case FAST_FORWARD, NO_CHANGE -> new PromotionOutcome.Promoted(delete(order));
            case REJECTED ->
                new PromotionOutcome.Impossible(
                    "candidate " + wanted.abbreviated() + " does not stand on the head of " + order.into());
            case LOCK_FAILURE -> null;
            case NEW, FORCED, IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED_CURRENT_BRANCH, REJECTED_MISSING_OBJECT,
                    REJECTED_OTHER_REASON ->
                throw new GitTrouble(order.into() + " in " + name + " could not be moved: " + update.getResult());
          };
        });
  }

  AdvanceOutcome advance(Effect.Advance order, Candidates candidates) throws IOException {
    BranchName to = order.to();
    RevCommit commit = Repositories.parse(walk, order.commit());
    if (commit == null) {
      return new AdvanceOutcome.Impossible(
          "commit " + order.commit().abbreviated() + " is not in " + name + " any more");
    }
    if (!Repository.isValidRefName(to.ref())) {
      return new AdvanceOutcome.Impossible(to + " is no name that git takes for a branch");
    }
    return Locked.patiently(
        name,
        to.ref(),
        () -> {
          ObjectId head = Repositories.head(repository, to);
          RevCommit next = commit;
          if (head == null) {
            var inTheWay = repository.getRefDatabase().getConflictingNames(to.ref());
            if (!inTheWay.isEmpty()) {
              String other = inTheWay.iterator().next().substring(BranchName.PREFIX.length());
              return new AdvanceOutcome.Impossible(
                  to + " cannot be created beside the branch " + other + ": delete that one, or choose another name");
            }
          } else {
            RevCommit now = walk.parseCommit(head);
            if (walk.isMergedInto(commit, now)) {
              return new AdvanceOutcome.Advanced(Repositories.commit(now), false);
            }
            if (!walk.isMergedInto(now, commit)) {
              if (order.method() == Method.FAST_FORWARD) {
                return new AdvanceOutcome.Impossible(
                    to + " has commits that " + order.commit().abbreviated() + " has not, up to "
                        + Repositories.id(now).abbreviated() + ", and moves by fast-forward only: integrate " + to
                        + " first, then run this stage again");
              }
              switch (candidates.join(order, now, commit)) {
                case Candidates.Put.On(var merged) -> next = merged;
                case Candidates.Put.Conflict(var files) -> {
                  return new AdvanceOutcome.Impossible(
                      order.commit().abbreviated() + " conflicts with " + to + ", "
                          + Repositories.id(now).abbreviated() + ", in " + String.join(", ", files) + ": integrate "
                          + to + " first, then run this stage again");
                }
                case Candidates.Put.Impossible(var because) -> {
                  return new AdvanceOutcome.Impossible(because);
                }
                case Candidates.Put.NothingNew _ -> {
                  return new AdvanceOutcome.Advanced(Repositories.commit(now), false);
                }
              }
            }
          }
          RefUpdate update = repository.updateRef(to.ref());
          update.setExpectedOldObjectId(head == null ? ObjectId.zeroId() : head);
          update.setNewObjectId(next);
          return switch (update.update(walk)) {
            case NEW, FAST_FORWARD -> new AdvanceOutcome.Advanced(Repositories.commit(next), true);
            case NO_CHANGE, LOCK_FAILURE, REJECTED -> null;
            case FORCED, IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED_CURRENT_BRANCH, REJECTED_MISSING_OBJECT,
                    REJECTED_OTHER_REASON ->
                throw new GitTrouble(to + " in " + name + " could not be moved: " + update.getResult());
          };
        });
  }

  /// Deletes each branch that still is where it was, and answers which ones are gone.
  private List<BranchName> delete(Effect.Promote order) throws IOException {
    var gone = new ArrayList<BranchName>();
    for (Effect.Tip tip : order.branches()) {
      if (!tip.branch().equals(order.into()) && delete(tip)) {
        gone.add(tip.branch());
      }
    }
    return gone;
  }

  private boolean delete(Effect.Tip tip) throws IOException {
    BranchName branch = tip.branch();
    return Locked.patiently(
        name,
        branch.ref(),
        () -> {
          ObjectId head = Repositories.head(repository, branch);
          if (head == null) {
            return true;
          }
          if (!head.name().equals(tip.commit().hex())) {
            return false;
          }
          RefUpdate deletion = repository.updateRef(branch.ref());
          deletion.setExpectedOldObjectId(head);
          // JGit calls every deletion of a commit a forced one; the expected id keeps it safe
          deletion.setForceUpdate(true);
          return switch (deletion.delete(walk)) {
            case FORCED -> true;
            case LOCK_FAILURE -> null;
            case NEW, NO_CHANGE, FAST_FORWARD, IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED, REJECTED_CURRENT_BRANCH,
                    REJECTED_MISSING_OBJECT, REJECTED_OTHER_REASON ->
                throw new GitTrouble(branch + " could not be deleted: " + deletion.getResult());
          };
        });
  }
}
