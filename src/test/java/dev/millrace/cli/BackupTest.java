package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runner.ScriptedContainers;
import dev.millrace.server.Server;
import dev.millrace.server.Settings;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `backup`, `restore` and `prove`, as an operator calls them.
class BackupTest {
  @TempDir Path folder;

  /// What is said, and the exit code.
  private String run(String... arguments) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    var said = new ByteArrayOutputStream();
    var both = new PrintStream(said, true, StandardCharsets.UTF_8);
    System.setOut(both);
    System.setErr(both);
    try {
      int code = Program.run(arguments);
      return said.toString(StandardCharsets.UTF_8).strip() + " -> " + code;
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }

  @Test
  void a_running_server_is_backed_up_restored_and_proved() throws Exception {
    Path data = folder.resolve("data");
    String file = folder.resolve("one.zip").toString();
    var containers = new ScriptedContainers();
    var settings = new Settings("127.0.0.1", 0, data, "", "", "", 1);
    try (var _ = new Server(settings, _ -> containers.runner(), Clock.systemUTC())) {
      Files.writeString(data.resolve("credentials"), "https://a:b@c\n");
      assertThat(run("backup", "--data", data.toString(), file))
          .isEqualTo(file + ": 1 MB\nIt holds secrets (credentials): keep it where nobody else can read it. -> 0");
      assertThat(run("backup", "--data", data.toString(), file))
          .isEqualTo(file + " is there already: choose another name, or move it away -> 1");
    }
    String again = folder.resolve("again").toString();
    assertThat(run("restore", "--data", again, file))
        .startsWith(again + " is as it was at ")
        .endsWith(" | xargs -r docker rm -fv -> 0");
    assertThat(run("restore", "--data", again, file)).contains("is not empty").endsWith(" -> 1");
    assertThat(run("prove", file)).endsWith("This version can take over. -> 0");
    assertThat(run("prove", folder.resolve("none.zip").toString()))
        .isEqualTo("not good: there is no backup " + folder.resolve("none.zip") + " -> 1");
  }

  @Test
  void where_nothing_is_kept_there_is_nothing_to_back_up() {
    String file = folder.resolve("one.zip").toString();
    assertThat(run("backup", "--data", folder.resolve("nothing").toString(), file))
        .isEqualTo(
            "there is no database in " + folder.resolve("nothing") + ": no server has ever kept its data there -> 1");
    assertThat(folder).isEmptyDirectory();
  }
}
