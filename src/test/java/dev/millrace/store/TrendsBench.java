package dev.millrace.store;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Fault;
import dev.millrace.flow.Decision;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Delivery;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Past;
import dev.millrace.statistics.Period;
import dev.millrace.statistics.StepFigures;
import dev.millrace.statistics.Window;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Measures what the statistics page is made from, with 100,000 changes and a million attempts of 30 stages in the store.
/// By hand: `java -cp target/test-classes:target/classes:<libraries> dev.millrace.store.TrendsBench 50 2000 100 [directory]`
/// has 50 pipelines with 2,000 changes each, which came in 100 days.
final class TrendsBench {
  private TrendsBench() {}

  private static final int STAGES = 30;
  private static final Instant NOW = Instant.parse("2026-11-21T12:34:56Z");

  private static final String TEXT =
      IntStream.range(0, STAGES).mapToObj(at -> "stage-" + at + ": step-" + at).collect(Collectors.joining("; "));

  public static void main(String[] arguments) throws Exception {
    int pipelines = Integer.parseInt(arguments[0]);
    int changes = Integer.parseInt(arguments[1]);
    int days = Integer.parseInt(arguments[2]);
    Path data = arguments.length > 3 ? Path.of(arguments[3]) : Files.createTempDirectory("millrace-trends");
    Store store = Samples.open(Store.h2(data));
    if (store.pipelines().isEmpty()) {
      fill(store, pipelines, changes, days);
    }
    System.out.printf("%d MB%n", Files.size(data.resolve("millrace.mv.db")) >> 20);
    var pipeline = new PipelineName("p-0");
    Instant now = store.changes(pipeline, Filter.newest(1)).getFirst().createdAt().plusSeconds(3600);
    List<StageName> stages = definitions(1).getFirst().pipeline().stages().stream().map(Stage::name).toList();
    for (int round = 0; round < 2; round++) {
      for (int asked : Period.DAYS) {
        Period period = Period.ofDays(asked, now);
        Past past = store.trends().of(pipeline, period, null);
        int attempts = past.worked().size();
        time(asked + " days, read: " + past.changes() + " changes, 1 of " + past.every() + ", " + attempts + " attempts", () -> store.trends().of(pipeline, period, null));
        time(asked + " days, one stage, read", () -> store.trends().of(pipeline, period, stages.get(2)));
        time(asked + " days, computed", () -> {
          past.stages(stages);
          StepFigures.of(past.worked());
          Delivery.of(past, stages);
        });
      }
      Map<StageName, Figures> figures = store.stageStatistics(pipeline, Window.USUAL, now);
      long searching = System.nanoTime();
      store.trends().shifts(pipeline, figures);
      System.out.printf("shifts, first: %.2f ms%n", (System.nanoTime() - searching) / 1e6);
      time("shifts, known", () -> store.trends().shifts(pipeline, figures));
    }
    store.close();
  }

  private static List<Definition> definitions(int many) {
    return IntStream.range(0, many).mapToObj(at -> Samples.definition("p-" + at, "d1", TEXT)).toList();
  }

  private static void fill(Store store, int pipelines, int changes, int days) {
    long start = System.nanoTime();
    List<Definition> definitions = definitions(pipelines);
    var random = new Random(1);
    int attempts = 0;
    for (int from = 1; from <= changes; from += 20) {
      var decisions = new ArrayList<Decision>();
      for (Definition definition : definitions) {
        for (int number = from; number < from + 20 && number <= changes; number++) {
          Instant came = NOW.minus(Duration.ofDays(days).multipliedBy(changes - number).dividedBy(changes));
          Change change = ended(definition, number, came, random);
          attempts += change.attempts().size();
          decisions.add(Samples.decide(definitions, List.of(change)));
        }
      }
      store.save(decisions);
    }
    System.out.printf("filled with %d attempts in %d s%n", attempts, (System.nanoTime() - start) / 1_000_000_000);
  }

  private static Change ended(Definition definition, int number, Instant came, Random random) {
    Change moving = Samples.moving(definition, number);
    var change = new Change(moving.id(), moving.commit(), moving.aim(), moving.by(), definition, came, moving.state(), moving.candidate(), 1, List.of());
    int until = 1 + random.nextInt(19);
    var attempts = new ArrayList<Attempt>();
    Instant at = came.plusSeconds(5);
    for (int nth = 0; nth < until; nth++) {
      Instant end = at.plusMillis((long) (20_000 * (1 + nth) * Math.exp(random.nextGaussian() * 0.2)) / 10);
      boolean fails = nth == until - 1 && random.nextBoolean();
      AttemptState state = fails ? new AttemptState.Failed(at, end, new Fault.ExitCode(1)) : new AttemptState.Passed(at, end);
      attempts.add(Samples.attempt(change, "stage-" + nth, "step-" + nth, 1, state));
      at = end;
    }
    return change.with(attempts).in(new ChangeState.Failed(at, "a stage failed"));
  }

  private static void time(String what, Runnable work) {
    long[] took = new long[30];
    for (int at = 0; at < took.length; at++) {
      long start = System.nanoTime();
      work.run();
      took[at] = System.nanoTime() - start;
    }
    Arrays.sort(took);
    System.out.printf("%-70s p50 %7.2f ms  p95 %7.2f ms%n", what, took[took.length / 2] / 1e6, took[took.length * 95 / 100] / 1e6);
  }
}
