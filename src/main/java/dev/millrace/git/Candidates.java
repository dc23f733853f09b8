package dev.millrace.git;

import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.TreeId;
import dev.millrace.flow.Effect;
import dev.millrace.flow.Effect.Piece;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Method;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectInserter;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.lib.TreeFormatter;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevSort;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;

/// Makes candidates: changes on top of the target's head, one on top of the other. No ref moves.
///
/// All that a commit is made of comes from the order and from what it stands on, never from the clock or the machine.
/// The same order on the same head therefore makes the same commits, and a longer one goes on from a shorter one.
final class Candidates {
  private static final String NAME = "Millrace";
  private static final String EMAIL = "millrace@localhost";

  /// How many commits of the target are searched for squashed branches that the piece goes on from.
  private static final int SEARCHED = 1000;

  private final Repository repository;
  private final RevWalk walk;
  private final TreeMerge merger;

  Candidates(Repository repository, RevWalk walk, TreeMerge merger) {
    this.repository = repository;
    this.walk = walk;
    this.merger = merger;
  }

  /// The line of a message that says which change brought the commit.
  static String trailer(ChangeId change) {
    return "Change: " + change;
  }

  /// What came of putting one piece on top of a commit.
  sealed interface Put {
    record On(RevCommit top) implements Put {}

    record Conflict(List<String> files) implements Put {}

    record NothingNew() implements Put {}

    record Impossible(String because) implements Put {}
  }

  MergeOutcome stack(Effect.Merge order) throws IOException {
    BranchName into = order.into();
    ObjectId head = Repositories.head(repository, into);
    if (head == null) {
      return new MergeOutcome.Impossible(
          null, order.repository() + " has no branch " + into + ": push a first commit to " + into);
    }
    RevCommit base = walk.parseCommit(head);
    CommitId stand = Repositories.id(base);
    RevCommit top = base;
    var commits = new ArrayList<CommitId>();
    for (Piece piece : order.pieces()) {
      switch (put(order, piece, top)) {
        case Put.On(var next) -> {
          top = next;
          commits.add(Repositories.id(next));
        }
        case Put.Conflict(var files) -> {
          return new MergeOutcome.Conflict(stand, piece.change(), files);
        }
        case Put.NothingNew _ -> {
          return new MergeOutcome.NothingNew(stand, piece.change());
        }
        case Put.Impossible(var because) -> {
          return new MergeOutcome.Impossible(piece.change(), because);
        }
      }
    }
    MergedBy by = order.method() == Method.FAST_FORWARD ? MergedBy.NOBODY : merger.by();
    return new MergeOutcome.Stacked(stand, commits.getLast(), new TreeId(top.getTree().name()), commits, by);
  }

  private Put put(Effect.Merge order, Piece piece, RevCommit top) throws IOException {
    CommitId wanted = piece.commit().id();
    RevCommit tip = Repositories.parse(walk, wanted);
    if (tip == null) {
      return new Put.Impossible(
          "commit " + wanted.abbreviated() + " is not in " + order.repository() + " any more: push it again");
    }
    if (walk.isMergedInto(tip, top)) {
      return new Put.NothingNew();
    }
    if (!Ancestry.related(walk, top, tip)) {
      return new Put.Impossible(
          piece.branch() + " and " + order.into() + " have no common history: start the branch from " + order.into());
    }
    return switch (order.method()) {
      case MERGE -> merge(order, piece, top, tip);
      case SQUASH -> squash(order, piece, top, tip);
      case REBASE -> rebase(piece, top, tip);
      case FAST_FORWARD -> forward(order, piece, top, tip);
    };
  }

  private Put merge(Effect.Merge order, Piece piece, RevCommit top, RevCommit tip) throws IOException {
    return switch (merger.merge(repository, top, tip)) {
      case TreeMerge.Result.Conflict(var files) -> new Put.Conflict(files);
      case TreeMerge.Result.Clean(var tree) -> {
        PersonIdent millrace = millrace(piece.at(), top);
        String title = "Merge " + piece.branch() + " into " + order.into() + " (" + piece.change() + ")";
        var message = new Message(title, piece.commit().subject(), List.of(trailer(piece.change())));
        yield new Put.On(write(tree, List.of(top, tip), millrace, millrace, message.text()));
      }
    };
  }

