package dev.millrace.backup;

import dev.millrace.change.AttemptId;
import dev.millrace.git.GitTrouble;
import dev.millrace.git.Repositories;
import dev.millrace.log.Logs;
import dev.millrace.store.ClosedDatabase;
import dev.millrace.store.CopiedDatabase;
import dev.millrace.store.DatabaseCopy;
import dev.millrace.store.Store;
import dev.millrace.store.StoreException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/// The one file that holds all that a data directory kept.
public final class BackupFile {
  /// Where a restore works before all of it is there. Where one is found, it was cut off.
  private static final String HALF = ".restoring";

  private static final FileAttribute<?> OURS =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path file;
  private final Path folder;

  public BackupFile(Path file) {
    this.file = file.toAbsolutePath().normalize();
    this.folder = this.file.resolveSibling(".").normalize();
  }

  /// @param secrets the files in it that nobody else may read
  public record Taken(long bytes, List<String> secrets) {}

  /// @param before the installation that it was taken from
  /// @param now the one that it is from now on
  /// @param again what ran when it was taken, and runs again
  public record Restored(String version, Instant takenAt, String before, String now, List<AttemptId> again) {}

  /// Takes a backup of this data directory, by the server that works with it or, when there is none, directly. The file
  /// is there when it is whole.
  public Taken take(Path directory, Clock clock) {
    Path data = directory.toAbsolutePath().normalize();
    if (Files.exists(file)) {
      throw new BackupTrouble(file + " is there already: choose another name, or move it away");
    }
    if (file.startsWith(data) && !file.startsWith(data.resolve(Backup.BACKUPS))) {
      throw new BackupTrouble(
          "a backup cannot be a part of what it holds: put it outside of " + data + ", or into its " + Backup.BACKUPS);
    }
    Path part = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      try {
        Files.createDirectories(folder);
        Files.deleteIfExists(part);
        Files.createFile(part, OURS);
        try (var channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
          OutputStream to = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
          if (!Hatch.ask(data, to)) {
            alone(data, clock, to);
          }
          to.flush();
          channel.force(true);
        }
        var secrets = manifest(part).checksums().keySet().stream().filter(BackupFile::secret).toList();
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        sync(folder);
        return new Taken(Files.size(file), secrets);
      } finally {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      throw BackupTrouble.of("no backup is taken: " + file + " cannot be written", e);
    }
  }

  private static void alone(Path data, Clock clock, OutputStream to) throws IOException {
    try (var database = new ClosedDatabase(data);
        var repositories = new Repositories(data.resolve(Backup.GIT))) {
      new Backup(data, database, repositories, clock).write(to);
    } catch (StoreException | GitTrouble e) {
      throw new BackupTrouble(String.valueOf(e.getMessage()), e);
    }
  }

  /// What is said of a file in the backup that is a secret.
  private static boolean secret(String path) {
    return path.equals("credentials") || path.startsWith("ssh/id_");
  }

