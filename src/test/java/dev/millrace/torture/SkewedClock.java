package dev.millrace.torture;

import dev.millrace.git.Worktree;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What the server takes for the time of day, by a library that is loaded before its others; how much time passes it sees
/// as it is. Nobody else's clock is touched: not the engine's, not that of the clients.
final class SkewedClock {
  private final Path library;
  private final Path file;

  private SkewedClock(Path folder, Path library) throws IOException {
    this.library = library;
    this.file = folder.resolve("clock");
    jump(0);
  }

  /// Empty where there is no C compiler.
  static Optional<SkewedClock> in(Path folder) throws IOException {
    Path library = folder.resolve("clock.so");
    Path source = folder.resolve("clock.c");
    try (InputStream text = Objects.requireNonNull(SkewedClock.class.getResourceAsStream("/torture/clock.c"))) {
      Files.copy(text, source);
    }
    Worktree.Ended ended =
        Worktree.run(folder, "sh", "-c", "command -v cc >/dev/null || exit 127; cc -O2 -fPIC -shared -o " + library + " " + source + " -ldl");
    return switch (ended.code()) {
      case 0 -> Optional.of(new SkewedClock(folder, library));
      case 127 -> Optional.empty();
      default -> throw new IOException(ended.output());
    };
  }

  /// From now on the server's clock shows the real time and this much more.
  void jump(int seconds) throws IOException {
    // never shorter, as the server has it mapped
    try (FileChannel ahead = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      ahead.write(ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder()).putLong(0, seconds), 0);
    }
  }

  /// For the server.
  Map<String, String> environment() {
    return Map.of("LD_PRELOAD", library.toString(), "TORTURE_CLOCK", file.toString());
  }
}
