package dev.millrace.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.Image;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.runner.Runner.Outcome;
import dev.millrace.runner.Runner.Outcome.Exited;
import dev.millrace.runner.Runner.Outcome.NeverStarted;
import dev.millrace.runner.Runner.Outcome.Unavailable;
import dev.millrace.runner.Runner.Workspace;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What every runner does, whatever executes the steps.
@Timeout(120)
public abstract class RunnerContract {
  protected static final String GREETS = "echo hello; exit 3";
  protected static final String SILENT = "true";
  protected static final String WAITS = "echo ready; sleep 600";
  protected static final String COUNTS =
      "i=1; while [ $i -le 300 ]; do echo line $i; i=$((i+1)); usleep 5000; done; exit 7";
  protected static final Workspace EMPTY = Tar.of(Map.of());

  protected Runner runner;
  private static int change;

  /// A runner as a server makes it when it starts; what executes the steps is the same each time.
  protected abstract Runner open();

  protected abstract String image();

  /// As somebody does who clears the engine up.
  protected abstract void remove(AttemptId attempt);

  @BeforeEach
  void begin() {
    runner = open();
    change++;
  }

  @AfterEach
  void leaveNothing() {
    try (Runner last = open()) {
      last.holding().forEach(last::release);
      assertThat(last.holding()).isEmpty();
    }
    runner.close();
  }

  protected static AttemptId attempt(int number) {
    return new AttemptId(
        new ChangeId(new PipelineName("shop"), change), new StageName("verify"), new StepName("unit"), number);
  }

  protected Assignment step(String command) {
    return step(1, image(), command, Map.of(), Limits.DEFAULT);
  }

  protected static Assignment step(
      int number, String image, String command, Map<String, String> environment, Limits limits) {
    return new Assignment(
        attempt(number),
        new RepositoryName("shop"),
        new CommitId("0123456789abcdef0123456789abcdef01234567"),
        image,
        command,
        environment,
        Duration.ofMinutes(1),
        limits,
        false);
  }

  /// The step seen through by a thread of its own.
  protected Future<Outcome> inBackground(Runner by, Assignment assignment, Recorder output) {
    FutureTask<Outcome> task = new FutureTask<>(() -> by.run(assignment, EMPTY, output));
    Thread.ofVirtual().start(task);
    return task;
  }

