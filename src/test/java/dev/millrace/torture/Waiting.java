package dev.millrace.torture;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/// Asks again and again.
final class Waiting {
  private Waiting() {}

  /// Whether it came true before the time was over.
  static boolean until(Duration limit, BooleanSupplier wanted) throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!wanted.getAsBoolean()) {
      if (System.nanoTime() > end) {
        return false;
      }
      Thread.sleep(100);
    }
    return true;
  }
}
