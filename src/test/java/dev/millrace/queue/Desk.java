package dev.millrace.queue;

import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/// A queue that does what the policy plans, and writes it down. Changes are called A, B, C; each verb tells what
/// happens next, and everything that follows from it is done before the next one.
final class Desk {
  private static final class Candidate {
    final List<String> made;
    final int base;
    final int line;
    Verdict verdict = Verdict.RUNNING;
    double progress;

    Candidate(List<String> made, int base, int line) {
      this.made = made;
      this.base = base;
      this.line = line;
    }
  }

  private Rules rules;
  private double risk = 0.06;
  private final List<Entry> entries = new ArrayList<>();
  private final List<Candidate> candidates = new ArrayList<>();
  private final List<String> main = new ArrayList<>();
  private final Set<String> gone = new HashSet<>();
  private final List<String> transcript = new ArrayList<>();
  private final List<String> reasons = new ArrayList<>();
  private boolean held;
  private int heads;

  private Desk(Rules rules) {
    this.rules = rules;
  }

  static Desk queue(int room) {
    return new Desk(new Rules(room, 8, false, 0.02));
  }

  Desk everyCommit() {
    rules = new Rules(rules.room(), rules.batch(), true, rules.flakiness());
    return this;
  }

  Desk batch(int most) {
    rules = new Rules(rules.room(), most, rules.everyCommit(), rules.flakiness());
    return this;
  }

  Desk flakiness(double flakiness) {
    rules = new Rules(rules.room(), rules.batch(), rules.everyCommit(), flakiness);
    return this;
  }

  Desk risk(double of) {
    risk = of;
    return this;
  }

  /// One after the other.
  Desk arrives(String... names) {
    for (String name : names) {
      entries.add(new Entry(id(name), risk));
      happened(name + " arrives");
    }
    return this;
  }

  /// All at once.
  Desk arriveTogether(String... names) {
    Arrays.stream(names).forEach(name -> entries.add(new Entry(id(name), risk)));
    return happened(String.join(", ", names) + " arrive");
  }

  Desk arrivesFirst(String name) {
    entries.addFirst(new Entry(id(name), risk));
    return happened(name + " arrives, first");
  }

  Desk passes(String stack) {
    return ends(stack, Verdict.GREEN, "passes");
  }

  Desk fails(String stack) {
    return ends(stack, Verdict.RED, "fails");
  }

  Desk conflicts(String stack) {
    return ends(stack, Verdict.CONFLICT, "conflicts");
  }

  Desk progresses(String stack, double to) {
    running(stack).progress = to;
    return this;
  }

  Desk cancelled(String name) {
    leave(name);
    return happened(name + " is cancelled");
  }

  /// Somebody pushes to the target itself.
  Desk mainMoves() {
    heads++;
    return happened("main moves");
  }

  Desk hold() {
    held = true;
    return happened("held");
  }

  Desk release() {
    held = false;
    return happened("released");
  }

  /// All that is known is read from a store, in another order.
  Desk restarts() {
    candidates.sort(Comparator.comparing(candidate -> candidate.made.toString()));
    return happened("restart");
  }

  Plan plan() {
    return Policy.plan(train());
  }

  String place(String name) {
    Plan.Place place = plan().places().get(id(name));
    return place.position() + " " + place.standing().name().toLowerCase(Locale.ROOT);
  }

  /// Every sentence told so far.
  List<String> reasons() {
    return List.copyOf(reasons);
  }

  /// Who stands on main, then who is tried: `main+A | A+B A+B+C`
  String state() {
    return "main"
        + main.stream().map(name -> "+" + name).collect(Collectors.joining())
        + candidates.stream()
            .filter(candidate -> candidate.verdict == Verdict.RUNNING)
            .map(candidate -> (current(candidate) ? "" : "old ") + String.join("+", relative(candidate)))
            .sorted(Comparator.comparing(String::length).thenComparing(Comparator.naturalOrder()))
            .collect(Collectors.joining(" ", " | ", ""));
  }

  /// What happened, and what was done about it.
  @Override
  public String toString() {
    return String.join("\n", transcript);
  }

  private Desk ends(String stack, Verdict verdict, String word) {
    running(stack).verdict = verdict;
    return happened(stack + " " + word);
  }

  private Candidate running(String stack) {
    return candidates.stream()
        .filter(candidate -> candidate.verdict == Verdict.RUNNING && String.join("+", relative(candidate)).equals(stack))
        .findFirst()
        .orElseThrow(() -> new AssertionError(stack + " is not tried; " + state()));
  }

  private Desk happened(String what) {
    var done = new ArrayList<String>();
    for (boolean again = true; again; ) {
      Plan plan = plan();
      again = plan.landing().isPresent();
      plan.refused()
          .forEach(
              refusal -> {
                done.add("refuse " + name(refusal.change()));
                reasons.add(told(refusal.because()));
                leave(name(refusal.change()));
              });
      plan.drops()
          .forEach(
              drop -> {
                done.add("drop " + names(drop.stack()));
                reasons.add(told(drop.because()));
                candidates.removeIf(
                    candidate ->
                        candidate.verdict == Verdict.RUNNING
                            && current(candidate) == drop.current()
                            && relative(candidate).equals(list(drop.stack())));
              });
      plan.landing()
          .ifPresent(
              landing -> {
                done.add("land " + names(landing.stack()));
                reasons.add(told(landing.because()));
                main.addAll(list(landing.stack()));
                entries.removeIf(entry -> landing.stack().contains(entry.change()));
              });
      candidates.removeIf(candidate -> relative(candidate).isEmpty());
      plan.starts()
          .forEach(
              start -> {
                done.add("try " + names(start.stack()));
                reasons.add(told(start.because()));
                candidates.add(new Candidate(list(start.stack()), main.size(), heads));
              });
    }
    transcript.add(what + ": " + (done.isEmpty() ? "nothing" : String.join(", ", done)));
    return this;
  }

  private void leave(String name) {
    gone.add(name);
    entries.removeIf(entry -> entry.change().equals(id(name)));
    candidates.removeIf(candidate -> candidate.made.contains(name));
  }

  private List<String> relative(Candidate candidate) {
    return candidate.made.stream().filter(name -> !main.contains(name)).toList();
  }

  private boolean current(Candidate candidate) {
    List<String> since = main.subList(candidate.base, main.size());
    return candidate.line == heads
        && since.size() <= candidate.made.size()
        && since.equals(candidate.made.subList(0, since.size()));
  }

  private Train train() {
    List<Tried> tried =
        candidates.stream()
            .map(
                candidate ->
                    new Tried(
                        new Stack(relative(candidate).stream().map(Desk::id).toList()),
                        candidate.verdict,
                        current(candidate),
                        candidate.verdict == Verdict.RUNNING ? candidate.progress : 1))
            .toList();
    return new Train(rules, entries, tried, held);
  }

  private static ChangeId id(String name) {
    return new ChangeId(new PipelineName("shop"), name.charAt(0) - 'A' + 1);
  }

  private static String name(ChangeId change) {
    return String.valueOf((char) ('A' + change.number() - 1));
  }

  private static List<String> list(Stack stack) {
    return stack.changes().stream().map(Desk::name).toList();
  }

  private static String names(Stack stack) {
    return String.join("+", list(stack));
  }

  private static String told(String sentence) {
    String told = sentence;
    for (int number = 26; number > 0; number--) {
      told = told.replace("shop#" + number, String.valueOf((char) ('A' + number - 1)));
    }
    return told;
  }
}
