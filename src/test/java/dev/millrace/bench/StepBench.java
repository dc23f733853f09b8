package dev.millrace.bench;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.runner.Runner;
import dev.millrace.runner.Runner.Outcome;
import dev.millrace.runner.Tar;
import dev.millrace.runner.docker.DockerRunner;
import dev.millrace.runner.docker.RawEngine;
import dev.millrace.runner.docker.TestImages;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// What the Docker runner costs: ten trivial steps one after the other, against the same containers made by bare calls
/// of the engine (create, start, wait, remove), which bring no workspace, no log and no boundaries. Rounds are
/// interleaved, as the machine is never quiet. Argument: how many rounds.
public final class StepBench {
  private static final int STEPS = 10;
  private static final String COMMAND = "true";
  private static int attempts;

  private StepBench() {}

  private interface Round {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10;
    String image = TestImages.busybox();
    try (RawEngine engine = new RawEngine(TestImages.HOST.substring("unix://".length()));
        Runner runner = new DockerRunner(TestImages.HOST, "bench-" + ProcessHandle.current().pid());
        ExecutorService aside = Executors.newVirtualThreadPerTaskExecutor()) {
      Map<String, Round> ways = new LinkedHashMap<>();
      ways.put("raw, bare", () -> raw(engine, image, ""));
      ways.put("raw, bounded as a step", () -> raw(engine, image, BOUNDARIES));
      ways.put("run, release", () -> oneAfterTheOther(runner, image));
      ways.put("run, release aside", () -> releasedAside(runner, image, aside));
      ways.put("run, next prepared meanwhile, release aside", () -> preparedAside(runner, image, aside));
      Map<String, double[]> times = new LinkedHashMap<>();
      ways.keySet().forEach(way -> times.put(way, new double[rounds]));
      for (int round = -1; round < rounds; round++) {
        for (Map.Entry<String, Round> way : ways.entrySet()) {
          long begin = System.nanoTime();
          way.getValue().run();
          // the first round warms up
          if (round >= 0) {
            times.get(way.getKey())[round] = (System.nanoTime() - begin) / 1e6 / STEPS;
          }
          while (!runner.holding().isEmpty()) {
            Thread.onSpinWait();
          }
        }
      }
      double base = median(times.get("raw, bare"));
      System.out.printf("%-46s %8s %8s %6s%n", "ms a step, of " + rounds + " rounds", "least", "median", "ratio");
      times.forEach(
          (way, each) ->
              System.out.printf(
                  "%-46s %8.0f %8.0f %6.2f%n",
                  way, Arrays.stream(each).min().orElseThrow(), median(each), median(each) / base));
    }
  }

  private static double median(double[] times) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static final String BOUNDARIES =
      ",\"Memory\":2147483648,\"MemorySwap\":2147483648,\"CpuPeriod\":100000,\"CpuQuota\":200000,\"CpuShares\":128,\"PidsLimit\":4096"
          + ",\"CapDrop\":[\"ALL\"],\"SecurityOpt\":[\"no-new-privileges\"],\"Init\":true";

  private static void raw(RawEngine engine, String image, String boundaries) throws Exception {
    for (int i = 0; i < STEPS; i++) {
      String wanted =
          "{\"Image\":\"%s\",\"Entrypoint\":[\"/bin/sh\",\"-ec\",\"%s\"],\"HostConfig\":{\"NetworkMode\":\"none\"%s}}"
              .formatted(image, COMMAND, boundaries);
      String created = asked(engine, "POST", "/containers/create", wanted);
      String id = created.substring(created.indexOf("\"Id\":\"") + 6).substring(0, 64);
      asked(engine, "POST", "/containers/" + id + "/start", "");
      asked(engine, "POST", "/containers/" + id + "/wait", "");
      asked(engine, "DELETE", "/containers/" + id + "?v=1", "");
    }
  }

  private static String asked(RawEngine engine, String method, String path, String body) throws Exception {
    RawEngine.Answer answer =
        engine.ask(method, path, "application/json", body.getBytes(StandardCharsets.UTF_8));
    if (answer.status() >= 300) {
      throw new IllegalStateException(path + ": " + answer);
    }
    return answer.text();
  }

  private static final Runner.Workspace WORKSPACE = Tar.of(Map.of("README.md", "hello\n", "run.sh", "#!/bin/sh\n"));

  private static Assignment next(String image) {
    attempts++;
    return new Assignment(
        new AttemptId(
            new ChangeId(new PipelineName("bench"), attempts), new StageName("bench"), new StepName("step"), 1),
        new RepositoryName("bench"),
        new CommitId("0123456789abcdef0123456789abcdef01234567"),
        image,
        COMMAND,
        Map.of(),
        Duration.ofMinutes(1),
        Limits.DEFAULT,
        false);
  }

  private static void run(Runner runner, Assignment assignment) throws InterruptedException {
    Outcome outcome = runner.run(assignment, WORKSPACE, new Nowhere());
    if (!(outcome instanceof Outcome.Exited(var _, int code, var _)) || code != 0) {
      throw new IllegalStateException(outcome.toString());
    }
  }

  private static void oneAfterTheOther(Runner runner, String image) throws Exception {
    for (int i = 0; i < STEPS; i++) {
      Assignment assignment = next(image);
      run(runner, assignment);
      runner.release(assignment.attempt());
    }
  }

  private static void releasedAside(Runner runner, String image, ExecutorService aside) throws Exception {
    for (int i = 0; i < STEPS; i++) {
      Assignment assignment = next(image);
      run(runner, assignment);
      aside.submit(() -> runner.release(assignment.attempt()));
    }
  }

  private static void preparedAside(Runner runner, String image, ExecutorService aside) throws Exception {
    Assignment assignment = next(image);
    for (int i = 0; i < STEPS; i++) {
      Assignment following = next(image);
      boolean last = i == STEPS - 1;
      Future<?> prepared =
          aside.submit(
              () -> {
                if (!last) {
                  runner.prepare(following, WORKSPACE);
                }
                return null;
              });
      run(runner, assignment);
      AttemptId over = assignment.attempt();
      aside.submit(() -> runner.release(over));
      prepared.get();
      assignment = following;
    }
  }

  private static final class Nowhere implements Runner.Output {
    @Override
    public boolean begun() {
      return false;
    }

    @Override
    public void started(Instant at, dev.millrace.change.Image image) {}

    @Override
    public Optional<Instant> resume() {
      return Optional.empty();
    }

    @Override
    public void print(Instant stamp, byte[] bytes) {}
  }
}
