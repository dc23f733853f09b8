package dev.millrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.internal.util.ShutdownHook;
import org.junit.jupiter.api.Test;

class IsolationTest {
  /// A process that is told to end, and still does something for a second.
  static final class Ending {
    private Ending() {}

    public static void main(String[] arguments) {
      Repositories.prepare();
      var told = new CountDownLatch(1);
      // as every lock does
      ShutdownHook.INSTANCE.register(told::countDown);
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> say(told)));
      System.exit(0);
    }

    private static void say(CountDownLatch told) {
      try {
        System.out.println(told.await(1, TimeUnit.SECONDS) ? "let go" : "kept");
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Test
  void locks_are_kept_while_what_is_begun_is_brought_to_its_end() throws Exception {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(java, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classes, Ending.class.getName())
            .redirectErrorStream(true)
            .start();
    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines()).last().isEqualTo("kept");
  }
}
