package dev.millrace.store;

import static dev.millrace.store.Samples.SHOP;
import static dev.millrace.store.Samples.attempt;
import static dev.millrace.store.Samples.decide;
import static dev.millrace.store.Samples.definition;
import static dev.millrace.store.Samples.moving;
import static dev.millrace.store.Samples.noonPlus;

import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Fault;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.statistics.Window;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Measures the store with ten pipelines, one of them with so many changes of five attempts each. By hand:
/// `java -cp target/test-classes:target/classes:<libraries> dev.millrace.store.StoreBench 100000 [directory]`
final class StoreBench {
  private StoreBench() {}

  private static final List<Definition> PIPELINES = new ArrayList<>();

  public static void main(String[] arguments) throws Exception {
    int many = Integer.parseInt(arguments[0]);
    Path data = arguments.length > 1 ? Path.of(arguments[1]) : Files.createTempDirectory("millrace-bench");
    PIPELINES.add(definition("shop", "d1", "build: compile; verify: unit browser; main: promote; staging: deploy"));
    for (int at = 1; at < 10; at++) {
      PIPELINES.add(definition("other-" + at, "d1", "build: compile; verify: unit browser; main: promote; staging: deploy"));
    }
    long opening = System.nanoTime();
    Store store = Samples.open(Store.h2(data));
    System.out.printf("open, cold: %d ms%n", (System.nanoTime() - opening) / 1_000_000);
    int last = store.load().numbers().getOrDefault(SHOP, 0);
    long filling = System.nanoTime();
    var random = new Random(1);
    for (int from = last + 1; from <= many; from += 200) {
      var decisions = new ArrayList<Decision>();
      for (int number = from; number < from + 200 && number <= many; number++) {
        decisions.add(decide(PIPELINES, List.of(ended(PIPELINES.getFirst(), number, random))));
        if (number % 10 == 0) {
          for (Definition other : PIPELINES.subList(1, 10)) {
            decisions.add(decide(PIPELINES, List.of(ended(other, number / 10, random))));
          }
        }
      }
      store.save(decisions);
    }
    System.out.printf("filled up to %d in %d ms%n", many, (System.nanoTime() - filling) / 1_000_000);
    store.close();
    opening = System.nanoTime();
    store = Samples.open(Store.h2(data));
    store.load();
    System.out.printf("open and load, warm: %d ms, %d MB%n", (System.nanoTime() - opening) / 1_000_000,
        Files.size(data.resolve("millrace.mv.db")) >> 20);

    Store bench = store;
    for (int round = 0; round < 2; round++) {
      time("changes(last 30)", () -> bench.changes(SHOP, Filter.newest(30)));
      time("changes(failed, last 30)", () -> bench.changes(SHOP, new Filter("failed", 0, 30)));
      time("changes(before the middle, 30)", () -> bench.changes(SHOP, new Filter(null, many / 2, 30)));
      Instant now = noonPlus(1000L * many);
      for (Window window : Window.CHOICES) {
        time("stageStatistics(" + window.text() + ")", () -> bench.stageStatistics(SHOP, window, now));
        time("stepStatistics(" + window.text() + ")", () -> bench.stepStatistics(SHOP, window, now));
      }
      time("change", () -> bench.change(new ChangeId(SHOP, 1 + random.nextInt(many))));
      time("containing", () -> bench.containing(Samples.commit(1 + random.nextInt(many))));
      time("known", () -> bench.known(SHOP, new BranchName("integrate/7"), Samples.commit(7)));
      time("history", () -> bench.history(new ChangeId(SHOP, many)));
      time("movedAfter(last 100)", () -> bench.movedAfter(bench.lastSequence() - 100, 100));
      saving(bench, many);
    }
    store.close();
  }

  /// A change that flows alone: each decision touches it, an attempt or two, tells a sentence and is committed.
  private static void saving(Store store, int many) {
    int number = store.load().numbers().get(SHOP);
    long[] took = new long[4 * 300];
    int at = 0;
    for (int count = 0; count < 300; count++) {
      Change change = moving(PIPELINES.getFirst(), ++number);
      Change planned = change.with(attempt(change, "verify", "unit", 1, new AttemptState.Planned()))
          .with(attempt(change, "verify", "browser", 1, new AttemptState.Planned()));
      Change running = change.with(attempt(change, "verify", "unit", 1, new AttemptState.Running(noonPlus(3))))
          .with(attempt(change, "verify", "browser", 1, new AttemptState.Running(noonPlus(3))));
      Change passed = change.with(attempt(change, "verify", "unit", 1, Samples.passed(3, 8)))
          .with(attempt(change, "verify", "browser", 1, Samples.passed(3, 9)));
      for (Change next : List.of(change, planned, running, passed.in(new ChangeState.Passed(noonPlus(9), "")))) {
        List<Decision> decision = List.of(decide(PIPELINES, List.of(next), new Note(noonPlus(1), next.id(), "verify passed")));
        long start = System.nanoTime();
        store.save(decision);
        took[at++] = System.nanoTime() - start;
      }
    }
    print("save, one decision", took);
  }

  private static Change ended(Definition definition, int number, Random random) {
    Change change = moving(definition, number);
    long start = 1000L * number;
    long took = 60 + random.nextInt(600);
    boolean fails = random.nextInt(10) == 0;
    change = change.with(attempt(change, "build", "compile", 1, Samples.passed(start, start + took)));
    change = change.with(attempt(change, "verify", "unit", 1, Samples.passed(start + took, start + 2 * took)));
    change =
        change.with(
            attempt(
                change,
                "verify",
                "browser",
                1,
                fails
                    ? new AttemptState.Failed(noonPlus(start + took), noonPlus(start + 3 * took), new Fault.ExitCode(1))
                    : Samples.passed(start + took, start + 3 * took)));
    if (fails) {
      return change.in(new ChangeState.Failed(noonPlus(start + 3 * took), "verify failed"));
    }
    change = change.with(attempt(change, "main", "promote", 1, Samples.passed(start + 3 * took, start + 3 * took + 1)));
    change = change.with(attempt(change, "staging", "deploy", 1, Samples.passed(start + 3 * took + 1, start + 4 * took)));
    return change.in(new ChangeState.Passed(noonPlus(start + 4 * took), ""));
  }

  private static void time(String what, Runnable work) {
    long[] took = new long[200];
    for (int at = 0; at < took.length; at++) {
      long start = System.nanoTime();
      work.run();
      took[at] = System.nanoTime() - start;
    }
    print(what, took);
  }

  private static void print(String what, long[] took) {
    Arrays.sort(took);
    System.out.printf(
        "%-32s p50 %6.2f ms  p95 %6.2f ms  max %6.2f ms%n",
        what, took[took.length / 2] / 1e6, took[took.length * 95 / 100] / 1e6, took[took.length - 1] / 1e6);
  }
}
