package dev.millrace.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.change.AttemptId;
import dev.millrace.runner.Runner.Outcome;
import dev.millrace.runner.Runner.Outcome.Exited;
import dev.millrace.runner.Runner.Outcome.NotStartable;
import dev.millrace.runner.Runner.Outcome.Unavailable;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// The runner that engine tests use keeps the same contract as the real one, and tells who breaks it.
class ScriptedRunnerTest extends RunnerContract {
  private final ScriptedContainers scripted =
      new ScriptedContainers()
          .script(GREETS, this::greet)
          .script(SILENT, step -> end(step, 0))
          .script(WAITS, step -> print(step, "ready\n"))
          .script(COUNTS, this::count);

  private void print(String step, String text) {
    scripted.print(step, text);
  }

  private void end(String step, int code) {
    scripted.end(step, code);
  }

  private void greet(String step) {
    print(step, "hello\n");
    end(step, 3);
  }

  /// In the contract's tests somebody always comes back to it.
  private void count(String step) throws InterruptedException {
    for (int i = 1; i <= 60; i++) {
      print(step, "line " + i + "\n");
    }
    scripted.awaitWatched(step, 2);
    for (int i = 61; i <= 300; i++) {
      print(step, "line " + i + "\n");
    }
    end(step, 7);
  }

  @Override
  protected Runner open() {
    return scripted.runner();
  }

  @Override
  protected String image() {
    return "scripted";
  }

  @Override
  protected void remove(AttemptId attempt) {
    scripted.remove(attempt.toString());
  }

  private String locator() {
    return attempt(1).toString();
  }

  @Test
  void holds_a_step_until_it_is_told() throws Exception {
    Recorder output = new Recorder();
    Future<Outcome> outcome = inBackground(runner, step("make"), output);
    scripted.awaitRunning(locator());
    scripted.print(locator(), "compiling\n");
    output.awaitLine("compiling");
    assertThat(outcome.isDone()).isFalse();
    assertThat(scripted.running()).containsExactly(locator());
    scripted.outOfMemory(locator());
    assertThat(soon(outcome)).isInstanceOfSatisfying(Exited.class, end -> assertThat(end.outOfMemory()).isTrue());
    assertThat(scripted.starts(locator())).isEqualTo(1);
    assertThat(scripted.violations()).isEmpty();
  }

  @Test
  void a_lost_step_is_unavailable() throws Exception {
    Future<Outcome> outcome = inBackground(runner, step("make"), new Recorder());
    scripted.awaitRunning(locator());
    scripted.breaks(locator(), "the machine is gone", true);
    assertThat(soon(outcome))
        .isInstanceOfSatisfying(Unavailable.class, end -> assertThat(end.because()).isEqualTo("the machine is gone"));
  }

  @Test
  void a_step_may_be_refused() throws Exception {
    scripted.refuseToStart(locator(), "no shell");
    Recorder output = new Recorder();
    assertThat(runner.run(step("make"), EMPTY, output)).isInstanceOf(NotStartable.class);
    assertThat(output.startedAt()).isEmpty();
    assertThat(scripted.starts(locator())).isZero();
  }

  @Test
  void a_stubborn_step_stops_when_the_test_says_so() throws Exception {
    Future<Outcome> outcome = inBackground(runner, step("make"), new Recorder());
    scripted.awaitRunning(locator());
    scripted.makeStubborn(locator());
    runner.stop(attempt(1));
    scripted.awaitStopWanted(locator());
    assertThat(scripted.running()).containsExactly(locator());
    scripted.end(locator(), 1);
    assertThat(code(soon(outcome))).isEqualTo(1);
  }

  @Test
  void containers_may_be_out_of_reach() throws Exception {
    scripted.makeUnreachable("no engine");
    assertThat(runner.trouble()).contains("no engine");
    assertThat(runner.run(step("make"), EMPTY, new Recorder())).isInstanceOf(Unavailable.class);
    assertThatThrownBy(() -> runner.stop(attempt(1))).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> runner.holding()).isInstanceOf(UncheckedIOException.class);
    scripted.makeReachable();
    assertThat(runner.holding()).isEmpty();
  }

  @Test
  void lines_with_equal_stamps_are_neither_lost_nor_doubled_by_a_restart() throws Exception {
    ScriptedContainers frozen = new ScriptedContainers(InstantSource.fixed(Instant.EPOCH));
    Recorder output = new Recorder();
    Runner first = frozen.runner();
    Future<Outcome> outcome = inBackground(first, step("make"), output);
    frozen.awaitRunning(locator());
    frozen.print(locator(), "one\n");
    frozen.print(locator(), "two\n");
    output.awaitLine("two");
    first.close();
    assertThatThrownBy(() -> soon(outcome)).hasCauseInstanceOf(InterruptedException.class);
    Future<Outcome> again = inBackground(frozen.runner(), step("make"), output);
    frozen.print(locator(), "three\n");
    frozen.end(locator(), 0);
    assertThat(code(soon(again))).isZero();
    assertThat(output.text()).isEqualTo("one\ntwo\nthree\n");
  }

  @Test
  void tells_who_runs_what_was_released() throws Exception {
    runner.run(step(GREETS), EMPTY, new Recorder());
    runner.release(attempt(1));
    runner.run(step(GREETS), EMPTY, new Recorder());
    runner.prepare(step(GREETS), EMPTY);
    assertThat(scripted.violations())
        .containsExactly(
            attempt(1) + " is run after it was released", attempt(1) + " is prepared after it was released");
  }

  @Test
  void tells_who_releases_what_is_not_over() throws Exception {
    Future<Outcome> outcome = inBackground(runner, step("make"), new Recorder());
    scripted.awaitRunning(locator());
    runner.release(attempt(1));
    assertThat(soon(outcome)).isInstanceOf(Unavailable.class);
    assertThat(scripted.violations()).containsExactly(attempt(1) + " is released before its run has ended");
  }

  @Test
  void tells_who_runs_twice_at_once() throws Exception {
    Future<Outcome> one = inBackground(runner, step("make"), new Recorder());
    scripted.awaitWatched(locator(), 1);
    Future<Outcome> two = inBackground(runner, step("make"), new Recorder());
    scripted.awaitWatched(locator(), 2);
    scripted.end(locator(), 0);
    assertThat(soon(one)).isEqualTo(soon(two));
    assertThat(scripted.violations()).containsExactly(attempt(1) + " is run twice at once");
  }

  @Test
  void the_test_itself_is_told_when_it_speaks_of_what_does_not_run() {
    assertThatThrownBy(() -> scripted.end(locator(), 0)).isInstanceOf(IllegalStateException.class);
  }
}
