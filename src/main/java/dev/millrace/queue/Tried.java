package dev.millrace.queue;

/// A candidate that was or is tried: evidence.
///
/// The changes of its stack that have landed since are no longer in it; one that holds a change that left without
/// landing is no evidence any more and is not given.
///
/// @param current whether it stands on the target's present head, so that it can land; one that stands on an earlier
///     head is evidence only
/// @param progress how far it is, from 0 to 1: what it has taken of what it should take; 1 when it has ended
public record Tried(Stack stack, Verdict verdict, boolean current, double progress) {
  public enum Verdict {
    RUNNING,
    /// Everything before the promotion passed.
    GREEN,
    /// Something before the promotion failed.
    RED,
    /// The top does not merge onto what is below it.
    CONFLICT
  }
}
