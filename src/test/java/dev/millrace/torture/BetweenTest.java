package dev.millrace.torture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.runner.docker.DockerRunner;
import dev.millrace.runner.docker.TestImages;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The engine as it is seen through the proxy, well and in trouble.
@Tag("docker")
@Timeout(60)
class BetweenTest {
  private static final AttemptId NOBODY =
      new AttemptId(new ChangeId(new PipelineName("shop"), 1), new StageName("test"), new StepName("test"), 1);

  @TempDir Path folder;
  private Trace trace;
  private Between between;
  private DockerRunner runner;

  @BeforeEach
  void begin() throws Exception {
    trace = new Trace(folder.resolve("trace"));
    between = new Between(folder.resolve("p.sock"), Path.of(TestImages.HOST.substring("unix://".length())), trace);
    runner = new DockerRunner(between.host(), "between");
  }

  @AfterEach
  void end() throws Exception {
    runner.close();
    between.close();
    trace.close();
  }

  @Test
  void an_engine_that_is_well_is_seen_as_it_is() {
    assertThat(runner.trouble()).isEmpty();
    assertThat(runner.holding()).isEmpty();
    runner.stop(NOBODY);
    runner.release(NOBODY);
  }

  @Test
  void one_that_answers_with_errors_of_its_own_is_as_good_as_away() {
    between.play(Between.Trouble.FAILING);
    assertThat(runner.trouble()).isPresent();
    assertThatThrownBy(() -> runner.stop(NOBODY)).isInstanceOf(UncheckedIOException.class).hasMessageContaining("tortured");
    assertThatThrownBy(() -> runner.release(NOBODY)).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(runner::holding).isInstanceOf(UncheckedIOException.class);
    between.mend();
    assertThat(runner.holding()).isEmpty();
  }

  @Test
  void it_strikes_at_the_moment_that_is_meant() {
    int[] blows = {0};
    between.arm(Moment.REMOVE_WANTED, 1, () -> blows[0]++);
    runner.release(NOBODY);
    assertThat(blows[0]).isZero();
    // the client asks once more for what can be done twice, so nobody but the proxy notices
    runner.release(NOBODY);
    assertThat(blows[0]).isEqualTo(1);
    assertThat(between.disarm()).isFalse();
  }
}
