package dev.millrace.queue;

import dev.millrace.change.ChangeId;

/// Numbers that look drawn by lot, and are the same each time.
final class Lot {
  private Lot() {}

  static long seed(ChangeId change) {
    return mix(change.toString().hashCode());
  }

  static long mix(long value) {
    long mixed = value + 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
    return mixed ^ mixed >>> 31;
  }

  /// From 0 to 1.
  static double unit(long lot) {
    return (lot >>> 11) * 0x1.0p-53;
  }

  /// From 0 to 1, in equal steps over so many worlds, in an order that the seed gives: what has a probability has it
  /// in just so many of them. The count is a power of two, at least 16.
  static double share(long seed, int world, int count) {
    int half = Integer.numberOfTrailingZeros(count) / 2;
    int at = world;
    for (int round = 0; round < 3; round++) {
      int factor = (int) (seed >>> round * 20) | 1;
      at = at * factor + (int) (seed >>> round * 20 + 10) & count - 1;
      at ^= at >>> half;
    }
    return (at + 0.5) / count;
  }
}
