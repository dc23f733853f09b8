package dev.millrace.git;

import dev.millrace.change.Between;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.AbbreviatedObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
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
  private static final Logger LOG = LoggerFactory.getLogger(Repositories.class);

  /// What JGit (`incoming_`, `noz`) and git (`tmp_`) write before an object or a pack gets its name.
  private static final Predicate<String> HALF_AN_OBJECT =
      Pattern.compile("incoming_.*|noz.*\\.tmp|tmp_.*").asMatchPredicate();
  private static final String SUFFIX = ".git";
  private static final BranchName DEFAULT_BRANCH = new BranchName("main");
  private static final long LARGEST_SOURCE_FILE = 1 << 20;

  private final Path root;
  private final Workspaces workspaces;
  private final Map<RepositoryName, Repository> opened = new ConcurrentHashMap<>();
  private volatile @Nullable TreeMerge merger;

  /// Loads what takes JGit a while and touches no repository.
  public static void prepare() {
    Isolation.begin();
  }

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
  /// leaves its locks behind, and nothing would move that they lock; and packs of pushes that never ended, or that are to
  /// be kept until a push has ended.
  private static void breakLocks(Path root) throws IOException {
    try (Stream<Path> repositories = Files.list(root)) {
      for (Path repository : repositories.filter(Files::isDirectory).toList()) {
        // no ref can be named so
        remove(repository, 1, name -> name.endsWith(".lock"));
        remove(repository.resolve("refs"), Integer.MAX_VALUE, name -> name.endsWith(".lock"));
        remove(repository.resolve("objects"), 2, HALF_AN_OBJECT);
        remove(repository.resolve("objects/pack"), 1, name -> name.endsWith(".keep") || name.endsWith(".keep.lock"));
      }
    }
  }

  private static void remove(Path folder, int depth, Predicate<String> left) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> files = Files.find(folder, depth, (file, its) -> its.isRegularFile() && left.test(file.getFileName().toString()))) {
      for (Path file : files.toList()) {
        LOG.info("Removing {}, which a process left that was killed", file);
        Files.delete(file);
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

  /// The commits whose names begin so, by name.
  ///
  /// @param beginning four hexadecimal digits at least, else there are none
  public List<Commit> beginning(RepositoryName name, String beginning, int limit) {
    if (!beginning.matches("[0-9a-fA-F]{4,40}")) {
      return List.of();
    }
    return in(
        name,
        (repository, walk) -> {
          var found = new ArrayList<Commit>();
          for (ObjectId candidate : walk.getObjectReader().resolve(AbbreviatedObjectId.fromString(beginning)).stream().sorted().toList()) {
            // a whole id is not looked up by resolve
            if (found.size() < limit
                && walk.getObjectReader().has(candidate)
                && walk.parseAny(candidate) instanceof RevCommit commit) {
              found.add(commit(commit));
            }
          }
          return found;
        });
  }

  /// With which commit of the branch's own line, following first parents, the commit came onto it: the first one that
  /// contains it. Empty when none of the last 20,000 has brought it.
  public Optional<CommitId> landing(RepositoryName name, BranchName target, CommitId commit) {
    return in(
        name,
        (repository, walk) -> {
          ObjectId head = head(repository, target);
          RevCommit wanted = parse(walk, commit);
          return head == null || wanted == null
              ? Optional.empty()
              : Ancestry.landing(walk, walk.parseCommit(head), wanted).map(Repositories::id);
        });
  }

  /// Those of the commits from which this one can be reached; what the repository does not have is none of them.
  public Set<CommitId> containing(RepositoryName name, CommitId commit, Set<CommitId> among) {
    return in(
        name,
        (repository, walk) -> {
          RevCommit wanted = parse(walk, commit);
          return wanted == null ? Set.of() : Ancestry.containing(walk, wanted, among);
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

  /// Makes what the target branch would become with these changes. No branch moves; the same order on the same head
  /// makes the same commits.
  public MergeOutcome stack(Effect.Merge order) {
    RepositoryName name = order.repository();
    if (!has(name)) {
      return new MergeOutcome.Impossible(null, "there is no repository " + name);
    }
    return in(name, (repository, walk) -> new Candidates(repository, walk, merger()).stack(order));
  }

  /// Moves the target branch from the candidate's base to the candidate, if it still is there, then deletes the
  /// branches of the changes that landed, each if it still is where it was.
  public PromotionOutcome promote(Effect.Promote order) {
    RepositoryName name = order.repository();
    if (!has(name)) {
      return new PromotionOutcome.Impossible("there is no repository " + name);
    }
    return in(name, (repository, walk) -> new Promotions(name, repository, walk).promote(order));
  }

  /// Moves another branch to what has landed, or creates it there. It never moves back.
  public AdvanceOutcome advance(Effect.Advance order) {
    RepositoryName name = order.repository();
    if (!has(name)) {
      return new AdvanceOutcome.Impossible("there is no repository " + name);
    }
    return in(
        name,
        (repository, walk) ->
            new Promotions(name, repository, walk).advance(order, new Candidates(repository, walk, merger())));
  }

  /// Whether the change has landed: one of the target's newest 1000 commits says that it came with it.
  public boolean brought(RepositoryName name, BranchName target, ChangeId change) {
    return in(
        name,
        (repository, _) -> {
          ObjectId head = head(repository, target);
          return head != null && Candidates.brought(repository, head, change);
        });
  }

  /// Holds a commit for as long as the change may need it, whatever becomes of its branch.
  public void keep(RepositoryName name, ChangeId change, CommitId commit) {
    in(
        name,
        (repository, walk) -> {
          new HiddenRefs(name, repository, walk).keep(change, commit);
          return true;
        });
  }

  /// The head of each branch that was last passed to [#record].
  public SortedMap<BranchName, CommitId> recorded(RepositoryName name) {
    return in(name, (repository, walk) -> new HiddenRefs(name, repository, walk).recorded());
  }

  /// Notes, beside the branch and unseen by clients, that somebody knows of its head.
  ///
  /// @param head null to forget the branch
  public void record(RepositoryName name, BranchName branch, @Nullable CommitId head) {
    in(
        name,
        (repository, walk) -> {
          new HiddenRefs(name, repository, walk).record(branch, head);
          return true;
        });
  }

  /// The same of several branches, as they have moved.
  public void record(RepositoryName name, List<RefMove> moves) {
    in(
        name,
        (repository, walk) -> {
          new HiddenRefs(name, repository, walk).record(moves);
          return true;
        });
  }

  /// Hands over what a copy of the repository needs, as it is at one moment, while it is worked with.
  ///
  /// @param recorded what [#recorded] was to say of the copy: taken before anything that has to know it
  public void copy(RepositoryName name, Map<BranchName, CommitId> recorded, CopyTo to) throws IOException {
    try (Repository repository = open(name)) {
      new RepositoryCopy(repository).write(recorded, to);
    }
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

  static CommitId id(RevCommit commit) {
    return new CommitId(commit.name());
  }

  static @Nullable ObjectId head(Repository repository, BranchName branch) throws IOException {
    if (!Repository.isValidRefName(branch.ref())) {
      return null;
    }
    Ref ref = repository.exactRef(branch.ref());
    return ref == null ? null : ref.getObjectId();
  }

  static @Nullable RevCommit parse(RevWalk walk, CommitId commit) throws IOException {
    try {
      return walk.parseCommit(ObjectId.fromString(commit.hex()));
    } catch (MissingObjectException | IncorrectObjectTypeException notThere) {
      return null;
    }
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
