package dev.millrace.git;

import dev.millrace.change.Between;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Effect;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.RepositoryName;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.CommitBuilder;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.RefUpdate;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The bare repositories under one folder, `{name}.git` each.
///
/// All calls may come from any thread, and twice. A repository that is not there, or broken, is a [GitTrouble], except
/// where an outcome can say it.
public final class Repositories implements AutoCloseable {
  /// Where commits are held that no branch need hold: no client sees or moves these refs.
  private static final Logger LOG = LoggerFactory.getLogger(Repositories.class);
  static final String KEPT = "refs/millrace/";

  private static final String SUFFIX = ".git";
  private static final String RECORDED = "refs/recorded/";
  private static final BranchName DEFAULT_BRANCH = new BranchName("main");
  private static final long LARGEST_SOURCE_FILE = 1 << 20;
  private static final int LOCK_TRIES = 100;
  private static final long LOCK_PAUSE_NANOS = 20_000_000;

  private final Path root;
  private final Workspaces workspaces;
  private final Map<RepositoryName, Repository> opened = new ConcurrentHashMap<>();
  private volatile @Nullable TreeMerge merger;

  /// Creates the folder if it is not there. Workspaces are cached beside it, in `workspaces`.
  public Repositories(Path root) {
    this(root, null);
  }

  /// @param merger null: the best there is, decided at the first merge
  Repositories(Path root, @Nullable TreeMerge merger) {
    Isolation.begin();
    this.root = root.toAbsolutePath().normalize();
    this.merger = merger;
    try {
      Files.createDirectories(this.root);
      // measured in a folder that stays, not in that of a repository being made
      FS.FileStoreAttributes.get(this.root);
      this.workspaces = new Workspaces(this.root.resolveSibling("workspaces"));
      breakLocks(this.root);
    } catch (IOException e) {
      throw new GitTrouble("the folder for repositories cannot be used, " + root, e);
    }
  }

  /// Whoever held a lock is dead: nobody but this process works here, and it has only begun. A process that is killed
  /// leaves its locks behind, and nothing would move that they lock.
  private static void breakLocks(Path root) throws IOException {
    try (Stream<Path> repositories = Files.list(root)) {
      for (Path repository : repositories.filter(Files::isDirectory).toList()) {
        breakLocks(repository, 1);
        breakLocks(repository.resolve("refs"), Integer.MAX_VALUE);
      }
    }
  }

