package dev.millrace.git;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.DeflaterOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.eclipse.jgit.internal.storage.pack.PackWriter;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.NullProgressMonitor;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.lib.Ref;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.revwalk.DepthWalk;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevObject;
import org.eclipse.jgit.revwalk.RevTag;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.pack.PackConfig;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.jspecify.annotations.Nullable;

/// The tar archive of one commit's files, with a `.git` as `git clone --depth 50` would have made it.
///
/// Everything belongs to root and carries the commit's time. The index says the same time and size, and the clone's
/// configuration says that nothing else counts, so `git status` is clean without reading the files.
///
/// @param branch what the clone's HEAD is on; null for a detached one
record WorkspaceTar(Repository repository, RepositoryName name, CommitId commit, @Nullable BranchName branch) {
  static final int DEPTH = 50;

  private static final List<String> FOLDERS =
      List.of(
          ".git", ".git/objects", ".git/objects/info", ".git/objects/pack", ".git/refs", ".git/refs/heads",
          ".git/refs/tags");

  private static final String CONFIG =
      """
      [core]
      \trepositoryformatversion = 0
      \tfilemode = true
      \tbare = false
      \tlogallrefupdates = true
      \tcheckStat = minimal
      \ttrustctime = false
      """;

  /// What the archive's content depends on, in one line.
  String key() throws IOException {
    String tags =
        repository.getRefDatabase().getRefsByPrefix(Constants.R_TAGS).stream()
            .map(tag -> tag.getName() + "=" + tag.getObjectId())
            .collect(Collectors.joining(" "));
    return name + " " + commit + " " + (branch == null ? "(detached)" : branch.ref()) + " " + tags;
  }

