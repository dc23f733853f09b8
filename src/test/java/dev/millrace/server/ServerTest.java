package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.runner.Runner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerTest {
  private static final Function<String, Runner> NEVER_ASKED =
      _ -> {
        throw new AssertionError("it has begun");
      };

  @TempDir Path folder;

  private void start(String listen, int port, Path data) {
    new Server(new Settings(listen, port, data, "", "", "", 1), NEVER_ASKED, Clock.systemUTC()).close();
  }

  @Test
  void a_port_that_is_taken_is_a_sentence_before_anything_has_begun() throws IOException {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> start("127.0.0.1", taken.getLocalPort(), folder.resolve("data")))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessage(
              "it cannot listen on 127.0.0.1:%d (Address already in use): choose another --port or --listen",
              taken.getLocalPort());
    }
    assertThat(folder.resolve("data")).isEmptyDirectory();
  }

  @Test
  void an_address_of_another_machine_is_a_sentence() {
    assertThatThrownBy(() -> start("192.0.2.1", 0, folder))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageStartingWith("it cannot listen on 192.0.2.1:0");
  }

  @Test
  void a_data_directory_that_cannot_be_written_is_a_sentence() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    assertThatThrownBy(() -> start("127.0.0.1", 0, file.resolve("data")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("the data directory %s cannot be written: choose another by --data", file.resolve("data"));
  }
}
