package dev.millrace.git;

import dev.millrace.pipeline.RepositoryName;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Refs move under a lock, which somebody else may hold for a moment.
final class Locked {
  private static final int TRIES = 100;
  private static final long PAUSE_NANOS = 20_000_000;

  private Locked() {}

  @FunctionalInterface
  interface Move<T> {
    /// Null when the lock was held.
    @Nullable T attempt() throws IOException;
  }

  /// Tries until the lock is free, for two seconds.
  static <T> T patiently(RepositoryName name, String ref, Move<T> move) throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      T moved = move.attempt();
      if (moved != null) {
        return moved;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    throw new GitTrouble(
        ref + " in " + name + " is locked by somebody else; if no git process works there, delete " + name + ".git/"
            + ref + ".lock");
  }
}
