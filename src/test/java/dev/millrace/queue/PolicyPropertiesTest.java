package dev.millrace.queue;

import static org.assertj.core.api.Assertions.fail;

import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.queue.Tried.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Ten thousand schedules drawn by lot: changes come, leave, are bad, do not go together or do not merge; main is moved
/// by others; the queue is held and released; results come in any order.
class PolicyPropertiesTest {
  private static final int SCHEDULES = 10_000;

  @Test
  void whatever_the_order_of_results_main_takes_what_was_tested_nobody_innocent_is_refused_and_all_come_to_an_end() {
    IntStream.range(0, SCHEDULES).parallel().forEach(seed -> new Schedule(seed).run());
  }

  private static final class Candidate {
    final List<Integer> made;
    final List<Integer> base;
    Verdict verdict = Verdict.RUNNING;
    double progress;

    Candidate(List<Integer> made, List<Integer> base) {
      this.made = made;
      this.base = base;
    }
  }

  private static final class Schedule {
    /// A commit of somebody else on the target.
    private static final int FOREIGN = 1000;

    final long seed;
    final Random random;
    final Rules rules;
    final int count;
    final Set<Integer> bad = new HashSet<>();
    final Set<Set<Integer>> enemies = new HashSet<>();
    final Set<Set<Integer>> unmergeable = new HashSet<>();
    final List<Integer> main = new ArrayList<>();
    final List<Integer> waiting = new ArrayList<>();
    final Set<Integer> gone = new HashSet<>();
    final List<Candidate> candidates = new ArrayList<>();
    boolean held;
    int started;
    int disturbances;

    Schedule(long seed) {
      this.seed = seed;
      random = new Random(seed);
      count = 1 + random.nextInt(9);
      boolean everyCommit = random.nextInt(4) == 0;
      rules = new Rules(1 + random.nextInt(6), 1 + random.nextInt(8), everyCommit, random.nextInt(3) * 0.02);
      for (int change = 1; change <= count; change++) {
        if (random.nextInt(6) == 0) {
          bad.add(change);
        }
        for (int other = 1; other < change; other++) {
          int lot = random.nextInt(40);
          if (lot < 2) {
            (lot == 0 ? enemies : unmergeable).add(Set.of(change, other));
          }
        }
      }
    }

    void run() {
      int next = 1;
      int events = 0;
      while (next <= count || !waiting.isEmpty()) {
        check(events++ < 40 * count + 200, "not stuck");
        List<Candidate> running = running();
        running.forEach(candidate -> candidate.progress += (1 - candidate.progress) / 4);
        int lot = random.nextInt(40);
        if (next <= count && (running.isEmpty() || lot < 16)) {
          waiting.add(lot % 4 == 0 ? random.nextInt(waiting.size() + 1) : waiting.size(), next++);
        } else if (lot == 39 && disturbances < 6) {
          disturbances++;
          main.add(FOREIGN + disturbances);
        } else if (lot == 38 && disturbances < 6 && !waiting.isEmpty()) {
          disturbances++;
          leave(waiting.get(random.nextInt(waiting.size())));
        } else if (lot == 37 && !held && disturbances < 6) {
          disturbances++;
          held = true;
        } else if (held && (lot > 20 || running.isEmpty())) {
          held = false;
        } else if (!running.isEmpty()) {
          Candidate ending = running.get(random.nextInt(running.size()));
          ending.verdict = outcome(ending);
        }
        decide();
      }
      check(started <= 12 * (count + 2) * (2 + disturbances), "work is bounded");
    }

    private void decide() {
      for (int round = 0; ; round++) {
        check(round < 40, "comes to rest");
        Train train = train();
        Plan plan = Policy.plan(train);
        check(seed % 8 != 0 || plan.equals(Policy.plan(train())), "same plan for the same state");
        boolean done =
            plan.landing().isEmpty() && plan.refused().isEmpty() && plan.drops().isEmpty() && plan.starts().isEmpty();
        if (done) {
          check(held || waiting.isEmpty() || !running().isEmpty(), "something runs");
          return;
        }
        check(round == 0 || plan.landing().isPresent() || landed, "a plan that is done leads to an empty one");
        landed = plan.landing().isPresent();
        perform(plan);
      }
    }

