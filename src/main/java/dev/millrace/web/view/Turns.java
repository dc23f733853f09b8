package dev.millrace.web.view;

import dev.millrace.change.ChangeId;
import dev.millrace.queue.Hold;
import dev.millrace.queue.Plan;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is known of the queue that a pipeline's changes stand in, besides the changes themselves.
///
/// @param hold null while nobody has stopped it
/// @param places where the changes stand, by the policy
/// @param last the last sentence of each one's history
public record Turns(@Nullable Hold hold, Map<ChangeId, Plan.Place> places, Map<ChangeId, String> last) {
  public Turns {
    places = Map.copyOf(places);
    last = Map.copyOf(last);
  }

  public static final Turns NONE = new Turns(null, Map.of(), Map.of());

  Optional<Plan.Place> place(ChangeId change) {
    return Optional.ofNullable(places.get(change));
  }

  String last(ChangeId change) {
    return last.getOrDefault(change, "");
  }
}
