package dev.millrace.log;

import dev.millrace.change.AttemptId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The logs of all attempts: `root/{pipeline}/{number}/{stage}/{step}/{attempt}.log` as printed, and beside each a
/// `.lines` that says where its lines are and when they were printed; where it has any, `.errors` and `.groups` say which
/// lines look like errors and which can be folded.
public final class Logs {
  private final Path root;
  private final Searches searches = new Searches();
  private final Map<AttemptId, LogWriter> open = new ConcurrentHashMap<>();

  public Logs(Path root) {
    this.root = root;
  }

  /// Opens the log to be written, or what a server that died has left of it; see [LogWriter#resume].
  /// There is one writer at a time: another one before the first is closed is a bug.
  public LogWriter writer(AttemptId attempt) {
    return open.compute(
        attempt,
        (_, other) -> {
          if (other != null) {
            throw new IllegalStateException("the log of " + attempt + " is being written already");
          }
          // what was found in a log that is cut now may be elsewhere, or nowhere
          searches.forget(attempt);
          return new LogWriter(place(attempt), writer -> open.remove(attempt, writer));
        });
  }

  /// A log may be read while it is written, and before there is anything of it.
  public LogReader reader(AttemptId attempt) {
    return new LogReader(attempt, place(attempt), searches, () -> Optional.ofNullable(open.get(attempt)));
  }

  /// Deletes the logs of attempts that are not wanted.
  ///
  /// @param wanted told an attempt's locator; nobody else may work with the logs meanwhile
  public void keep(Predicate<String> wanted) throws IOException {
    if (!Files.isDirectory(root)) {
      return;
    }
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!wanted.test(root.relativize(file).toString().replaceFirst("\\.[a-z]+$", ""))) {
          Files.delete(file);
        }
      }
    }
  }

  private Place place(AttemptId attempt) {
    return new Place(
        root.resolve(attempt + ".log"),
        root.resolve(attempt + ".lines"),
        root.resolve(attempt + ".errors"),
        root.resolve(attempt + ".groups"));
  }
}