    private boolean landed;

    private void perform(Plan plan) {
      check(!held || plan.landing().isEmpty() && plan.starts().isEmpty(), "nothing starts or lands while held");
      for (Plan.Refusal refusal : plan.refused()) {
        int change = refusal.change().number();
        var met = new ArrayList<>(main);
        met.add(change);
        check(!good(met), change + " is refused and passes on main");
        leave(change);
      }
      for (Plan.Drop drop : plan.drops()) {
        candidates.removeIf(
            candidate ->
                candidate.verdict == Verdict.RUNNING
                    && current(candidate) == drop.current()
                    && relative(candidate).equals(numbers(drop.stack())));
      }
      plan.landing()
          .ifPresent(
              landing -> {
                List<Integer> stack = numbers(landing.stack());
                check(!rules.everyCommit() || stack.size() == 1, "every commit is tested");
                Candidate tested =
                    candidates.stream()
                        .filter(it -> it.verdict == Verdict.GREEN && current(it) && relative(it).equals(stack))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(stack + " lands untested, seed " + seed));
                main.addAll(stack);
                waiting.removeAll(stack);
                var head = new ArrayList<>(tested.base);
                head.addAll(tested.made);
                check(head.equals(main) || rules.everyCommit() && head.subList(0, main.size()).equals(main), "exactly so");
                check(good(main), "main is green");
              });
      candidates.removeIf(candidate -> relative(candidate).isEmpty());
      for (Plan.Start start : plan.starts()) {
        started++;
        candidates.add(new Candidate(numbers(start.stack()), List.copyOf(main)));
      }
      check(running().size() <= rules.room(), "no more than there is room for");
    }

    private Verdict outcome(Candidate candidate) {
      var all = new ArrayList<>(candidate.base);
      all.addAll(candidate.made);
      if (!merges(all)) {
        return Verdict.CONFLICT;
      }
      return good(all) ? Verdict.GREEN : Verdict.RED;
    }

    private boolean merges(List<Integer> all) {
      return unmergeable.stream().noneMatch(all::containsAll);
    }

    private boolean good(List<Integer> all) {
      return merges(all) && all.stream().noneMatch(bad::contains) && enemies.stream().noneMatch(all::containsAll);
    }

    private List<Candidate> running() {
      return candidates.stream().filter(candidate -> candidate.verdict == Verdict.RUNNING).toList();
    }

    private void leave(int change) {
      gone.add(change);
      waiting.remove((Integer) change);
      candidates.removeIf(candidate -> candidate.made.contains(change));
    }

    private List<Integer> relative(Candidate candidate) {
      return candidate.made.stream().filter(change -> !main.contains(change)).toList();
    }

    private boolean current(Candidate candidate) {
      List<Integer> since = main.subList(candidate.base.size(), main.size());
      return since.size() <= candidate.made.size() && since.equals(candidate.made.subList(0, since.size()));
    }

    private Train train() {
      List<Entry> entries = waiting.stream().map(change -> new Entry(id(change), 0.05 + change % 3 * 0.1)).toList();
      List<Tried> tried =
          candidates.stream()
              .map(
                  it ->
                      new Tried(
                          new Stack(relative(it).stream().map(Schedule::id).toList()),
                          it.verdict,
                          current(it),
                          it.verdict == Verdict.RUNNING ? it.progress : 1))
              .toList();
      return new Train(rules, entries, tried, held);
    }

    private void check(boolean holds, String what) {
      if (!holds) {
        fail("%s; seed %d, main %s, %s", what, seed, main, train());
      }
    }

    private static ChangeId id(int number) {
      return new ChangeId(new PipelineName("shop"), number);
    }

    private static List<Integer> numbers(Stack stack) {
      return stack.changes().stream().map(ChangeId::number).toList();
    }
  }
}
