package dev.millrace.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// The archives built lately, as files in a folder: many steps ask for the same one. Who asks for one that is being
/// built waits for it. Those asked for longest ago go first; an archive being read stays readable.
final class Workspaces {
  private static final String SUFFIX = ".tar";
  private static final String UNFINISHED = ".part";
  private static final int MOST = 64;
  private static final long MOST_BYTES = 2L << 30;

  private record Archive(Path file, long bytes) {}

  private final Path folder;
  private final int most;
  private final long mostBytes;
  private final Map<String, CompletableFuture<Archive>> archives = new LinkedHashMap<>(16, 0.75f, true);

  Workspaces(Path folder) throws IOException {
    this(folder, MOST, MOST_BYTES);
  }

  /// What an earlier process left is deleted: it may be torn, and building is quick.
  Workspaces(Path folder, int most, long mostBytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.most = most;
    this.mostBytes = mostBytes;
    try (var leftovers = Files.newDirectoryStream(folder, "*{" + SUFFIX + "," + UNFINISHED + "}")) {
      for (Path leftover : leftovers) {
        Files.delete(leftover);
      }
    }
  }

  void write(WorkspaceTar wanted, OutputStream to) throws IOException {
    try (InputStream archive = open(wanted)) {
      archive.transferTo(to);
    }
  }

  private InputStream open(WorkspaceTar wanted) throws IOException {
    String key = wanted.key();
    while (true) {
      var mine = new CompletableFuture<Archive>();
      CompletableFuture<Archive> known;
      synchronized (archives) {
        // not putIfAbsent: only get counts as being asked for
        known = archives.get(key);
        if (known == null) {
          archives.put(key, mine);
        }
      }
      if (known == null) {
        return build(key, wanted, mine);
      }
      try {
        return Files.newInputStream(known.get().file());
      } catch (NoSuchFileException | ExecutionException gone) {
        // evicted meanwhile, or who was building it gave up: now it is our turn
        forget(key, known);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("interrupted while waiting for a workspace");
      }
    }
  }

  private InputStream build(String key, WorkspaceTar wanted, CompletableFuture<Archive> mine) throws IOException {
    String stem = UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)) + "-" + UUID.randomUUID();
    Path unfinished = folder.resolve(stem + UNFINISHED);
    Path spare = folder.resolve(stem + ".pack" + UNFINISHED);
    try {
      wanted.writeTo(unfinished, spare);
      Path file = folder.resolve(stem + SUFFIX);
      Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
      // opened before others can evict it
      InputStream opened = Files.newInputStream(file);
      mine.complete(new Archive(file, Files.size(file)));
      evict(mine);
      return opened;
    } finally {
      if (!mine.isDone()) {
        forget(key, mine);
        mine.completeExceptionally(new IOException("the workspace could not be built"));
      }
      Files.deleteIfExists(unfinished);
      Files.deleteIfExists(spare);
    }
  }

  private void forget(String key, CompletableFuture<Archive> archive) {
    synchronized (archives) {
      archives.remove(key, archive);
    }
  }

  private void evict(CompletableFuture<Archive> newest) throws IOException {
    synchronized (archives) {
      long bytes =
          archives.values().stream()
              .filter(CompletableFuture::isDone)
              .mapToLong(archive -> archive.join().bytes())
              .sum();
      Iterator<CompletableFuture<Archive>> oldestFirst = archives.values().iterator();
      while ((archives.size() > most || bytes > mostBytes) && oldestFirst.hasNext()) {
        CompletableFuture<Archive> oldest = oldestFirst.next();
        if (oldest != newest && oldest.isDone()) {
          Archive archive = oldest.join();
          oldestFirst.remove();
          Files.deleteIfExists(archive.file());
          bytes -= archive.bytes();
        }
      }
    }
  }
}
