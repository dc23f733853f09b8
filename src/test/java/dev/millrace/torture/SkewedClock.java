package dev.millrace.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What the server takes for the time of day, by libfaketime; how much time passes it sees as it is. Nobody else's clock
/// is touched: not the engine's, not that of the clients.
final class SkewedClock {
  private final Path offset;
  private final Path library;

  private SkewedClock(Path folder, Path library) throws IOException {
    this.offset = folder.resolve("clock");
    this.library = library;
    jump(0);
  }

  /// Empty where there is no libfaketime.
  static Optional<SkewedClock> in(Path folder) throws IOException {
    Optional<Path> library = library();
    return library.isPresent() ? Optional.of(new SkewedClock(folder, library.get())) : Optional.empty();
  }

  static boolean possible() throws IOException {
    return library().isPresent();
  }

  private static Optional<Path> library() throws IOException {
    Path libraries = Path.of("/usr/lib");
    if (!Files.isDirectory(libraries)) {
      return Optional.empty();
    }
    try (Stream<Path> kinds = Files.list(libraries)) {
      return kinds.map(kind -> kind.resolve("faketime/libfaketime.so.1")).filter(Files::exists).findFirst();
    }
  }

  /// From now on the server's clock shows the real time and this much more.
  void jump(int seconds) throws IOException {
    Path next = offset.resolveSibling("clock.next");
    Files.writeString(next, "%+d\n".formatted(seconds));
    Files.move(next, offset, StandardCopyOption.ATOMIC_MOVE);
  }

  /// For the server.
  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD", library.toString(), "FAKETIME_TIMESTAMP_FILE", offset.toString(), "FAKETIME_CACHE_DURATION", "1",
        "FAKETIME_DONT_FAKE_MONOTONIC", "1", "NO_FAKE_STAT", "1");
  }
}
