package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import java.util.List;
import java.util.stream.Collectors;

/// Why things happen, in words for people.
final class Sentences {
  private Sentences() {}

  /// `shop#1, shop#2 and shop#3`
  static String names(List<ChangeId> changes) {
    int last = changes.size() - 1;
    if (last < 1) {
      return changes.stream().map(ChangeId::toString).collect(Collectors.joining());
    }
    return changes.subList(0, last).stream().map(ChangeId::toString).collect(Collectors.joining(", "))
        + " and "
        + changes.get(last);
  }
}
