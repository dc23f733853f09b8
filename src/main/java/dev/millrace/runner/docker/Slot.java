package dev.millrace.runner.docker;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What this process knows of an attempt, from the first call about it until it is released.
final class Slot {
  /// Held while the container is created, filled, started or thrown away: between looking and doing.
  final ReentrantLock lock = new ReentrantLock();

  /// It shall not start, or not go on.
  volatile boolean stopped;

  /// What a stop may break off: the fetching of an image, the copying of the workspace.
  volatile @Nullable Thread preparing;

  /// The image that is being fetched for it.
  volatile @Nullable String pulling;

  /// The container whose workspace this process has completed, not started. Guarded by the lock, like the next.
  @Nullable String ready;

  /// The container that was started, by whomever.
  @Nullable String begun;
}
