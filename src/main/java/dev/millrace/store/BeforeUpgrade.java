package dev.millrace.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// A database's file as it was before its tables were changed, kept beside it until that is done. Where one is found,
/// it was not.
final class BeforeUpgrade {
  private final Path file;
  private final Path kept;
  private final Path part;

  private BeforeUpgrade(Path file) {
    this.file = file;
    this.kept = file.resolveSibling(file.getFileName() + ".before-upgrade");
    this.part = file.resolveSibling(file.getFileName() + ".before-upgrade.part");
  }

  /// Empty when it is in no file of ours: then its own transactions have to do.
  static Optional<BeforeUpgrade> of(String url) {
    return Database.file(url).map(BeforeUpgrade::new);
  }

  boolean isThere() {
    return Files.exists(kept);
  }

  /// To be called while nobody has the file open.
  void keep() {
    try {
      Files.copy(file, part, StandardCopyOption.REPLACE_EXISTING);
      try (var channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StoreException(
          "the database " + file + " has to be brought up to date, and there is no room for a copy of it as it is ("
              + e.getMessage() + "): make room for " + size() + " MB beside it",
          e);
    }
  }

  private long size() {
    try {
      return (Files.size(file) >> 20) + 1;
    } catch (IOException e) {
      return 0;
    }
  }

  void putBack() {
    try {
      Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StoreException(
          "the database is as it was in " + kept + ", which cannot be moved to its place: " + e.getMessage(), e);
    }
  }

  void forget() {
    try {
      Files.delete(kept);
    } catch (IOException e) {
      throw new StoreException(kept + " is not needed any more and cannot be deleted: " + e.getMessage(), e);
    }
  }
}
