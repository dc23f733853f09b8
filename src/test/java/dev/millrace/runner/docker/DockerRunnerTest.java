package dev.millrace.runner.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import dev.millrace.change.AttemptId;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.Limits;
import dev.millrace.runner.Recorder;
import dev.millrace.runner.Runner;
import dev.millrace.runner.Runner.Outcome;
import dev.millrace.runner.Runner.Outcome.Exited;
import dev.millrace.runner.Runner.Outcome.NeverStarted;
import dev.millrace.runner.Runner.Outcome.NotStartable;
import dev.millrace.runner.Runner.Outcome.Unavailable;
import dev.millrace.runner.Runner.Workspace;
import dev.millrace.runner.RunnerContract;
import dev.millrace.runner.Tar;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The contract on a real Docker engine, and what only containers can show.
@Tag("docker")
class DockerRunnerTest extends RunnerContract {
  private static final String INSTALLATION = "test-" + ProcessHandle.current().pid();
  private static String busybox;

  @BeforeAll
  static void image_is_there() throws Exception {
    busybox = TestImages.busybox();
  }

  @Override
  protected Runner open() {
    return new DockerRunner(TestImages.HOST, INSTALLATION);
  }

  @Override
  protected String image() {
    return busybox;
  }

  @Override
  protected void remove(AttemptId attempt) {
    try (DockerClient docker = TestImages.client()) {
      docker.removeContainerCmd(nameOf(attempt)).withForce(true).exec();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String nameOf(AttemptId attempt) {
    return "millrace-" + INSTALLATION + "." + attempt.toString().replace('/', '.');
  }

  private byte[] printedBy(String command) throws Exception {
    Recorder output = new Recorder();
    assertThat(code(runner.run(step(command), EMPTY, output))).isZero();
    return output.bytes();
  }

  private String textOf(String command) throws Exception {
    return new String(printedBy(command), StandardCharsets.UTF_8);
  }

  @Test
  void brings_standard_output_and_standard_error() throws Exception {
    assertThat(textOf("echo out; echo err >&2; echo out again").lines())
        .containsExactlyInAnyOrder("out", "err", "out again");
  }

  @Test
  void brings_what_has_no_line_end() throws Exception {
    assertThat(textOf("printf 'a\\nb'")).isEqualTo("a\nb");
  }

  @Test
  void brings_a_line_of_a_hundred_kilobytes_as_it_is() throws Exception {
    assertThat(textOf("head -c 100000 /dev/zero | tr '\\0' x; echo; echo end"))
        .isEqualTo("x".repeat(100_000) + "\nend\n");
  }

  @Test
  void brings_every_byte_also_of_characters_that_are_torn_and_of_what_is_no_text() throws Exception {
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    expected.writeBytes(("x" + "ä".repeat(20_000) + "\n").getBytes(StandardCharsets.UTF_8));
    for (int b = 0; b < 256; b++) {
      expected.write(b);
    }
    Workspace files =
        to -> {
          var tar = new org.apache.commons.compress.archivers.tar.TarArchiveOutputStream(to, 512);
          Tar.add(tar, "bytes", expected.toByteArray());
          tar.finish();
        };
    Recorder output = new Recorder();
    assertThat(code(runner.run(step("cat bytes"), files, output))).isZero();
    assertThat(output.bytes()).isEqualTo(expected.toByteArray());
  }

  @Test
  void brings_a_hundred_thousand_lines_exactly() throws Exception {
    List<String> expected = IntStream.rangeClosed(1, 100_000).mapToObj(i -> "this is line " + i).toList();
    assertThat(textOf("seq 1 100000 | sed 's/^/this is line /'").lines().toList()).isEqualTo(expected);
  }

  @Test
  void long_lines_survive_a_restart_without_a_piece_lost_or_doubled() throws Exception {
    String command =
        "i=0; while [ $i -lt 40 ]; do head -c 50000 /dev/zero | tr '\\0' x; echo; echo e $i >&2;"
            + " i=$((i+1)); usleep 20000; done";
    Recorder output = new Recorder();
    Future<Outcome> first = inBackground(runner, step(command), output);
    output.awaitText("e 7");
    runner.close();
    assertThatThrownBy(() -> soon(first)).hasCauseInstanceOf(InterruptedException.class);
    runner = open();
    assertThat(code(runner.run(step(command), EMPTY, output))).isZero();
    assertThat(output.text().chars().filter(c -> c == 'x').count()).isEqualTo(40 * 50_000);
    assertThat(output.text().chars().filter(c -> c == 'e').count()).isEqualTo(40);
    assertThat(output.text().chars().filter(c -> c == '\n').count()).isEqualTo(80);
  }

  @Test
  void works_in_a_fresh_workspace_whose_files_can_be_executed_and_changed() throws Exception {
    Workspace files = Tar.of(Map.of("run.sh", "#!/bin/sh\necho from $(pwd)\n", "dir/data", "content\n"));
    Recorder output = new Recorder();
    Assignment step = step("./run.sh; cat dir/data; test ! -x dir/data; echo more >> dir/data; ls");
    assertThat(code(runner.run(step, files, output))).isZero();
    assertThat(output.lines()).containsExactly("from /workspace", "content", "dir", "run.sh");
  }

  @Test
  void gives_way_where_the_processors_are_not_enough_for_all() throws Exception {
    Recorder output = new Recorder();
    runner.run(step("cd /sys/fs/cgroup; cat cpu/cpu.shares || cat cpu.weight"), EMPTY, output);
    // of 1024 in the first version of control groups, of 100 in the second
    boolean first = Files.exists(Path.of("/sys/fs/cgroup/cpu"));
    assertThat(Integer.parseInt(output.lines().getLast())).isLessThan(first ? 512 : 50);
  }

  @Test
  void sees_nothing_of_other_steps() throws Exception {
    runner.run(step("echo secret > /tmp/left; echo secret > left"), EMPTY, new Recorder());
    Assignment second = step(2, image(), "ls -A /tmp . ; ps | grep -c -v -e ps -e PID", Map.of(), Limits.DEFAULT);
    Recorder output = new Recorder();
    runner.run(second, EMPTY, output);
    assertThat(output.text()).doesNotContain("left");
  }

  @Test
  void gives_the_environment() throws Exception {
    Assignment step =
        step(1, image(), "echo \"$GREETING|$EMPTY\"", Map.of("GREETING", "a b=c 'ä'", "EMPTY", ""), Limits.DEFAULT);
    Recorder output = new Recorder();
    runner.run(step, EMPTY, output);
    assertThat(output.text()).isEqualTo("a b=c 'ä'|\n");
  }

  @Test
  void a_command_that_ignores_the_signal_is_killed() throws Exception {
    Recorder output = new Recorder();
    Future<Outcome> outcome =
        inBackground(runner, step("trap '' TERM; echo ready; while true; do sleep 1; done"), output);
    output.awaitLine("ready");
    Instant told = Instant.now();
    runner.stop(attempt(1));
    assertThat(code(soon(outcome))).isEqualTo(137);
    assertThat(Duration.between(told, Instant.now())).isLessThan(Duration.ofSeconds(5));
  }

  @Test
  void a_command_may_tidy_up_when_it_is_stopped() throws Exception {
    Recorder output = new Recorder();
    Future<Outcome> outcome =
        inBackground(runner, step("trap 'echo bye; exit 9' TERM; echo ready; sleep 600 & wait"), output);
    output.awaitLine("ready");
    runner.stop(attempt(1));
    assertThat(code(soon(outcome))).isEqualTo(9);
    assertThat(output.lines()).containsExactly("ready", "bye");
  }

  @Test
  void stopping_what_has_just_ended_by_itself_is_fine() throws Exception {
    runner.run(step(GREETS), EMPTY, new Recorder());
    try (Daemon daemon = new Daemon(TestImages.HOST)) {
      daemon.stop(nameOf(attempt(1)), Duration.ofSeconds(1));
      assertThat(daemon.inspect(nameOf(attempt(1)))).get().isInstanceOf(Container.Exited.class);
    }
  }

  @Test
  void more_memory_than_allowed_ends_it_and_says_so() throws Exception {
    Assignment step =
        step(1, image(), "tail /dev/zero", Map.of(), new Limits(1, 32L << 20, 100));
    Outcome outcome = runner.run(step, EMPTY, new Recorder());
    assertThat(outcome).isInstanceOf(Exited.class);
    assertThat(((Exited) outcome).outOfMemory()).isTrue();
    assertThat(code(outcome)).isEqualTo(137);
  }

  @Test
  void more_processes_than_allowed_are_refused() throws Exception {
    Recorder output = new Recorder();
    Assignment step =
        step(
            1,
            image(),
            "for i in 1 2 3 4 5 6 7 8 9; do sleep 60 & done; echo all",
            Map.of(),
            new Limits(1, 64L << 20, 6));
    assertThat(code(runner.run(step, EMPTY, output))).isNotZero();
    assertThat(output.text()).contains("can't fork").doesNotContain("all");
  }

  @Test
  void more_processors_than_the_machine_has_are_no_obstacle() throws Exception {
    Assignment step = step(1, image(), "true", Map.of(), new Limits(500, 64L << 20, 100));
    assertThat(code(runner.run(step, EMPTY, new Recorder()))).isZero();
  }

  @Test
  void has_no_network_unless_it_asks_for_one() throws Exception {
    assertThat(textOf("ls /sys/class/net")).isEqualTo("lo\n");
    Assignment asked = step(2, image(), "ls /sys/class/net", Map.of(), Limits.DEFAULT);
    Assignment networked =
        new Assignment(
            asked.attempt(), asked.repository(), asked.commit(), asked.image(), asked.command(), asked.environment(),
            asked.timeout(), asked.limits(), true);
    Recorder output = new Recorder();
    runner.run(networked, EMPTY, output);
    assertThat(output.lines()).contains("eth0");
  }

  @Test
  void has_few_capabilities_and_gains_none() throws Exception {
    assertThat(textOf("grep -E 'CapBnd|NoNewPrivs' /proc/self/status").replaceAll("\\s+", " "))
        .isEqualTo("CapBnd: 00000000000000fb NoNewPrivs: 1 ");
  }

  @Test
  void a_missing_image_is_nobodys_fault_and_told_in_a_sentence() throws Exception {
    Outcome outcome =
        runner.run(step(1, "localhost:1/no-such-image", "true", Map.of(), Limits.DEFAULT), EMPTY, new Recorder());
    assertThat(outcome).isInstanceOf(Unavailable.class);
    assertThat(((Unavailable) outcome).because())
        .startsWith("image \"localhost:1/no-such-image\" is not on the engine and cannot be pulled: ")
        .endsWith("; build it there or name another");
    assertThat(((Unavailable) outcome).again()).isFalse();
  }

  @Test
  void an_image_without_a_shell_cannot_be_started() throws Exception {
    Outcome outcome =
        runner.run(step(1, TestImages.shellless(), "true", Map.of(), Limits.DEFAULT), EMPTY, new Recorder());
    assertThat(outcome).isInstanceOf(NotStartable.class);
    assertThat(((NotStartable) outcome).because()).startsWith("the image has no /bin/sh that can be executed");
  }

  @Test
  void an_image_for_another_machine_cannot_be_started() throws Exception {
    Outcome outcome =
        runner.run(step(1, TestImages.foreign(), "true", Map.of(), Limits.DEFAULT), EMPTY, new Recorder());
    assertThat(outcome).isInstanceOf(NotStartable.class);
    assertThat(((NotStartable) outcome).because()).containsIgnoringCase("exec format error");
  }

  @Test
  void too_little_memory_to_start_at_all_is_told() throws Exception {
    Outcome outcome = runner.run(step(1, image(), "true", Map.of(), new Limits(1, 1 << 20, 10)), EMPTY, new Recorder());
    assertThat(outcome).isInstanceOf(NotStartable.class);
    assertThat(((NotStartable) outcome).because()).contains("Minimum memory limit");
  }

  @Test
  void a_command_that_does_not_exist_is_an_exit_code_of_the_shell() throws Exception {
    Recorder output = new Recorder();
    assertThat(code(runner.run(step("no-such-command"), EMPTY, output))).isEqualTo(127);
    assertThat(output.text()).contains("no-such-command: not found");
  }

  @Test
  void an_engine_that_cannot_be_reached_is_named() throws Exception {
    try (Runner lost = new DockerRunner("unix:///no/such/docker.sock", INSTALLATION)) {
      Outcome outcome = lost.run(step(GREETS), EMPTY, new Recorder());
      assertThat(outcome).isInstanceOf(Unavailable.class);
      assertThat(((Unavailable) outcome).again()).isTrue();
      assertThat(((Unavailable) outcome).because())
          .startsWith("The Docker engine at unix:///no/such/docker.sock cannot be reached (");
      assertThat(lost.trouble()).contains(((Unavailable) outcome).because());
    }
  }

  @Test
  void settings_of_docker_that_cannot_be_read_are_told(@TempDir Path settings) throws Exception {
    Files.writeString(settings.resolve("config.json"), "{no");
    System.setProperty("DOCKER_CONFIG", settings.toString());
    try (Runner unlucky = new DockerRunner(TestImages.HOST, INSTALLATION)) {
      assertThat(unlucky.trouble()).hasValueSatisfying(told -> assertThat(told).contains("cannot be reached (", "config"));
    } finally {
      System.clearProperty("DOCKER_CONFIG");
    }
  }

  @Test
  void an_engine_that_goes_away_meanwhile_is_asked_again_and_no_line_is_lost(@TempDir Path socket) throws Exception {
    Recorder output = new Recorder();
    try (UnreliableEngine engine = new UnreliableEngine(socket.resolve("docker.sock"));
        Runner unlucky = new DockerRunner(engine.host(), INSTALLATION)) {
      Future<Outcome> outcome = inBackground(unlucky, step(COUNTS), output);
      output.awaitLine("line 30");
      engine.goAway();
      assertThat(unlucky.trouble()).isPresent();
      engine.comeBack();
      output.awaitLine("line 120");
      engine.goAway();
      engine.comeBack();
      assertThat(code(soon(outcome))).isEqualTo(7);
    }
    assertThat(output.lines()).isEqualTo(IntStream.rangeClosed(1, 300).mapToObj(i -> "line " + i).toList());
  }

  @Test
  void a_step_that_ends_while_the_engine_is_away_says_that_its_log_may_lack_lines(@TempDir Path socket) throws Exception {
    Recorder output = new Recorder();
    try (UnreliableEngine engine = new UnreliableEngine(socket.resolve("docker.sock"));
        Runner unlucky = new DockerRunner(engine.host(), INSTALLATION);
        DockerClient docker = TestImages.client()) {
      Future<Outcome> outcome = inBackground(unlucky, step("trap 'exit 5' TERM; printf 'all is\\nwell'; sleep 600 & wait"), output);
      output.awaitLine("all is");
      engine.goAway();
      assertThat(unlucky.trouble()).isPresent();
      docker.stopContainerCmd(nameOf(attempt(1))).exec();
      engine.comeBack();
      assertThat(code(soon(outcome))).isEqualTo(5);
    }
    assertThat(output.lines()).startsWith("all is", "well").hasSize(3);
    assertThat(output.lines().getLast())
        .matches("Millrace: the container engine was away from ..:..:.. to ..:..:.. UTC, when this step ended.*");
  }

  @Test
  void what_shall_stop_while_the_engine_is_away_is_stopped_when_it_is_back(@TempDir Path socket) throws Exception {
    Recorder output = new Recorder();
    try (UnreliableEngine engine = new UnreliableEngine(socket.resolve("docker.sock"));
        Runner unlucky = new DockerRunner(engine.host(), INSTALLATION)) {
      Future<Outcome> outcome = inBackground(unlucky, step(WAITS), output);
      output.awaitLine("ready");
      engine.goAway();
      assertThatThrownBy(() -> unlucky.stop(attempt(1))).isInstanceOf(UncheckedIOException.class);
      engine.comeBack();
      assertThat(code(soon(outcome))).isNotZero();
    }
  }

  @Test
  void an_output_that_fails_fails_the_run_and_not_the_engine() throws Exception {
    Recorder full =
        new Recorder() {
          @Override
          public void print(Instant stamp, byte[] bytes) {
            throw new UncheckedIOException(new IOException("disk full"));
          }
        };
    assertThatThrownBy(() -> runner.run(step(GREETS), EMPTY, full)).hasRootCauseMessage("disk full");
  }

  @Test
  void a_workspace_that_was_left_half_copied_is_copied_anew() throws Exception {
    Workspace half =
        to -> {
          Tar.of(Map.of("left", "x")).writeTar(to);
          throw new IOException("the server died here");
        };
    runner.prepare(step("ls"), half);
    runner.close();
    runner = open();
    assertThat(runner.holding()).containsExactly(attempt(1));
    Recorder output = new Recorder();
    assertThat(code(runner.run(step("ls"), Tar.of(Map.of("right", "x")), output))).isZero();
    assertThat(output.text()).isEqualTo("right\n");
  }

  @Test
  void a_workspace_that_cannot_be_written_is_our_fault() throws Exception {
    Workspace broken =
        to -> {
          to.write(new byte[100_000]);
          throw new IOException("no such commit");
        };
    Outcome outcome = runner.run(step("ls"), broken, new Recorder());
    assertThat(outcome).isInstanceOf(Unavailable.class);
    assertThat(((Unavailable) outcome).because())
        .isEqualTo("the workspace could not be brought into the container: no such commit");
  }

  @Test
  void a_stop_breaks_off_the_copying_of_the_workspace() throws Exception {
    CountDownLatch copying = new CountDownLatch(1);
    Workspace endless =
        to -> {
          copying.countDown();
          byte[] zeros = new byte[1 << 20];
          while (true) {
            to.write(zeros);
          }
        };
    FutureTask<Outcome> outcome = new FutureTask<>(() -> runner.run(step("ls"), endless, new Recorder()));
    Thread.ofVirtual().start(outcome);
    copying.await();
    runner.stop(attempt(1));
    assertThat(soon(outcome)).isInstanceOf(NeverStarted.class);
    assertThat(runner.holding()).isEmpty();
  }

  @Test
  void a_container_of_that_name_that_is_not_ours_is_left_alone() throws Exception {
    try (DockerClient docker = TestImages.client()) {
      String id = docker.createContainerCmd(image()).withCmd("true").withName(nameOf(attempt(1))).exec().getId();
      try {
        Outcome outcome = runner.run(step("true"), EMPTY, new Recorder());
        assertThat(outcome).isInstanceOf(Unavailable.class);
        assertThat(((Unavailable) outcome).because()).contains("is not Millrace's");
      } finally {
        docker.removeContainerCmd(id).exec();
      }
    }
  }

  @Test
  void release_ends_what_runs_and_takes_volumes_along() throws Exception {
    try (DockerClient docker = TestImages.client()) {
      Recorder output = new Recorder();
      Future<Outcome> outcome =
          inBackground(runner, step(1, TestImages.busyboxWithVolume(), WAITS, Map.of(), Limits.DEFAULT), output);
      output.awaitLine("ready");
      var mounts = docker.inspectContainerCmd(nameOf(attempt(1))).exec().getMounts();
      assertThat(mounts).hasSize(1);
      String volume = mounts.getFirst().getName();
      runner.release(attempt(1));
      soon(outcome);
      assertThat(runner.holding()).isEmpty();
      assertThatThrownBy(() -> docker.inspectVolumeCmd(volume).exec()).isInstanceOf(NotFoundException.class);
    }
  }

  @Test
  void holds_only_what_is_its_own() throws Exception {
    try (Runner other = new DockerRunner(TestImages.HOST, INSTALLATION + "-other")) {
      runner.prepare(step(GREETS), EMPTY);
      assertThat(other.holding()).isEmpty();
      assertThat(runner.holding()).containsExactly(attempt(1));
    }
  }

  @Test
  void many_side_by_side_take_no_platform_thread_each() throws Exception {
    int before = Thread.getAllStackTraces().size();
    List<Recorder> outputs = IntStream.rangeClosed(1, 12).mapToObj(_ -> new Recorder()).toList();
    List<Future<Outcome>> outcomes =
        IntStream.rangeClosed(1, 12)
            .mapToObj(n -> inBackground(runner, step(n, image(), WAITS, Map.of(), Limits.DEFAULT), outputs.get(n - 1)))
            .toList();
    for (Recorder output : outputs) {
      output.awaitLine("ready");
    }
    assertThat(Thread.getAllStackTraces().size() - before).isLessThan(10);
    runner.holding().parallelStream().forEach(runner::stop);
    for (Future<Outcome> outcome : outcomes) {
      soon(outcome);
    }
  }
}
