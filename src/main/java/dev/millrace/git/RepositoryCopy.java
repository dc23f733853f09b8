package dev.millrace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;

/// Copies a repository that is being worked with, as it is at one moment.
///
/// First the refs, all branches as of one moment: a promotion moves its target and then deletes a branch, and a copy
/// with neither would have lost a commit. Then the objects: what a ref names is there before the ref is, and stays,
/// since nobody clears away here. Should somebody repack by hand meanwhile, what has vanished is found again under its
/// new name.
final class RepositoryCopy {
  private static final int TRIES = 500;
  private static final long PAUSE_NANOS = 2_000_000;
  private static final int ROUNDS = 5;

  private final Repository repository;
  private final Path folder;

  RepositoryCopy(Repository repository) {
    this.repository = repository;
    this.folder = repository.getDirectory().toPath();
  }

  /// @param recorded the heads that somebody knew of, as they were before
  void write(Map<BranchName, CommitId> recorded, CopyTo to) throws IOException {
    SortedMap<String, String> refs = new TreeMap<>();
    SortedMap<String, String> branches = branches();
    for (Ref ref : repository.getRefDatabase().getRefsByPrefix(Constants.R_REFS)) {
      String name = ref.getName();
      if (!name.startsWith(BranchName.PREFIX) && !name.startsWith(HiddenRefs.RECORDED)) {
        put(refs, ref);
      }
    }
    refs.putAll(branches);
    recorded.forEach((branch, head) -> refs.put(HiddenRefs.RECORDED + branch, head.hex()));
    var packed = new StringBuilder();
    refs.forEach((name, id) -> packed.append(id).append(' ').append(name).append('\n'));
    to.file(Constants.PACKED_REFS, new ByteArrayInputStream(packed.toString().getBytes(UTF_8)));
    for (String file : List.of(Constants.HEAD, Constants.CONFIG)) {
      copy(file, to);
    }
    // without them git sees no repository here
    to.folder(Constants.OBJECTS);
    to.folder("refs/heads");
    objects(to);
  }

  /// Read until nothing has moved from one time to the next: so it was in between.
  private SortedMap<String, String> branches() throws IOException {
    SortedMap<String, String> before = read();
    for (int tries = 0; tries < TRIES; tries++) {
      SortedMap<String, String> again = read();
      if (again.equals(before)) {
        return again;
      }
      before = again;
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    throw new GitTrouble("the branches of " + folder.getFileName() + " do not stand still for a moment; try again");
  }

  private SortedMap<String, String> read() throws IOException {
    var read = new TreeMap<String, String>();
    for (Ref ref : repository.getRefDatabase().getRefsByPrefix(BranchName.PREFIX)) {
      put(read, ref);
    }
    return read;
  }

  private static void put(Map<String, String> refs, Ref ref) {
    if (!ref.isSymbolic() && ref.getObjectId() != null) {
      refs.put(ref.getName(), ref.getObjectId().name());
    }
  }

  private void objects(CopyTo to) throws IOException {
    Set<String> copied = new HashSet<>();
    for (int round = 0; round < ROUNDS; round++) {
      boolean whole = true;
      for (String file : files()) {
        if (!copied.contains(file)) {
          boolean there = copy(file, to);
          whole &= there;
          if (there) {
            copied.add(file);
          }
        }
      }
      if (whole) {
        return;
      }
    }
    throw new GitTrouble("somebody clears away in " + folder.getFileName() + " all the time; try again");
  }

  /// The files with objects that are whole: a pack is when its index is there.
  private List<String> files() throws IOException {
    Path objects = folder.resolve(Constants.OBJECTS);
    try (Stream<Path> all = Files.walk(objects)) {
      Set<String> names = new HashSet<>();
      all.filter(Files::isRegularFile).forEach(file -> names.add(folder.relativize(file).toString()));
      return names.stream()
          .filter(
              name ->
                  name.matches("objects/[0-9a-f]{2}/[0-9a-f]{38}")
                      || name.matches("objects/pack/pack-[0-9a-f]+\\.(pack|idx|keep|rev|bitmap)")
                          && names.contains(name.replaceFirst("\\.[a-z]+$", ".idx"))
                          && names.contains(name.replaceFirst("\\.[a-z]+$", ".pack")))
          .sorted()
          .toList();
    } catch (java.io.UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /// Whether it was there.
  private boolean copy(String file, CopyTo to) throws IOException {
    try (InputStream content = Files.newInputStream(folder.resolve(file))) {
      to.file(file, content);
      return true;
    } catch (NoSuchFileException gone) {
      return false;
    }
  }
}
