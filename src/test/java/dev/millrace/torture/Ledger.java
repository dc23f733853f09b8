package dev.millrace.torture;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/// What the clients did, and what they were told.
final class Ledger {
  /// How a push was answered.
  enum Fate {
    TAKEN,
    REFUSED,
    /// The connection broke, or nobody was there.
    UNKNOWN
  }

  /// @param number of the change that the answer named; 0 if it named none
  /// @param held whether it waited until the change had landed, and was told so
  record Push(String pipeline, String branch, String commit, Fate fate, int number, boolean held, String told) {}

  /// Granted.
  record Wish(String kind, String pipeline, int number, Instant at) {}

  /// @param at when somebody knew, by `System.nanoTime`
  private record End(String state, long at) {}

  private final List<Push> pushes = new ArrayList<>();
  private final List<Wish> wishes = new ArrayList<>();
  private final List<String> definitions = new ArrayList<>();
  private final List<String> oddities = new ArrayList<>();
  private final Map<String, End> ends = new TreeMap<>();
  private int unanswered;

  synchronized void push(Push push) {
    pushes.add(push);
  }

  synchronized void wish(String kind, String pipeline, int number) {
    wishes.add(new Wish(kind, pipeline, number, Instant.now()));
  }

  /// The server has taken this commit of the pipeline repository.
  synchronized void definition(String commit) {
    definitions.add(commit);
  }

  /// An answer that no client should ever get.
  synchronized void odd(String what) {
    oddities.add(what);
  }

  synchronized void noAnswer() {
    unanswered++;
  }

  /// Somebody was shown this change. What has ended in it has ended for good.
  ///
  /// @param asked when, by `System.nanoTime`: another may have been shown it later than this one and told sooner
  synchronized void saw(JsonNode change, long asked) {
    String id = change.path("pipeline").asString("") + "#" + change.path("number").asInt();
    boolean landed = change.path("landed").asBoolean();
    shown(id, landed, landed ? "landed" : "not landed", asked);
    Set<String> there = new HashSet<>();
    for (JsonNode stage : change.path("stages")) {
      for (JsonNode step : stage.path("steps")) {
        for (JsonNode attempt : step.path("attempts")) {
          String name =
              id + "/" + stage.path("name").asString("") + "/" + step.path("name").asString("") + "/"
                  + attempt.path("attempt").asInt();
          String state =
              attempt.path("state").asString("") + " " + attempt.path("exitCode") + " " + attempt.path("startedAt") + " "
                  + attempt.path("finishedAt");
          shown(name, !attempt.path("finishedAt").isNull(), state, asked);
          there.add(name);
        }
      }
    }
    List.copyOf(ends.keySet()).stream()
        .filter(name -> name.startsWith(id + "/") && !there.contains(name))
        .forEach(name -> shown(name, false, "missing", asked));
  }

  private void shown(String name, boolean ended, String state, long asked) {
    End known = ends.get(name);
    if (known == null && ended) {
      ends.put(name, new End(state, System.nanoTime()));
    } else if (known != null && known.at() - asked < 0 && !(ended && known.state().equals(state))) {
      odd((ended ? "twice: " : "lost: ") + name + " was shown as " + known.state() + ", and later as " + state);
    }
  }

  synchronized List<Push> pushes() {
    return List.copyOf(pushes);
  }

  synchronized List<Wish> wishes() {
    return List.copyOf(wishes);
  }

  synchronized List<String> definitions() {
    return List.copyOf(definitions);
  }

  synchronized List<String> oddities() {
    return List.copyOf(oddities);
  }

  synchronized String counts() {
    long taken = pushes.stream().filter(push -> push.fate() == Fate.TAKEN).count();
    return "%d pushes taken, %d broken off, %d wishes granted, %d not answered"
        .formatted(
            taken, pushes.stream().filter(push -> push.fate() == Fate.UNKNOWN).count(), wishes.size(), unanswered);
  }
}