  /// Merges what has landed with another branch.
  Put join(Effect.Advance order, RevCommit top, RevCommit tip) throws IOException {
    if (!Ancestry.related(walk, top, tip)) {
      return new Put.Impossible(order.to() + " and what was integrated have no common history");
    }
    return switch (merger.merge(repository, top, tip)) {
      case TreeMerge.Result.Conflict(var files) -> new Put.Conflict(files);
      case TreeMerge.Result.Clean(var tree) -> {
        PersonIdent millrace = millrace(order.at(), top);
        ChangeId change = order.attempt().change();
        var message =
            new Message(
                "Merge " + change + " into " + order.to(), tip.getShortMessage(), List.of(trailer(change)));
        yield new Put.On(write(tree, List.of(top, tip), millrace, millrace, message.text()));
      }
    };
  }

  /// Whether one of the newest commits of a branch says that this change has brought it.
  static boolean brought(Repository repository, ObjectId head, ChangeId change) throws IOException {
    try (var walk = new RevWalk(repository)) {
      walk.markStart(walk.parseCommit(head));
      RevCommit next;
      for (int seen = 0; seen < SEARCHED && (next = walk.next()) != null; seen++) {
        PersonIdent committer = next.getCommitterIdent();
        if (committer != null
            && committer.getEmailAddress().equals(EMAIL)
            && Message.of(next.getFullMessage()).trailers().contains(trailer(change))) {
          return true;
        }
      }
      return false;
    }
  }

  private Put squash(Effect.Merge order, Piece piece, RevCommit top, RevCommit tip) throws IOException {
    List<RevCommit> squashed = squashed(top, tip);
    TreeMerge.Result result = merger.merge(repository, top, tip);
    if (result instanceof TreeMerge.Result.Conflict && !squashed.isEmpty()) {
      // it goes on from a branch whose commits the target has under another name: that is where both have in common
      var parents = new ArrayList<ObjectId>(List.of(top));
      parents.addAll(squashed);
      result = merger.merge(repository, aside(top.getTree(), parents), tip);
    }
    return switch (result) {
      case TreeMerge.Result.Conflict(var files) -> new Put.Conflict(files);
      case TreeMerge.Result.Clean(var tree) when tree.equals(top.getTree()) -> new Put.NothingNew();
      case TreeMerge.Result.Clean(var tree) -> {
        var one = Squash.of(piece, order.into(), originals(top, tip, squashed));
        yield new Put.On(write(tree, List.of(top), one.author(), millrace(piece.at(), top), one.message().text()));
      }
    };
  }

  private Put rebase(Piece piece, RevCommit top, RevCommit tip) throws IOException {
    RevCommit onto = top;
    for (ObjectId id : merger.missing(repository, top, tip)) {
      RevCommit commit = walk.parseCommit(id);
      ObjectId parent = commit.getParentCount() == 0 ? nothing() : commit.getParent(0);
      ObjectId before = walk.parseCommit(parent).getTree();
      if (commit.getTree().equals(before)) {
        continue;
      }
      switch (pick(onto, commit, parent, before)) {
        case TreeMerge.Result.Conflict(var files) -> {
          return new Put.Conflict(files);
        }
        case TreeMerge.Result.Clean(var tree) -> {
          if (!tree.equals(onto.getTree())) {
            String message = Message.of(commit.getFullMessage()).with(trailer(piece.change())).text();
            onto = write(tree, List.of(onto), author(commit), millrace(piece.at(), onto), message);
          }
        }
      }
    }
    return onto.equals(top) ? new Put.NothingNew() : new Put.On(onto);
  }

  /// What the commit did to its parent, done to another one.
  private TreeMerge.Result pick(RevCommit onto, RevCommit commit, ObjectId parent, ObjectId before)
      throws IOException {
    if (onto.getTree().equals(before)) {
      return new TreeMerge.Result.Clean(commit.getTree());
    }
    // git before 2.40 takes no merge base, so both sides are made such that it is their only common ancestor
    RevCommit theirs = commit.getParentCount() == 1 ? commit : aside(commit.getTree(), List.of(parent));
    return merger.merge(repository, aside(onto.getTree(), List.of(parent)), theirs);
  }

