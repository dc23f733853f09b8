package dev.millrace.backup;

import dev.millrace.change.CommitId;
import dev.millrace.git.CopyTo;
import dev.millrace.git.Repositories;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.store.DatabaseCopy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Writes a backup, while the server works or while there is none.
///
/// The parts are of different moments, in the order that a crash leaves them in, so that what recovers from a crash
/// recovers from this:
///
/// 1. of each repository, which heads the engine has recorded: no more than the database knows;
/// 2. the database: no more than the repositories hold;
/// 3. the repositories. What was pushed since then differs from what was recorded, and is taken up;
/// 4. the logs and everything else. Those of attempts that the database does not know, or has not seen end, are left
///    out when it is restored: these are run again.
public final class Backup {
  /// Where an operator may have backups below the data directory: not a part of the next one.
  static final String BACKUPS = "backups";

  static final String GIT = "git";

  /// What can be made again, and what has a place of its own.
  private static final Set<String> LEFT_OUT =
      Set.of(GIT, "workspaces", BACKUPS, Hatch.NAME, DatabaseCopy.NAME, "millrace.trace.db");

  private static final String ENDING = ".git/";

  private final Path data;
  private final DatabaseCopy database;
  private final Repositories repositories;
  private final Clock clock;

  public Backup(Path data, DatabaseCopy database, Repositories repositories, Clock clock) {
    this.data = data.toAbsolutePath().normalize();
    this.database = database;
    this.repositories = repositories;
    this.clock = clock;
  }

  public void write(OutputStream to) throws IOException {
    var archive = new Archive(to);
    Map<RepositoryName, SortedMap<BranchName, CommitId>> recorded = new HashMap<>();
    repositories.names().forEach(name -> recorded.put(name, repositories.recorded(name)));
    archive.file(DatabaseCopy.NAME, database::copy);
    // also those that have been made since: the database may know them
    for (RepositoryName name : new TreeSet<>(repositories.names())) {
      var its = recorded.getOrDefault(name, Collections.emptySortedMap());
      repositories.copy(name, its, below(GIT + "/" + name + ENDING, archive));
    }
    for (Path file : others()) {
      try (InputStream content = Files.newInputStream(file)) {
        archive.file(data.relativize(file).toString(), content);
      } catch (NoSuchFileException gone) {
        // it was of a moment only
        continue;
      }
    }
    archive.end(version(), database.schema(), database.installation(), clock.instant());
  }

  private static CopyTo below(String prefix, Archive archive) {
    return new CopyTo() {
      @Override
      public void file(String path, InputStream content) throws IOException {
        archive.file(prefix + path, content);
      }

      @Override
      public void folder(String path) throws IOException {
        archive.folder(prefix + path);
      }
    };
  }

  /// Everything that is not known to be something else: what later versions keep beside it is in it, too.
  private List<Path> others() throws IOException {
    try (Stream<Path> all = Files.walk(data)) {
      return all.filter(file -> Files.isRegularFile(file) && !leftOut(data.relativize(file))).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static boolean leftOut(Path file) {
    String top = file.getName(0).toString();
    return LEFT_OUT.contains(top) || top.startsWith(".") || top.startsWith(DatabaseCopy.NAME);
  }

  /// The version of this Millrace, for people.
  static String version() {
    return Optional.ofNullable(Backup.class.getPackage().getImplementationVersion()).orElse("of no release");
  }
}
