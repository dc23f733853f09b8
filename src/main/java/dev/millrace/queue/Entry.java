package dev.millrace.queue;

import dev.millrace.change.ChangeId;

/// A change on its way to the target.
///
/// @param risk how probable it is, from 0 to 1, that it fails by itself, as far as one knows before it is tried
public record Entry(ChangeId change, double risk) {
  public Entry {
    if (!(risk >= 0 && risk <= 1)) {
      throw new IllegalArgumentException("a probability, not " + risk);
    }
  }
}
