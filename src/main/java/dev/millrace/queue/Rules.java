package dev.millrace.queue;

/// How a queue is to be run.
///
/// @param room how many candidates may be tried at once, at least 1
/// @param batch how many changes one candidate may add that no other candidate tests, at least 1
/// @param everyCommit whether each change must pass by itself on top of those before it, so that no later candidate
///     vouches for it
/// @param flakiness how probable it is that a candidate fails that should pass
public record Rules(int room, int batch, boolean everyCommit, double flakiness) {
  public Rules {
    if (room < 1 || batch < 1 || !(flakiness >= 0 && flakiness < 1)) {
      throw new IllegalArgumentException("room for a candidate, a batch of one and a probability");
    }
  }
}
