package dev.millrace.queue;

import java.util.List;

/// All that the policy decides from: what is on its way to one target, in the order of its turn, and what is known
/// about it.
///
/// @param held whether people have stopped it: nothing starts and nothing lands, what runs runs on
public record Train(Rules rules, List<Entry> entries, List<Tried> tried, boolean held) {
  public Train {
    entries = List.copyOf(entries);
    tried = List.copyOf(tried);
  }
}
