package dev.millrace.torture;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

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

  private final List<Push> pushes = new ArrayList<>();
  private final List<Wish> wishes = new ArrayList<>();
  private final List<String> definitions = new ArrayList<>();
  private final List<String> oddities = new ArrayList<>();
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
