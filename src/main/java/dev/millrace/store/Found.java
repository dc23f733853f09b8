package dev.millrace.store;

import dev.millrace.change.Change;
import java.util.List;

/// What a [Filter] has found.
///
/// @param changes newest first
/// @param older where to go on: the [Filter#before] of the next ones; 0 when there are none. The changes may be fewer
///     than wanted, or none, and yet it goes on: a search looks at so many changes at once and not at more
public record Found(List<Change> changes, int older) {
  public Found {
    changes = List.copyOf(changes);
  }
}