  /// @param spare a file that may be overwritten and is of no use afterwards
  void writeTo(Path file, Path spare) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 17);
        var tar = new TarArchiveOutputStream(out, UTF_8.name());
        ObjectReader reader = repository.newObjectReader()) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setAddPaxHeadersForNonAsciiNames(true);
      History history = history(reader);
      var entries = new Entries(tar, history.seconds());
      writeGit(entries, reader, history, spare, writeFiles(entries, reader, history));
    }
  }

  /// The commits of the shallow clone.
  ///
  /// @param seconds the time of the newest, since 1970; 0 means "unknown" in an index, so at least 1
  /// @param cut those whose parents are left out
  private record History(ObjectId tree, long seconds, Set<ObjectId> all, Set<String> cut) {}

  private History history(ObjectReader reader) throws IOException {
    try (var walk = new DepthWalk.RevWalk(reader, DEPTH - 1)) {
      RevCommit head = walk.parseCommit(ObjectId.fromString(commit.hex()));
      walk.markRoot(head);
      var all = new HashSet<ObjectId>();
      var cut = new TreeSet<String>();
      for (RevCommit next = walk.next(); next != null; next = walk.next()) {
        all.add(next.copy());
        if (((DepthWalk.Commit) next).getDepth() == DEPTH - 1 && next.getParentCount() > 0) {
          cut.add(next.name());
        }
      }
      long seconds = Math.clamp(head.getCommitTime(), 1L, Integer.MAX_VALUE);
      return new History(head.getTree().copy(), seconds, all, cut);
    }
  }

  /// Writes the files and answers the index that describes them.
  private static byte[] writeFiles(Entries entries, ObjectReader reader, History history) throws IOException {
    var index = new IndexFile(history.seconds());
    try (var walk = new TreeWalk(reader)) {
      walk.addTree(history.tree());
      while (walk.next()) {
        String path = walk.getPathString();
        FileMode mode = walk.getFileMode(0);
        if (mode == FileMode.TREE) {
          entries.folder(path);
          walk.enterSubtree();
          continue;
        }
        ObjectId id = walk.getObjectId(0);
        long size = 0;
        if (mode == FileMode.GITLINK) {
          entries.folder(path);
        } else {
          var content = reader.open(id, Constants.OBJ_BLOB);
          size = content.getSize();
          if (mode == FileMode.SYMLINK) {
            entries.link(path, new String(content.getCachedBytes(), UTF_8));
          } else {
            content.copyTo(entries.file(path, size, mode == FileMode.EXECUTABLE_FILE));
            entries.endFile();
          }
        }
        index.add(walk.getRawPath(), mode, id, size);
      }
    }
    return index.bytes();
  }

  private void writeGit(Entries entries, ObjectReader reader, History history, Path spare, byte[] index)
      throws IOException {
    for (String folder : FOLDERS) {
      entries.folder(folder);
    }
    entries.file(".git/HEAD", (branch == null ? commit.hex() : "ref: " + branch.ref()) + "\n");
    entries.file(".git/config", CONFIG);
    if (!history.cut().isEmpty()) {
      entries.file(".git/shallow", String.join("\n", history.cut()) + "\n");
    }
    writePack(entries, spare);
    entries.file(".git/packed-refs", writeTags(entries, reader, history));
    // newer than the files, or git would not trust what it says about them
    entries.at(history.seconds() + 1).file(".git/index", index);
  }

  private void writePack(Entries entries, Path spare) throws IOException {
    var config = new PackConfig(repository);
    // searching for deltas costs more than the few bytes it saves on the way to a container
    config.setDeltaCompress(false);
    config.setCompressionLevel(1);
    config.setThreads(1);
    try (var pack = new PackWriter(config, repository.newObjectReader())) {
      pack.setUseBitmaps(false);
      pack.setDeltaBaseAsOffset(true);
      pack.setShallowPack(DEPTH, Set.of());
      pack.preparePack(NullProgressMonitor.INSTANCE, Set.of(ObjectId.fromString(commit.hex())), Set.of());
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(spare), 1 << 17)) {
        pack.writePack(NullProgressMonitor.INSTANCE, NullProgressMonitor.INSTANCE, out);
      }
      String path = ".git/objects/pack/pack-" + pack.computeName().name();
      Files.copy(spare, entries.file(path + ".pack", Files.size(spare), false));
      entries.endFile();
      var packIndex = new ByteArrayOutputStream();
      pack.writeIndex(packIndex);
      entries.file(path + ".idx", packIndex.toByteArray());
    }
  }

  /// Writes the tag objects and answers all refs in the form of `packed-refs`.
  private String writeTags(Entries entries, ObjectReader reader, History history) throws IOException {
    var refs = new TreeMap<String, String>();
    if (branch != null) {
      refs.put(branch.ref(), commit.hex() + " " + branch.ref() + "\n");
    }
    var written = new HashSet<ObjectId>();
    var folders = new HashSet<String>();
    try (var walk = new RevWalk(reader)) {
      for (Ref tag : repository.getRefDatabase().getRefsByPrefix(Constants.R_TAGS)) {
        RevObject target = walk.parseAny(tag.getObjectId());
        RevObject peeled = walk.peel(target);
        if (!history.all().contains(peeled)) {
          continue;
        }
        String line = target.name() + " " + tag.getName() + "\n";
        refs.put(tag.getName(), target.equals(peeled) ? line : line + "^" + peeled.name() + "\n");
        while (target instanceof RevTag annotated) {
          if (written.add(annotated.copy())) {
            String folder = ".git/objects/" + annotated.name().substring(0, 2);
            if (folders.add(folder)) {
              entries.folder(folder);
            }
            entries.file(folder + "/" + annotated.name().substring(2), loose(reader, annotated));
          }
          target = walk.parseAny(annotated.getObject());
        }
      }
    }
    return "# pack-refs with: peeled fully-peeled sorted \n" + String.join("", refs.values());
  }

  private static byte[] loose(ObjectReader reader, RevTag tag) throws IOException {
    byte[] content = reader.open(tag, Constants.OBJ_TAG).getBytes();
    var bytes = new ByteArrayOutputStream();
    try (var deflated = new DeflaterOutputStream(bytes)) {
      deflated.write(("tag " + content.length + "\0").getBytes(UTF_8));
      deflated.write(content);
    }
    return bytes.toByteArray();
  }

  /// Entries with one owner and one time.
  private record Entries(TarArchiveOutputStream tar, long seconds) {
    Entries at(long otherSeconds) {
      return new Entries(tar, otherSeconds);
    }

    void folder(String path) throws IOException {
      put(new TarArchiveEntry(path + "/", TarConstants.LF_DIR), 0755, 0);
      tar.closeArchiveEntry();
    }

    void link(String path, String target) throws IOException {
      var entry = new TarArchiveEntry(path, TarConstants.LF_SYMLINK);
      entry.setLinkName(target);
      put(entry, 0777, 0);
      tar.closeArchiveEntry();
    }

    /// The content is to be written to the stream, which stays open, then [#endFile] called.
    OutputStream file(String path, long size, boolean executable) throws IOException {
      put(new TarArchiveEntry(path, TarConstants.LF_NORMAL), executable ? 0755 : 0644, size);
      return tar;
    }

    void endFile() throws IOException {
      tar.closeArchiveEntry();
    }

    void file(String path, byte[] content) throws IOException {
      file(path, content.length, false).write(content);
      endFile();
    }

    void file(String path, String content) throws IOException {
      file(path, content.getBytes(UTF_8));
    }

    private void put(TarArchiveEntry entry, int mode, long size) throws IOException {
      entry.setMode(mode);
      entry.setSize(size);
      entry.setIds(0, 0);
      entry.setModTime(FileTime.from(Instant.ofEpochSecond(seconds)));
      tar.putArchiveEntry(entry);
    }
  }
}