  private Put forward(Effect.Merge order, Piece piece, RevCommit top, RevCommit tip) throws IOException {
    if (walk.isMergedInto(top, tip)) {
      return new Put.On(tip);
    }
    boolean lowest = piece.equals(order.pieces().getFirst());
    Piece below = lowest ? piece : order.pieces().get(order.pieces().indexOf(piece) - 1);
    return new Put.Impossible(
        piece.branch() + " does not contain "
            + (lowest ? "the head of " + order.into() : below.branch() + ", which is ahead of it") + ", "
            + Repositories.id(top).abbreviated() + ", and is to be integrated by fast-forward only: rebase it onto "
            + (lowest ? order.into() : below.branch()) + " and push it again");
  }

  /// Tips of branches that were squashed into what is below, and that this branch goes on from.
  private List<RevCommit> squashed(RevCommit top, RevCommit tip) throws IOException {
    var squashed = new ArrayList<RevCommit>();
    try (var below = new RevWalk(repository)) {
      below.markStart(below.parseCommit(top));
      below.markUninteresting(below.parseCommit(tip));
      RevCommit next;
      for (int seen = 0; seen < SEARCHED && (next = below.next()) != null; seen++) {
        PersonIdent committer = next.getCommitterIdent();
        if (committer == null || !committer.getEmailAddress().equals(EMAIL)) {
          continue;
        }
        for (String trailer : Message.of(next.getFullMessage()).trailers()) {
          String id = trailer.startsWith(Squash.FROM) ? trailer.substring(Squash.FROM.length()) : "";
          RevCommit from = id.matches("[0-9a-f]{40}") ? Repositories.parse(walk, new CommitId(id)) : null;
          if (from != null && walk.isMergedInto(from, tip)) {
            squashed.add(from);
          }
        }
      }
    }
    return squashed;
  }

  /// The commits that are the branch's own, oldest first; its tip stands in where all of them are merges.
  private List<Squash.Original> originals(RevCommit top, RevCommit tip, List<RevCommit> squashed) throws IOException {
    var originals = new ArrayList<Squash.Original>();
    try (var own = new RevWalk(repository)) {
      own.setRevFilter(RevFilter.NO_MERGES);
      own.sort(RevSort.TOPO, true);
      own.sort(RevSort.REVERSE, true);
      own.markStart(own.parseCommit(tip));
      own.markUninteresting(own.parseCommit(top));
      for (RevCommit not : squashed) {
        own.markUninteresting(own.parseCommit(not));
      }
      for (RevCommit commit : own) {
        originals.add(new Squash.Original(author(commit), commit.getFullMessage()));
      }
    }
    return originals.isEmpty() ? List.of(new Squash.Original(author(tip), tip.getFullMessage())) : originals;
  }

  /// Nothing stands on anything younger than itself, whatever the order's time: walks over history rely on it.
  private static PersonIdent millrace(Instant at, RevCommit onto) {
    long second = Math.max(at.getEpochSecond(), onto.getCommitTime());
    return new PersonIdent(NAME, EMAIL, Instant.ofEpochSecond(second), ZoneOffset.UTC);
  }

  private static PersonIdent author(RevCommit commit) {
    PersonIdent author = commit.getAuthorIdent();
    return author != null ? author : new PersonIdent("unknown", "", Instant.EPOCH, ZoneOffset.UTC);
  }

  /// A commit that only tells a merger what has been merged already.
  private RevCommit aside(ObjectId tree, List<? extends ObjectId> parents) throws IOException {
    var nobody = new PersonIdent(NAME, EMAIL, Instant.EPOCH, ZoneOffset.UTC);
    return write(tree, parents, nobody, nobody, "Aside\n");
  }

  /// A commit without files.
  private ObjectId nothing() throws IOException {
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      ObjectId tree = inserter.insert(new TreeFormatter());
      inserter.flush();
      return aside(tree, List.of());
    }
  }

  private RevCommit write(
      ObjectId tree, List<? extends ObjectId> parents, PersonIdent author, PersonIdent committer, String message)
      throws IOException {
    var commit = new CommitBuilder();
    commit.setTreeId(tree);
    commit.setParentIds(parents);
    commit.setAuthor(author);
    commit.setCommitter(committer);
    commit.setMessage(message);
    try (ObjectInserter inserter = repository.newObjectInserter()) {
      ObjectId written = inserter.insert(Constants.OBJ_COMMIT, commit.build());
      inserter.flush();
      return walk.parseCommit(written);
    }
  }
}
