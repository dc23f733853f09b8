package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;

/// Why steps that are due have not begun, as far as the server knows.
///
/// @param trouble why none can be started, or late only; empty when all is well
/// @param reasons what single ones wait for, in words that follow "waits for"
record Waiting(String trouble, Map<AttemptId, String> reasons) {
  static final Waiting UNKNOWN = new Waiting("", Map.of());

  static Waiting at(Site site) {
    return new Waiting(site.trouble() == null ? "" : site.trouble(), site.waiting());
  }

  /// What the first of these waits for of which that is known.
  Optional<String> reason(Collection<Attempt> attempts) {
    return attempts.stream().flatMap(attempt -> Optional.ofNullable(reasons.get(attempt.id())).stream()).findFirst();
  }
}
