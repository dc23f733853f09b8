package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import dev.millrace.queue.Evidence.Trial;
import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Why things happen, in words for people.
record Sentences(Train train, Evidence evidence, Predicate<ChangeId> suspect) {

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

  String lands(Stack stack) {
    return names(stack.changes())
        + (stack.changes().size() > 1 ? " passed together" : " passed")
        + leavingOut(stack, true);
  }

  static String conflicts(ChangeId change) {
    return change + " does not merge onto the target: it conflicts with what has landed";
  }

  static String refused(ChangeId change, int times) {
    return change + " failed " + (times == 2 ? "twice" : times + " times") + ", with nothing else to blame";
  }

  static String holds(ChangeId refused) {
    return "it holds " + refused + ", which is refused";
  }

  String hopeless(Stack stack) {
    List<ChangeId> blamed = stack.changes().stream().filter(suspect).toList();
    return blamed.isEmpty()
        ? "after what failed, it will hardly pass"
        : "it holds " + names(blamed) + ", " + failure(blamed.getFirst());
  }

  static String idle() {
    return "other candidates will land what it holds";
  }

  static String stranded() {
    return "the target has moved on without it";
  }

  String aside(ChangeId change) {
    return change
        + " "
        + trouble(change)
        + "; it is tried by itself"
        + (failed(change).map(stack -> stack.changes().size() == 1).orElse(false) ? " once more" : "")
        + (train.entries().size() > 1 ? " while the others go on without it" : "");
  }

  /// @param added how many of its changes no other candidate tests
  String starts(Stack stack, int added) {
    List<ChangeId> changes = stack.changes();
    List<ChangeId> below = changes.subList(0, changes.size() - added);
    List<ChangeId> above = changes.subList(changes.size() - added, changes.size());
    return names(above)
        + (added > 1 ? " together" : "")
        + (below.isEmpty() ? (added > 1 ? "" : " on the target's head") : " on top of " + names(below))
        + leavingOut(stack, false)
        + (added > 1 ? ", because there is room for " + train.rules().room() + " only" : "");
  }

  /// What is ahead of the stack's last change, and not in it.
  private String leavingOut(Stack stack, boolean lands) {
    List<ChangeId> order = train.entries().stream().map(Entry::change).toList();
    int last = stack.changes().stream().mapToInt(order::indexOf).max().orElse(0);
    var hedged = new ArrayList<ChangeId>();
    var blamed = new ArrayList<ChangeId>();
    for (ChangeId ahead : order.subList(0, Math.max(0, last))) {
      if (!stack.contains(ahead)) {
        (suspect.test(ahead) || conflict(ahead) ? blamed : hedged).add(ahead);
      }
    }
    String without =
        switch (blamed.size()) {
          case 0 -> "";
          case 1 -> ", without " + blamed.getFirst() + ", " + failure(blamed.getFirst());
          default ->
              ", without "
                  + names(blamed)
                  + (blamed.stream().anyMatch(change -> conflict(change) || failed(change).isPresent())
                      ? ", which seem to be at fault"
                      : ", which are likely to fail");
        };
    if (hedged.isEmpty()) {
      return without;
    }
    String others = names(hedged);
    return without
        + (lands ? ", before " + others : ", in case " + others + (hedged.size() > 1 ? " do" : " does") + " not pass");
  }

  private String failure(ChangeId change) {
    return conflict(change)
        ? "which does not merge onto those ahead of it"
        : failed(change).isPresent() ? "which " + trouble(change) : "which is likely to fail";
  }

  private String trouble(ChangeId change) {
    return failed(change)
        .map(
            stack -> {
              List<ChangeId> others = stack.changes().stream().filter(other -> !other.equals(change)).toList();
              return others.isEmpty()
                  ? "failed by itself"
                  : stack.top().equals(change) ? "failed on top of " + names(others) : "failed with " + names(others);
            })
        .orElse("is likely to fail");
  }

  private boolean conflict(ChangeId change) {
    return evidence.current(Verdict.CONFLICT).stream().anyMatch(trial -> trial.tried().stack().top().equals(change));
  }

  /// The smallest candidate that failed and holds it.
  private Optional<Stack> failed(ChangeId change) {
    return evidence.trials(Verdict.RED).stream()
        .map(Trial::line)
        .map(Line::stack)
        .filter(stack -> stack.contains(change))
        .min(Comparator.comparingInt(stack -> stack.changes().size()));
  }
}
