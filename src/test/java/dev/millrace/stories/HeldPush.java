package dev.millrace.stories;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/// A push that may take its time, seen as somebody in front of a terminal sees it.
final class HeldPush {
  private final Process git;
  private final UnaryOperator<String> told;
  private final BufferedReader output;
  private final StringBuilder seen = new StringBuilder();

  HeldPush(Process git, UnaryOperator<String> told) {
    this.git = git;
    this.told = told;
    this.output = new BufferedReader(new InputStreamReader(git.getInputStream(), UTF_8));
  }

  /// Reads on until a line contains this.
  void shows(String part) throws IOException {
    while (true) {
      String line = output.readLine();
      assertThat(line).as("git ends without \"%s\": %s", part, seen).isNotNull();
      seen.append(line).append('\n');
      if (line.contains(part)) {
        return;
      }
    }
  }

  /// All that it told, without how long things took, and its exit code.
  String ends() throws Exception {
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      seen.append(line).append('\n');
    }
    assertThat(git.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return told.apply(seen.toString()).replaceAll("(?m), \\d+ s(?=$|:)", "") + "\nexit code " + git.exitValue();
  }

  /// As Ctrl-C does.
  void interrupt() throws Exception {
    git.destroy();
    assertThat(git.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }
}
