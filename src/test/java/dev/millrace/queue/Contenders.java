package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// The ways of others, as far as they matter for how long a change takes.
public final class Contenders {
  private Contenders() {}

  /// Millrace's own.
  public static Simulation.Contender millrace() {
    return Policy::plan;
  }

  /// Millrace's own, each with one part taken away.
  public static Map<String, Supplier<Simulation.Contender>> ablations() {
    var without = new LinkedHashMap<String, Tuning>();
    Tuning all = Tuning.STANDARD;
    without.put("all", all);
    without.put("no bets against changes that are not suspect", all.withWorth(0.25));
    without.put("none of the risky ones by itself first", all.withLikely(1));
    without.put("no early drop", all.withHopeless(0).withIdle(0));
    without.put("no waiting for a larger green", all.withPatience(false));
    without.put("no conflicts thought of", all.withConflict(0));
    without.put("no limit to how far it looks", all.withReachRisk(100));
    var contenders = new LinkedHashMap<String, Supplier<Simulation.Contender>>();
    without.forEach((name, tuning) -> contenders.put(name, () -> train -> Policy.plan(train, tuning)));
    return contenders;
  }

  /// One at a time; red is out.
  public static Simulation.Contender serial() {
    return train -> {
      Stack first = Stack.of(train.entries().getFirst().change());
      return switch (verdict(train, first).orElse(null)) {
        case null -> start(first);
        case GREEN -> land(first);
        case RED, CONFLICT -> refuse(first);
        case RUNNING -> nothing();
      };
    };
  }

  /// As bors does it: one candidate of the first eight; a red one is split into halves, which are next.
  public static Simulation.Contender batches() {
    Deque<List<ChangeId>> batches = new ArrayDeque<>();
    return train -> {
      if (batches.isEmpty()) {
        batches.add(train.entries().stream().limit(8).map(Entry::change).toList());
      }
      Stack stack = new Stack(batches.getFirst());
      Verdict verdict = verdict(train, stack).orElse(null);
      if (verdict == null) {
        return start(stack);
      }
      if (verdict == Verdict.RUNNING) {
        return nothing();
      }
      batches.removeFirst();
      if (verdict == Verdict.GREEN) {
        return land(stack);
      }
      List<ChangeId> changes = stack.changes();
      int half = changes.size() / 2;
      if (half > 0) {
        batches.addFirst(changes.subList(half, changes.size()));
        batches.addFirst(changes.subList(0, half));
        return start(new Stack(batches.getFirst()));
      }
      return refuse(stack);
    };
  }

  /// As Zuul does it: each on top of all ahead that have not failed, in a window that grows by one with each landing
  /// and is halved by each failure, from 20 and not below 3; the head lands or is out.
  public static Simulation.Contender window() {
    int[] window = {20};
    return train -> chain(train, window, false);
  }

  /// As GitHub does it: each on top of all ahead; a green one lands all it holds; a red one is out when all ahead have
  /// passed, and only then those behind it are made anew without it.
  public static Simulation.Contender laterGreen() {
    return train -> chain(train, new int[] {Integer.MAX_VALUE}, true);
  }

  private static Plan chain(Train train, int[] window, boolean later) {
    int reach = Math.min(window[0], train.rules().room());
    var wanted = new ArrayList<Stack>();
    var refused = new ArrayList<Plan.Refusal>();
    Optional<Stack> landing = Optional.empty();
    List<ChangeId> ahead = List.of();
    boolean passed = true;
    for (Entry entry : train.entries()) {
      var changes = new ArrayList<>(ahead);
      changes.add(entry.change());
      var stack = new Stack(changes);
      Verdict verdict = verdict(train, stack).orElse(Verdict.RUNNING);
      if (verdict == Verdict.RUNNING && wanted.size() == reach) {
        break;
      }
      if (verdict == Verdict.RUNNING) {
        wanted.add(stack);
      } else if (verdict == Verdict.GREEN) {
        landing = later || ahead.isEmpty() ? Optional.of(stack) : landing;
      } else if (passed && (later || ahead.isEmpty())) {
        refused.add(new Plan.Refusal(entry.change(), stack, ""));
        window[0] = later ? window[0] : Math.max(3, window[0] / 2);
        continue;
      }
      passed &= verdict == Verdict.GREEN;
      if (later || verdict != Verdict.RED) {
        ahead = changes;
      }
    }
    if (landing.isPresent()) {
      window[0] = later ? window[0] : window[0] + 1;
      return land(landing.get());
    }
    Set<ChangeId> out = new HashSet<>();
    refused.forEach(refusal -> out.add(refusal.change()));
    var drops = new ArrayList<Plan.Drop>();
    for (Tried tried : train.tried()) {
      boolean gone = tried.stack().changes().stream().anyMatch(out::contains);
      if (tried.verdict() == Verdict.RUNNING && (gone || !tried.current() || !wanted.contains(tried.stack()))) {
        drops.add(new Plan.Drop(tried.stack(), tried.current(), ""));
      }
    }
    List<Plan.Start> starts =
        wanted.stream()
            .filter(stack -> verdict(train, stack).isEmpty())
            .map(stack -> new Plan.Start(stack, ""))
            .toList();
    return new Plan(Optional.empty(), refused, drops, starts, Map.of());
  }

  private static Optional<Verdict> verdict(Train train, Stack stack) {
    return train.tried().stream()
        .filter(tried -> tried.current() && tried.stack().equals(stack))
        .map(Tried::verdict)
        .reduce((_, last) -> last);
  }

  private static Plan nothing() {
    return new Plan(Optional.empty(), List.of(), List.of(), List.of(), Map.of());
  }

  private static Plan start(Stack stack) {
    return new Plan(Optional.empty(), List.of(), List.of(), List.of(new Plan.Start(stack, "")), Map.of());
  }

  private static Plan land(Stack stack) {
    return new Plan(Optional.of(new Plan.Landing(stack, "")), List.of(), List.of(), List.of(), Map.of());
  }

  private static Plan refuse(Stack stack) {
    return new Plan(
        Optional.empty(), List.of(new Plan.Refusal(stack.top(), stack, "")), List.of(), List.of(), Map.of());
  }
}