  /// Brings back what it holds, into a directory that is empty or not there, as another installation.
  public Restored restore(Path directory, Clock clock) {
    Path data = directory.toAbsolutePath().normalize();
    try {
      Manifest manifest = manifest(file);
      if (manifest.layout() > Manifest.LAYOUT || manifest.schema() > Store.SCHEMA) {
        throw new BackupTrouble(
            file + " was taken by a newer Millrace (" + manifest.version()
                + "): restore it with that version or a later one");
      }
      Files.createDirectories(data);
      if (!isEmpty(data)) {
        throw new BackupTrouble(
            Files.exists(data.resolve(HALF))
                ? "a restore into " + data + " was cut off: empty the directory, then restore again"
                : data + " is not empty: a backup is restored into a new directory, so that nothing there is lost");
      }
      Path half = Files.createDirectory(data.resolve(HALF));
      boolean done = false;
      try {
        unpack(manifest, half);
        Restored restored = begin(manifest, half, clock);
        // the database last: without it, it is no data directory
        for (Path entry : children(half)) {
          Files.move(entry, data.resolve(entry.getFileName()), StandardCopyOption.ATOMIC_MOVE);
        }
        Files.delete(half);
        sync(data);
        done = true;
        return restored;
      } finally {
        if (!done) {
          empty(data);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw BackupTrouble.of(file + " is not restored", e);
    } catch (StoreException e) {
      throw new BackupTrouble(file + " is not restored: " + e.getMessage(), e);
    }
  }

  /// Why no server can work with this directory; null when that is not because of a restore.
  public static @Nullable String obstacle(Path data) {
    return Files.exists(data.resolve(HALF))
        ? "a restore into " + data + " was cut off: empty the directory, then restore again"
        : null;
  }

  private static Manifest manifest(Path file) throws IOException {
    try (var zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(Manifest.NAME);
      byte[] text = entry == null ? new byte[0] : zip.getInputStream(entry).readAllBytes();
      Manifest manifest = Manifest.read(new String(text, StandardCharsets.UTF_8));
      if (manifest == null) {
        throw new BackupTrouble(file + " is no backup of Millrace");
      }
      return manifest;
    } catch (NoSuchFileException e) {
      throw new BackupTrouble("there is no backup " + file, e);
    } catch (ZipException e) {
      throw new BackupTrouble(file + " is no backup, or only a part of one", e);
    }
  }

  private void unpack(Manifest manifest, Path to) throws IOException {
    Set<String> missing = new HashSet<>(manifest.checksums().keySet());
    try (var zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : (Iterable<ZipEntry>) zip.stream().<ZipEntry>map(found -> found)::iterator) {
        String path = entry.getName();
        Path target = to.resolve(path).normalize();
        if (!target.startsWith(to) || target.equals(to)) {
          throw damaged(path);
        }
        if (entry.isDirectory()) {
          Files.createDirectories(target);
        } else if (!path.equals(Manifest.NAME)) {
          Files.createDirectories(target.getParent());
          if (!missing.remove(path) || !sum(zip, entry, target).equals(manifest.checksums().get(path))) {
            throw damaged(path);
          }
        }
      }
    } catch (ZipException | FileAlreadyExistsException e) {
      throw new BackupTrouble(file + " is damaged: choose another backup", e);
    }
    if (!missing.isEmpty()) {
      throw damaged(missing.stream().min(Comparator.naturalOrder()).orElseThrow());
    }
  }

  private BackupTrouble damaged(String path) {
    return new BackupTrouble(file + " is damaged: " + path + " in it is not what was put there; choose another backup");
  }

  private static String sum(ZipFile zip, ZipEntry entry, Path target) throws IOException {
    MessageDigest digest = Archive.sha256();
    var options = EnumSet.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    boolean ours = entry.getName().startsWith("ssh/") || secret(entry.getName());
    var attributes = ours ? new FileAttribute<?>[] {OURS} : new FileAttribute<?>[0];
    try (InputStream content = zip.getInputStream(entry);
        var channel = FileChannel.open(target, options, attributes);
        var to = new DigestOutputStream(Channels.newOutputStream(channel), digest)) {
      content.transferTo(to);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static Restored begin(Manifest manifest, Path data, Clock clock) throws IOException {
    try (var database = new CopiedDatabase(data)) {
      List<AttemptId> again =
          database.begin(clock.instant(), "restored from the backup of " + manifest.takenAt() + ":");
      new Logs(data.resolve("logs")).keep(database::ended);
      return new Restored(
          manifest.version(), manifest.takenAt(), manifest.installation(), database.installation(), again);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private static List<Path> children(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .sorted(Comparator.comparing(entry -> entry.endsWith(DatabaseCopy.NAME)))
          .toList();
    }
  }

  private static void empty(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).filter(path -> !path.equals(folder)).toList()) {
        Files.delete(path);
      }
    }
  }

  /// A new name is on the disk only when its folder is.
  private static void sync(Path folder) throws IOException {
    try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
