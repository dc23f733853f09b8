package dev.millrace.runner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.runner.Recorder;
import dev.millrace.runner.Runner;
import dev.millrace.runner.Runner.Outcome;
import dev.millrace.runner.Runner.Outcome.NeverStarted;
import dev.millrace.runner.Runner.Outcome.Unavailable;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Images that never come. The engine is a socket that says what it is told to say.
@Timeout(20)
class SilentEngineTest {
  private static final AttemptId ATTEMPT =
      new AttemptId(new ChangeId(new PipelineName("shop"), 1), new StageName("test"), new StepName("unit"), 1);
  private static final Assignment STEP =
      new Assignment(
          ATTEMPT, new RepositoryName("shop"), new CommitId("%040x".formatted(1)), "example.org/tea:1", "true", Map.of(),
          Duration.ofMinutes(1), Limits.DEFAULT, false);

  @TempDir Path folder;
  private SilentEngine engine;

  @BeforeEach
  void begin() throws Exception {
    engine =
        new SilentEngine(
            folder.resolve("docker.sock"),
            call ->
                switch (call) {
                  case "POST /containers/create" -> "404 {\"message\": \"No such image: example.org/tea:1\"}";
                  case "POST /images/create" -> SilentEngine.SILENCE;
                  default -> "404 {\"message\": \"no such container\"}";
                });
  }

  @AfterEach
  void end() throws Exception {
    engine.close();
  }

  private static FutureTask<Outcome> inBackground(Runner runner) {
    var task = new FutureTask<>(() -> runner.run(STEP, _ -> {}, new Recorder()));
    Thread.ofVirtual().start(task);
    return task;
  }

  @Test
  void an_image_of_which_nothing_is_heard_is_given_up_for_now() throws Exception {
    try (Runner runner = new DockerRunner(engine.host(), "silent", Duration.ofMillis(200))) {
      Outcome outcome = inBackground(runner).get(10, TimeUnit.SECONDS);
      assertThat(outcome).isInstanceOfSatisfying(Unavailable.class, it -> {
        assertThat(it.because()).startsWith("image \"example.org/tea:1\" is not on the engine and cannot be pulled: nothing has been heard of it for ");
        assertThat(it.again()).isTrue();
      });
    }
  }

  @Test
  void what_has_begun_is_asked_for_again_when_the_engine_answers_with_an_error_and_never_created() throws Exception {
    var output = new Recorder();
    output.started(Instant.EPOCH, null);
    try (var failing = new SilentEngine(folder.resolve("failing.sock"), _ -> "500 {\"message\": \"not now\"}");
        Runner runner = new DockerRunner(failing.host(), "silent", Duration.ofMinutes(2))) {
      Outcome outcome = runner.run(STEP, _ -> {}, output);
      assertThat(outcome).isInstanceOfSatisfying(Unavailable.class, it -> {
        assertThat(it.because()).isEqualTo("the Docker engine could not say how its container is: not now");
        assertThat(it.again()).isTrue();
      });
    }
    try (Runner runner = new DockerRunner(engine.host(), "silent", Duration.ofMinutes(2))) {
      Outcome outcome = runner.run(STEP, _ -> {}, output);
      assertThat(outcome).isInstanceOfSatisfying(Unavailable.class, it -> assertThat(it.again()).isFalse());
      engine.awaitAsked("GET /containers/millrace-silent.shop.1.test.unit.1/json");
      runner.close();
      assertThat(engine.asked()).noneMatch(call -> call.startsWith("POST"));
    }
  }

  @Test
  void who_waits_for_an_image_says_so_and_can_be_stopped() throws Exception {
    try (Runner runner = new DockerRunner(engine.host(), "silent", Duration.ofMinutes(2))) {
      FutureTask<Outcome> outcome = inBackground(runner);
      engine.awaitAsked("POST /images/create");
      assertThat(runner.waitsFor(ATTEMPT)).contains("its image: \"example.org/tea:1\" is being pulled");
      runner.stop(ATTEMPT);
      assertThat(outcome.get(10, TimeUnit.SECONDS)).isInstanceOf(NeverStarted.class);
      assertThat(runner.waitsFor(ATTEMPT)).isEmpty();
    }
  }
}
