package dev.millrace.store;

import static dev.millrace.store.Samples.SHOP;
import static dev.millrace.store.Samples.attempt;
import static dev.millrace.store.Samples.decide;
import static dev.millrace.store.Samples.definition;
import static dev.millrace.store.Samples.moving;
import static dev.millrace.store.Samples.noonPlus;

import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Fault;
import dev.millrace.flow.Decision;
import dev.millrace.pipeline.Definition;
import dev.millrace.statistics.Window;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Measures the figures of a pipeline with so many stages and so many trials of each within 30 days. By hand:
/// `java -cp target/test-classes:target/classes:<libraries> dev.millrace.store.TrialsBench 30 2000`
final class TrialsBench {
  private TrialsBench() {}

  public static void main(String[] arguments) throws Exception {
    int stages = Integer.parseInt(arguments[0]);
    int trials = Integer.parseInt(arguments[1]);
    Path data = Files.createTempDirectory("millrace-bench");
    Definition shop =
        definition("shop", "d1", IntStream.range(0, stages).mapToObj(at -> "stage-" + at + ": step").collect(Collectors.joining("; ")));
    try (Store store = Samples.open(Store.h2(data))) {
      var random = new Random(1);
      long apart = 29L * 86_400 / trials;
      for (int from = 1; from <= trials; from += 100) {
        var decisions = new ArrayList<Decision>();
        for (int number = from; number < from + 100 && number <= trials; number++) {
          Change change = moving(shop, number);
          for (int at = 0; at < stages; at++) {
            long start = number * apart + 60L * at;
            long end = start + 10 + random.nextInt(600);
            AttemptState state =
                random.nextInt(20) == 0
                    ? new AttemptState.Failed(noonPlus(start), noonPlus(end), new Fault.ExitCode(1))
                    : Samples.passed(start, end);
            change = change.with(attempt(change, "stage-" + at, "step", 1, state));
          }
          decisions.add(decide(List.of(shop), List.of(change.in(new ChangeState.Passed(noonPlus(number * apart), "")))));
        }
        store.save(decisions);
      }
      Instant now = noonPlus(29L * 86_400 + 3600);
      System.out.println(stages + " stages, " + store.stageStatistics(SHOP, new Window.Days(30), now).values().iterator().next().count() + " trials each within 30 days");
      for (int round = 0; round < 2; round++) {
        for (Window window : Window.CHOICES) {
          long[] took = new long[30];
          for (int at = 0; at < took.length; at++) {
            long start = System.nanoTime();
            store.stageStatistics(SHOP, window, now);
            took[at] = System.nanoTime() - start;
          }
          Arrays.sort(took);
          System.out.printf("stageStatistics(%s): p50 %.1f ms  p95 %.1f ms%n", window.text(), took[took.length / 2] / 1e6, took[took.length * 95 / 100] / 1e6);
        }
      }
    }
  }
}
