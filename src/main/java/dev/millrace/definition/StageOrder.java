package dev.millrace.definition;

import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Brings stages into an order in which each comes after those it needs, as written where that is possible.
final class StageOrder {
  /// A stage as it is written.
  ///
  /// @param steps null for one that promotes
  record Written(StageName name, Place place, List<Need> needs, @Nullable List<Step> steps) {}

  /// @param said whether it is written down; else it is the stage before
  record Need(StageName name, Place place, boolean said) {}

  private final List<Written> stages;
  private final Map<StageName, Integer> index = new HashMap<>();
  private final List<List<Integer>> followers = new ArrayList<>();
  private final int[] open;
  private final boolean[] done;
  private final PriorityQueue<Integer> ready = new PriorityQueue<>();

  private StageOrder(List<Written> stages) {
    this.stages = stages;
    this.open = new int[stages.size()];
    this.done = new boolean[stages.size()];
    for (int at = 0; at < stages.size(); at++) {
      index.put(stages.get(at).name(), at);
      followers.add(new ArrayList<>());
    }
    for (int at = 0; at < stages.size(); at++) {
      for (Need need : stages.get(at).needs()) {
        followers.get(indexOf(need)).add(at);
        open[at]++;
      }
      if (open[at] == 0) {
        ready.add(at);
      }
    }
  }

  /// @param stages each with a name of its own, needing only each other; those on a circle are reported and left out
  static List<Written> sort(List<Written> stages, Problems problems) {
    return new StageOrder(stages).sort(problems);
  }

  private List<Written> sort(Problems problems) {
    List<Written> sorted = new ArrayList<>();
    int first = 0;
    while (true) {
      while (!ready.isEmpty()) {
        int at = ready.remove();
        sorted.add(stages.get(at));
        finish(at);
      }
      while (first < done.length && done[first]) {
        first++;
      }
      if (first == done.length) {
        return sorted;
      }
      List<Integer> circle = circleFrom(first);
      problems.add(placeOf(circle), sentence(circle));
      circle.forEach(this::finish);
    }
  }

  private void finish(int at) {
    done[at] = true;
    for (int follower : followers.get(at)) {
      if (--open[follower] == 0 && !done[follower]) {
        ready.add(follower);
      }
    }
  }

  /// Whoever is stuck needs somebody who is stuck: following them leads into a circle.
  private List<Integer> circleFrom(int start) {
    List<Integer> way = new ArrayList<>();
    Map<Integer, Integer> visited = new HashMap<>();
    int at = start;
    while (visited.putIfAbsent(at, way.size()) == null) {
      way.add(at);
      at = indexOf(stuckNeed(at));
    }
    return way.subList(visited.getOrDefault(at, 0), way.size());
  }

  private Need stuckNeed(int at) {
    return stages.get(at).needs().stream().filter(need -> !done[indexOf(need)]).findFirst().orElseThrow();
  }

  private Place placeOf(List<Integer> circle) {
    return circle.stream()
        .map(this::stuckNeed)
        .filter(Need::said)
        .map(Need::place)
        .min(Comparator.naturalOrder())
        .orElseThrow(() -> new IllegalStateException("a circle without a need that is written down"));
  }

  private String sentence(List<Integer> circle) {
    if (circle.size() == 1) {
      return "stage \"" + stages.get(circle.getFirst()).name() + "\" needs itself";
    }
    var links =
        circle.stream()
            .map(at -> "\"" + stages.get(at).name() + "\" " + (stuckNeed(at).said() ? "needs" : "comes after")
                + " \"" + stuckNeed(at).name() + "\"")
            .toList();
    return "these stages wait for each other: " + String.join(", ", links);
  }

  private int indexOf(Need need) {
    Integer found = index.get(need.name());
    if (found == null) {
      throw new IllegalStateException("a stage needs " + need.name() + ", which is not there");
    }
    return found;
  }
}
