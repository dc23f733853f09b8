package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeTest {
  @TempDir Path folder;

  /// What is said on standard error, and the exit code.
  private String serve(String... options) {
    var arguments = new String[options.length + 3];
    arguments[0] = "serve";
    arguments[1] = "--data";
    arguments[2] = folder.toString();
    System.arraycopy(options, 0, arguments, 3, options.length);
    PrintStream before = System.err;
    var said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      int code = Program.run(arguments);
      return said.toString(StandardCharsets.UTF_8).strip() + " -> " + code;
    } finally {
      System.setErr(before);
    }
  }

  @Test
  void settings_that_make_no_sense_are_told_in_one_sentence() {
    assertThat(serve("--port", "70000"))
        .isEqualTo("Millrace cannot start: a port is a number from 0 to 65535, not 70000 -> 1");
    assertThat(serve("--keep-alive", "40"))
        .isEqualTo("Millrace cannot start: --keep-alive is a number of seconds from 1 to 25, not 40 -> 1");
    assertThat(serve("--largest-push", "-1"))
        .isEqualTo(
            "Millrace cannot start: --largest-push is a number of megabytes, or 0 for any number, not -1 -> 1");
    assertThat(serve("--docker", "docker"))
        .isEqualTo(
            "Millrace cannot start: --docker is like unix:///var/run/docker.sock or tcp://host:2375, not docker -> 1");
  }
}