  private static void breakLocks(Path folder, int depth) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    // no ref can be named so
    try (Stream<Path> files = Files.find(folder, depth, (file, _) -> file.toString().endsWith(".lock"))) {
      for (Path lock : files.toList()) {
        LOG.info("Removing {}, which a process left that was killed", lock);
        Files.delete(lock);
      }
    }
  }

  /// A bare repository whose default branch is `main`; nothing if it is there already.
  public void create(RepositoryName name) {
    if (has(name)) {
      return;
    }
    try {
      // made aside and moved into place, so that a crash leaves no half of one
      Path aside = Files.createTempDirectory(root, ".new-");
      try (Repository repository = new FileRepositoryBuilder().setBare().setGitDir(aside.toFile()).build()) {
        repository.create(true);
        repository.updateRef(Constants.HEAD, true).link(DEFAULT_BRANCH.ref());
        var config = repository.getConfig();
        // told to git itself as well, should somebody use it here
        config.setInt("gc", null, "auto", 0);
        config.save();
        Files.move(aside, folder(name), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        if (Files.exists(aside)) {
          delete(aside);
        }
      }
    } catch (IOException e) {
      if (!has(name)) {
        throw new GitTrouble("the repository " + name + " cannot be created", e);
      }
    }
  }

  public boolean has(RepositoryName name) {
    return Files.isDirectory(folder(name));
  }

  public Set<RepositoryName> names() {
    try (var folders = Files.list(root)) {
      return folders
          .filter(Files::isDirectory)
          .map(folder -> folder.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .filter(NameRule.REPOSITORY::allows)
          .map(RepositoryName::new)
          .collect(Collectors.toUnmodifiableSet());
    } catch (IOException e) {
      throw new GitTrouble("the repositories cannot be listed", e);
    }
  }

  /// The head of a branch.
  public Optional<Commit> branch(RepositoryName name, BranchName branch) {
    return in(
        name,
        (repository, walk) -> {
          ObjectId head = head(repository, branch);
          return head == null ? Optional.empty() : Optional.of(commit(walk.parseCommit(head)));
        });
  }

  /// All branches and their heads.
  public SortedMap<BranchName, Commit> branches(RepositoryName name) {
    return in(
        name,
        (repository, walk) -> {
          var branches = new TreeMap<BranchName, Commit>();
          for (Ref ref : repository.getRefDatabase().getRefsByPrefix(BranchName.PREFIX)) {
            Optional<BranchName> branch = branch(ref.getName());
            if (branch.isPresent() && ref.getObjectId() != null) {
              branches.put(branch.get(), commit(walk.parseCommit(ref.getObjectId())));
            }
          }
          return branches;
        });
  }

  /// The commit with this id, or the only one whose id begins so; nothing else names a commit here.
  public Optional<Commit> find(RepositoryName name, String id) {
    if (!id.matches("[0-9a-fA-F]{4,40}")) {
      return Optional.empty();
    }
    return in(
        name,
        (repository, walk) -> {
          var found = new ArrayList<RevCommit>();
          for (ObjectId candidate : walk.getObjectReader().resolve(AbbreviatedObjectId.fromString(id))) {
            // a whole id is not looked up by resolve
            if (walk.getObjectReader().has(candidate) && walk.parseAny(candidate) instanceof RevCommit commit) {
              found.add(commit);
            }
          }
          return found.size() == 1 ? Optional.of(commit(found.getFirst())) : Optional.empty();
        });
  }

  /// Whether a commit can be reached from the head of a branch.
  public boolean contains(RepositoryName name, BranchName target, CommitId commit) {
    return in(
        name,
        (repository, walk) -> {
          ObjectId head = head(repository, target);
          RevCommit wanted = parse(walk, commit);
          return head != null && wanted != null && walk.isMergedInto(wanted, walk.parseCommit(head));
        });
  }

  /// What `to` has that `from` lacks; empty if one of them is not there.
  ///
  /// @param most how many commits to list
  public Optional<Between> between(RepositoryName name, CommitId from, CommitId to, int most) {
    return in(
        name,
        (repository, walk) -> {
          RevCommit one = parse(walk, from);
          RevCommit other = parse(walk, to);
          return one == null || other == null
              ? Optional.empty()
              : Optional.of(Ancestry.between(repository, walk, one, other, most));
        });
  }

  /// Makes the commit that the target branch would become. No branch moves; the same order makes the same commit.
  public MergeOutcome merge(Effect.Merge order) {
    RepositoryName name = order.repository();
    if (!has(name)) {
      return new MergeOutcome.Impossible("there is no repository " + name);
    }
    return in(
        name,
        (repository, walk) -> {
          ObjectId head = head(repository, order.into());
          if (head == null) {
            return new MergeOutcome.Impossible(
                name + " has no branch " + order.into() + ": push a first commit to " + order.into());
          }
          RevCommit base = walk.parseCommit(head);
          Candidate keep = order.keep();
          if (keep != null && keep.base().equals(id(base)) && parse(walk, keep.commit()) != null) {
            return new MergeOutcome.Merged(keep, merger().by());
          }
          RevCommit commit = parse(walk, order.commit().id());
          if (commit == null) {
            return new MergeOutcome.Impossible(
                "commit " + order.commit().id().abbreviated() + " is not in " + name + " any more: push it again");
          }
          if (walk.isMergedInto(commit, base)) {
            return new MergeOutcome.NothingNew(id(base));
          }
          if (!related(walk, base, commit)) {
            return new MergeOutcome.Impossible(
                order.branch() + " and " + order.into() + " have no common history: start the branch from "
                    + order.into());
          }
          return switch (merger().merge(repository, base, commit)) {
            case TreeMerge.Result.Conflict(List<String> files) -> new MergeOutcome.Conflict(id(base), files);
            case TreeMerge.Result.Clean(ObjectId tree) ->
                new MergeOutcome.Merged(
                    new Candidate(id(base), write(repository, order, base, commit, tree)), merger().by());
          };
        });
  }

  /// Moves the target branch from the candidate's base to the candidate, if it still is there, then deletes the
  /// change's branch, if that still is where it was.
  public PromotionOutcome promote(Effect.Promote order) {
    RepositoryName name = order.repository();
    if (!has(name)) {
      return new PromotionOutcome.Impossible("there is no repository " + name);
    }
    return in(
        name,
        (repository, walk) -> {
          CommitId wanted = order.candidate().commit();
          RevCommit candidate = parse(walk, wanted);
          if (candidate == null) {
            return new PromotionOutcome.Impossible(
                "candidate " + wanted.abbreviated() + " is not in " + name + " any more");
          }
          for (int tries = 0; tries < LOCK_TRIES; tries++) {
            ObjectId head = head(repository, order.into());
            if (head == null) {
              return new PromotionOutcome.Impossible(name + " has no branch " + order.into() + " any more");
            }
            if (walk.isMergedInto(candidate, walk.parseCommit(head))) {
              return new PromotionOutcome.Promoted(deleteBranch(repository, walk, order));
            }
            if (!head.name().equals(order.candidate().base().hex())) {
              return new PromotionOutcome.Moved(new CommitId(head.name()));
            }
            RefUpdate update = repository.updateRef(order.into().ref());
            update.setExpectedOldObjectId(head);
            update.setNewObjectId(candidate);
            switch (update.update(walk)) {
              case FAST_FORWARD, NO_CHANGE -> {
                return new PromotionOutcome.Promoted(deleteBranch(repository, walk, order));
              }
              case REJECTED -> {
                return new PromotionOutcome.Impossible(
                    "candidate " + wanted.abbreviated() + " does not stand on the head of " + order.into());
              }
              case LOCK_FAILURE -> LockSupport.parkNanos(LOCK_PAUSE_NANOS);
              case NEW, FORCED, IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED_CURRENT_BRANCH, REJECTED_MISSING_OBJECT,
                      REJECTED_OTHER_REASON ->
                  throw new GitTrouble(order.into() + " in " + name + " could not be moved: " + update.getResult());
            }
          }
          throw lockHeld(name, order.into().ref());
        });
  }

  /// Holds a commit for as long as the change may need it, whatever becomes of its branch.
  public void keep(RepositoryName name, ChangeId change, CommitId commit) {
    String ref = KEPT + change.pipeline() + "/" + change.number() + "/" + commit;
    in(
        name,
        (repository, walk) -> {
          for (int tries = 0; tries < LOCK_TRIES; tries++) {
            if (repository.exactRef(ref) != null) {
              return true;
            }
            RefUpdate update = repository.updateRef(ref);
            update.setExpectedOldObjectId(ObjectId.zeroId());
            update.setNewObjectId(ObjectId.fromString(commit.hex()));
            switch (update.update(walk)) {
              case NEW, NO_CHANGE -> {
                return true;
              }
              case LOCK_FAILURE -> LockSupport.parkNanos(LOCK_PAUSE_NANOS);
              case REJECTED_MISSING_OBJECT ->
                  throw new GitTrouble("commit " + commit.abbreviated() + " is not in " + name);
              case FAST_FORWARD, FORCED, IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED, REJECTED_CURRENT_BRANCH,
                      REJECTED_OTHER_REASON ->
                  throw new GitTrouble("commit " + commit.abbreviated() + " cannot be kept: " + update.getResult());
            }
          }
          throw lockHeld(name, ref);
        });
  }

  /// The head of each branch that was last passed to [#record].
  public SortedMap<BranchName, CommitId> recorded(RepositoryName name) {
    return in(
        name,
        (repository, _) -> {
          var heads = new TreeMap<BranchName, CommitId>();
          for (Ref ref : repository.getRefDatabase().getRefsByPrefix(RECORDED)) {
            String branch = ref.getName().substring(RECORDED.length());
            heads.put(new BranchName(branch), new CommitId(ref.getObjectId().name()));
          }
          return heads;
        });
  }

  /// Notes, beside the branch and unseen by clients, that somebody knows of its head.
  ///
  /// @param head null to forget the branch
  public void record(RepositoryName name, BranchName branch, @Nullable CommitId head) {
    String ref = RECORDED + branch;
    in(
        name,
        (repository, walk) -> {
          for (int tries = 0; tries < LOCK_TRIES; tries++) {
            RefUpdate update = repository.updateRef(ref);
            update.setForceUpdate(true);
            if (head != null) {
              update.setNewObjectId(ObjectId.fromString(head.hex()));
            }
            RefUpdate.Result result = head == null ? update.delete(walk) : update.update(walk);
            switch (result) {
              case NEW, NO_CHANGE, FORCED, FAST_FORWARD -> {
                return true;
              }
              case LOCK_FAILURE -> LockSupport.parkNanos(LOCK_PAUSE_NANOS);
              case IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED, REJECTED_CURRENT_BRANCH, REJECTED_MISSING_OBJECT,
                      REJECTED_OTHER_REASON ->
                  throw new GitTrouble("the head of " + branch + " of " + name + " cannot be noted: " + result);
            }
          }
          throw lockHeld(name, ref);
        });
  }

  /// The files of a commit whose path is wanted, read as UTF-8; links and submodules are left out. A file of more than
  /// 1 MiB is a [GitTrouble] that names it: half of a text is not that text.
  public List<SourceFile> files(RepositoryName name, CommitId commit, Predicate<String> path) {
    return in(
        name,
        (repository, walk) -> {
          var files = new ArrayList<SourceFile>();
          try (var tree = new TreeWalk(repository, walk.getObjectReader())) {
            tree.addTree(walk.parseCommit(ObjectId.fromString(commit.hex())).getTree());
            tree.setRecursive(true);
            while (tree.next()) {
              if ((tree.getRawMode(0) & FileMode.TYPE_MASK) == FileMode.TYPE_FILE && path.test(tree.getPathString())) {
                var loader = walk.getObjectReader().open(tree.getObjectId(0), Constants.OBJ_BLOB);
                if (loader.getSize() > LARGEST_SOURCE_FILE) {
                  throw new GitTrouble(tree.getPathString() + " has " + loader.getSize() + " bytes; at most "
                      + LARGEST_SOURCE_FILE + " are read");
                }
                files.add(new SourceFile(tree.getPathString(), new String(loader.getBytes(), StandardCharsets.UTF_8)));
              }
            }
          }
          return files;
        });
  }

  /// Writes the files of a commit as a tar archive, with a `.git` in which git works: a shallow clone on that branch.
  ///
  /// @param branch null: the clone's head is detached
  public void writeWorkspace(RepositoryName name, CommitId commit, @Nullable BranchName branch, OutputStream to)
      throws IOException {
    try (Repository repository = open(name)) {
      workspaces.write(new WorkspaceTar(repository, name, commit, branch), to);
    } catch (GitTrouble trouble) {
      throw new IOException(trouble.getMessage(), trouble);
    }
  }

  /// Lets go of all files. Closing twice is fine.
  @Override
  public void close() {
    for (RepositoryName name : List.copyOf(opened.keySet())) {
      Repository repository = opened.remove(name);
      if (repository != null) {
        repository.close();
      }
    }
  }

  /// The repository, for one use: to be closed by who asked.
  Repository open(RepositoryName name) {
    Repository repository =
        opened.computeIfAbsent(
            name,
            _ -> {
              if (!has(name)) {
                throw new GitTrouble("there is no repository " + name);
              }
              try {
                return new FileRepositoryBuilder()
                    .setBare()
                    .setGitDir(folder(name).toFile())
                    .setMustExist(true)
                    .build();
              } catch (IOException e) {
                throw new GitTrouble("the repository " + name + " cannot be opened", e);
              }
            });
    repository.incrementOpen();
    return repository;
  }

  /// The branch that a ref is, if it is one that can be named here.
  static Optional<BranchName> branch(String ref) {
    String text = ref.startsWith(BranchName.PREFIX) ? ref.substring(BranchName.PREFIX.length()) : "";
    return text.isBlank() || text.startsWith(BranchName.PREFIX) ? Optional.empty() : Optional.of(new BranchName(text));
  }

  static Commit commit(RevCommit commit) {
    PersonIdent author = commit.getAuthorIdent();
    return new Commit(id(commit), commit.getShortMessage(), author == null ? "" : author.getName());
  }

  @FunctionalInterface
  private interface Work<T> {
    T on(Repository repository, RevWalk walk) throws IOException;
  }

  private <T> T in(RepositoryName name, Work<T> work) {
    try (Repository repository = open(name);
        var walk = new RevWalk(repository)) {
      return work.on(repository, walk);
    } catch (IOException | UncheckedIOException e) {
      throw new GitTrouble("the repository " + name + " cannot be read or written", e);
    }
  }

  private TreeMerge merger() {
    TreeMerge known = merger;
    if (known == null) {
      known = TreeMerge.best();
      merger = known;
    }
    return known;
  }

  private Path folder(RepositoryName name) {
    return root.resolve(name + SUFFIX);
  }

  private static CommitId id(RevCommit commit) {
    return new CommitId(commit.name());
  }

  private static @Nullable ObjectId head(Repository repository, BranchName branch) throws IOException {
    if (!Repository.isValidRefName(branch.ref())) {
      return null;
    }
    Ref ref = repository.exactRef(branch.ref());
    return ref == null ? null : ref.getObjectId();
  }

  private static @Nullable RevCommit parse(RevWalk walk, CommitId commit) throws IOException {
    try {
      return walk.parseCommit(ObjectId.fromString(commit.hex()));
    } catch (MissingObjectException | IncorrectObjectTypeException notThere) {
      return null;
    }
  }

  private static boolean related(RevWalk walk, RevCommit one, RevCommit other) throws IOException {
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

  private static CommitId write(
      Repository repository, Effect.Merge order, RevCommit base, RevCommit commit, ObjectId tree) throws IOException {
    Instant second = order.at().truncatedTo(ChronoUnit.SECONDS);
    var who = new PersonIdent("Millrace", "millrace@localhost", second, ZoneOffset.UTC);
    var candidate = new CommitBuilder();
    candidate.setTreeId(tree);
    candidate.setParentIds(base, commit);
    candidate.setAuthor(who);
    candidate.setCommitter(who);
    candidate.setMessage(
        "Merge " + order.branch() + " into " + order.into() + " (" + order.change() + ")\n\n"
            + order.commit().subject() + "\n");
    try (var inserter = repository.newObjectInserter()) {
      ObjectId written = inserter.insert(candidate);
      inserter.flush();
      return new CommitId(written.name());
    }
  }

  private static boolean deleteBranch(Repository repository, RevWalk walk, Effect.Promote order) throws IOException {
    BranchName branch = order.branch();
    if (branch == null || branch.equals(order.into())) {
      return false;
    }
    for (int tries = 0; tries < LOCK_TRIES; tries++) {
      ObjectId head = head(repository, branch);
      if (head == null) {
        return true;
      }
      if (!head.name().equals(order.tip().hex())) {
        return false;
      }
      RefUpdate deletion = repository.updateRef(branch.ref());
      deletion.setExpectedOldObjectId(head);
      // JGit calls every deletion of a commit a forced one; the expected id keeps it safe
      deletion.setForceUpdate(true);
      switch (deletion.delete(walk)) {
        case FORCED -> {
          return true;
        }
        case LOCK_FAILURE -> LockSupport.parkNanos(LOCK_PAUSE_NANOS);
        case NEW, NO_CHANGE, FAST_FORWARD, IO_FAILURE, NOT_ATTEMPTED, RENAMED, REJECTED, REJECTED_CURRENT_BRANCH,
                REJECTED_MISSING_OBJECT, REJECTED_OTHER_REASON ->
            throw new GitTrouble(branch + " could not be deleted: " + deletion.getResult());
      }
    }
    throw lockHeld(order.repository(), branch.ref());
  }

  private static GitTrouble lockHeld(RepositoryName name, String ref) {
    return new GitTrouble(
        ref + " in " + name + " is locked by somebody else; if no git process works there, delete "
            + name + SUFFIX + "/" + ref + ".lock");
  }

  private static void delete(Path folder) throws IOException {
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path done, @Nullable IOException trouble) throws IOException {
            Files.delete(done);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
