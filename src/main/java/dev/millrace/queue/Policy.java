package dev.millrace.queue;

import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;

/// Decides which candidates are tried, dropped and landed.
public final class Policy {
  private Policy() {}

  public static Plan plan(Train train) {
    var refused = new ArrayList<Plan.Refusal>();
    var starts = new ArrayList<Plan.Start>();
    var drops = new ArrayList<Plan.Drop>();
    var places = new HashMap<dev.millrace.change.ChangeId, Plan.Place>();
    for (Tried tried : train.tried()) {
      boolean alone = tried.stack().changes().size() == 1;
      if (alone && tried.verdict() == Verdict.RED) {
        refused.add(new Plan.Refusal(tried.stack().top(), tried.stack(), "it failed by itself"));
      } else if (alone && tried.current() && tried.verdict() == Verdict.CONFLICT) {
        refused.add(new Plan.Refusal(tried.stack().top(), tried.stack(), "it conflicts with the target"));
      }
    }
    Optional<Plan.Landing> landing = Optional.empty();
    if (!train.entries().isEmpty() && refused.isEmpty() && !train.held()) {
      Stack first = Stack.of(train.entries().getFirst().change());
      List<Tried> trials =
          train.tried().stream().filter(tried -> tried.current() && tried.stack().equals(first)).toList();
      landing =
          trials.stream()
              .filter(tried -> tried.verdict() == Verdict.GREEN)
              .findFirst()
              .map(_ -> new Plan.Landing(first, "it passed"));
      if (trials.isEmpty()) {
        starts.add(new Plan.Start(first, "it is first"));
      }
    }
    for (int at = 0; at < train.entries().size(); at++) {
      places.put(
          train.entries().get(at).change(),
          new Plan.Place(at + 1, at == 0 ? Plan.Standing.TESTED : Plan.Standing.WAITING, train.entries().get(at).risk()));
    }
    return new Plan(landing, refused, drops, starts, places);
  }
}