  protected static int code(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Exited.class);
    return ((Exited) outcome).code();
  }

  protected static <T> T soon(Future<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private static List<String> threeHundredLines() {
    return IntStream.rangeClosed(1, 300).mapToObj(i -> "line " + i).toList();
  }

  @Test
  void prints_what_the_command_prints_and_gives_its_exit_code() throws Exception {
    Recorder output = new Recorder();
    Outcome outcome = runner.run(step(GREETS), EMPTY, output);
    assertThat(output.text()).isEqualTo("hello\n");
    assertThat(code(outcome)).isEqualTo(3);
    assertThat(output.startedAt()).hasSize(1);
    assertThat(outcome.at()).isAfterOrEqualTo(output.startedAt().getFirst());
  }

  @Test
  void tells_what_it_runs_in_by_name_and_by_content() throws Exception {
    Recorder one = new Recorder();
    Recorder other = new Recorder();
    runner.run(step(GREETS), EMPTY, one);
    runner.run(step(2, image(), SILENT, Map.of(), Limits.DEFAULT), EMPTY, other);
    assertThat(one.images()).hasSize(1).isEqualTo(other.images());
    Image image = one.images().getFirst();
    assertThat(image.name()).isEqualTo(image());
    assertThat(image.digest()).matches("sha256:[0-9a-f]{64}");
  }

  @Test
  void a_step_may_print_nothing() throws Exception {
    Recorder output = new Recorder();
    assertThat(code(runner.run(step(SILENT), EMPTY, output))).isZero();
    assertThat(output.bytes()).isEmpty();
  }

  @Test
  void a_prepared_step_runs_like_any_other_and_not_before() throws Exception {
    Recorder output = new Recorder();
    runner.prepare(step(GREETS), EMPTY);
    runner.prepare(step(GREETS), EMPTY);
    assertThat(runner.holding()).containsExactly(attempt(1));
    assertThat(code(runner.run(step(GREETS), EMPTY, output))).isEqualTo(3);
    assertThat(output.text()).isEqualTo("hello\n");
  }

  @Test
  void stops_when_told() throws Exception {
    Recorder output = new Recorder();
    Future<Outcome> outcome = inBackground(runner, step(WAITS), output);
    output.awaitLine("ready");
    Instant told = Instant.now();
    runner.stop(attempt(1));
    runner.stop(attempt(1));
    assertThat(code(soon(outcome))).isNotZero();
    assertThat(Duration.between(told, Instant.now())).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void what_is_stopped_before_it_started_never_starts() throws Exception {
    runner.stop(attempt(1));
    Recorder output = new Recorder();
    assertThat(runner.run(step(GREETS), EMPTY, output)).isInstanceOf(NeverStarted.class);
    assertThat(output.startedAt()).isEmpty();
    assertThat(runner.holding()).isEmpty();
  }

  @Test
  void what_is_stopped_while_it_is_only_prepared_never_starts() throws Exception {
    runner.prepare(step(GREETS), EMPTY);
    runner.stop(attempt(1));
    assertThat(runner.run(step(GREETS), EMPTY, new Recorder())).isInstanceOf(NeverStarted.class);
    assertThat(runner.holding()).isEmpty();
  }

  @Test
  void a_stop_at_any_moment_ends_it_one_way_or_the_other() throws Exception {
    for (int number = 1; number <= 10; number++) {
      Future<Outcome> outcome =
          inBackground(runner, step(number, image(), WAITS, Map.of(), Limits.DEFAULT), new Recorder());
      long until = System.nanoTime() + number * 20_000_000L;
      while (System.nanoTime() < until) {
        Thread.onSpinWait();
      }
      runner.stop(attempt(number));
      assertThat(soon(outcome)).isInstanceOfAny(Exited.class, NeverStarted.class);
    }
  }

  @Test
  void is_found_again_after_a_restart_while_it_runs_and_no_line_is_lost_or_doubled() throws Exception {
    Recorder output = new Recorder();
    Future<Outcome> first = inBackground(runner, step(COUNTS), output);
    output.awaitLine("line 50");
    runner.close();
    assertThatThrownBy(() -> soon(first))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
    runner = open();
    assertThat(code(runner.run(step(COUNTS), EMPTY, output))).isEqualTo(7);
    assertThat(output.lines()).isEqualTo(threeHundredLines());
    assertThat(output.startedAt()).hasSize(2);
    assertThat(output.startedAt().getFirst()).isEqualTo(output.startedAt().getLast());
    assertThat(output.images().getFirst()).isEqualTo(output.images().getLast());
  }

  @Test
  void is_found_again_after_a_restart_when_it_ended_meanwhile() throws Exception {
    Recorder other = new Recorder();
    Future<Outcome> first = inBackground(runner, step(COUNTS), other);
    other.awaitLine("line 5");
    runner.close();
    assertThatThrownBy(() -> soon(first)).hasCauseInstanceOf(InterruptedException.class);
    try (Runner between = open()) {
      assertThat(code(between.run(step(COUNTS), EMPTY, new Recorder()))).isEqualTo(7);
    }
    runner = open();
    assertThat(code(runner.run(step(COUNTS), EMPTY, other))).isEqualTo(7);
    assertThat(other.lines()).isEqualTo(threeHundredLines());
  }

  @Test
  void an_interrupt_ends_the_watching_and_leaves_the_step_alone() throws Exception {
    Recorder output = new Recorder();
    FutureTask<Outcome> task = new FutureTask<>(() -> runner.run(step(COUNTS), EMPTY, output));
    Thread thread = Thread.ofPlatform().start(task);
    output.awaitLine("line 10");
    thread.interrupt();
    assertThatThrownBy(() -> task.get(2, TimeUnit.SECONDS)).hasCauseInstanceOf(InterruptedException.class);
    assertThat(code(runner.run(step(COUNTS), EMPTY, output))).isEqualTo(7);
    assertThat(output.lines()).isEqualTo(threeHundredLines());
  }

  @Test
  void run_twice_at_once_starts_once() throws Exception {
    Recorder left = new Recorder();
    Recorder right = new Recorder();
    Future<Outcome> one = inBackground(runner, step(GREETS), left);
    Future<Outcome> two = inBackground(runner, step(GREETS), right);
    assertThat(soon(one)).isEqualTo(soon(two));
    assertThat(left.text()).isEqualTo("hello\n");
    assertThat(right.text()).isEqualTo("hello\n");
    assertThat(left.startedAt()).isEqualTo(right.startedAt());
  }

  @Test
  void run_again_after_the_end_tells_the_same_end() throws Exception {
    Outcome outcome = runner.run(step(GREETS), EMPTY, new Recorder());
    Recorder again = new Recorder();
    assertThat(runner.run(step(GREETS), EMPTY, again)).isEqualTo(outcome);
    assertThat(again.text()).isEqualTo("hello\n");
  }

  @Test
  void what_has_begun_is_lost_when_somebody_removes_its_container() throws Exception {
    Recorder output = new Recorder();
    Future<Outcome> outcome = inBackground(runner, step(WAITS), output);
    output.awaitLine("ready");
    remove(attempt(1));
    isLost(soon(outcome));
    isLost(runner.run(step(WAITS), EMPTY, output));
    assertThat(output.lines()).containsExactly("ready");
    assertThat(runner.holding()).isEmpty();
  }

  @Test
  void what_has_begun_is_lost_when_somebody_removes_its_container_while_there_is_no_server() throws Exception {
    Recorder output = new Recorder();
    Future<Outcome> first = inBackground(runner, step(WAITS), output);
    output.awaitLine("ready");
    runner.close();
    assertThatThrownBy(() -> soon(first)).hasCauseInstanceOf(InterruptedException.class);
    remove(attempt(1));
    runner = open();
    isLost(runner.run(step(WAITS), EMPTY, output));
    runner.stop(attempt(1));
    isLost(runner.run(step(WAITS), EMPTY, output));
    assertThat(output.lines()).containsExactly("ready");
    assertThat(output.startedAt()).hasSize(1);
    assertThat(runner.holding()).isEmpty();
  }

  private static void isLost(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Unavailable.class);
    assertThat(((Unavailable) outcome).because()).contains("its container was removed");
    assertThat(((Unavailable) outcome).again()).isFalse();
  }

  @Test
  void release_leaves_nothing_behind() throws Exception {
    runner.run(step(GREETS), EMPTY, new Recorder());
    assertThat(runner.holding()).containsExactly(attempt(1));
    runner.release(attempt(1));
    assertThat(runner.holding()).isEmpty();
    runner.release(attempt(1));
  }

  @Test
  void stopping_and_releasing_what_does_not_exist_is_fine() {
    runner.stop(attempt(1));
    runner.release(attempt(1));
    assertThat(runner.holding()).isEmpty();
  }

  @Test
  void closing_twice_is_fine() {
    runner.close();
    runner.close();
  }

  @Test
  void what_is_asked_after_the_close_is_left_to_the_next_start() throws Exception {
    runner.run(step(GREETS), EMPTY, new Recorder());
    runner.close();
    assertThatThrownBy(() -> runner.prepare(step(COUNTS), EMPTY)).isInstanceOf(InterruptedException.class);
    assertThatThrownBy(() -> runner.run(step(GREETS), EMPTY, new Recorder())).isInstanceOf(InterruptedException.class);
    assertThatThrownBy(() -> runner.stop(attempt(1))).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> runner.release(attempt(1))).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> runner.holding()).isInstanceOf(UncheckedIOException.class);
    runner = open();
    assertThat(runner.holding()).containsExactly(attempt(1));
  }

  @Test
  void has_no_trouble_when_all_is_well() {
    assertThat(runner.trouble()).isEmpty();
  }
}
