package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.millrace.git.Worktree;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The data directory is on a disk of its own, which fills up or cannot be written. For who may mount one.
@Timeout(120)
class DiskTest {
  @TempDir Path folder;
  private Path data;
  private Path ballast;
  private Mill mill;

  @BeforeEach
  void begin() throws Exception {
    data = Files.createDirectories(folder.resolve("home/data"));
    ballast = data.resolve("ballast");
    assumeThat(run("mount", "-t", "tmpfs", "-o", "size=32m", "millrace", data.toString()).code()).isZero();
    mill = new Mill(folder.resolve("home"));
    mill.define("shop", Story.SHORT);
    mill.shop().pushToMain("Begin", "readme", "A shop\n");
  }

  @AfterEach
  void end() throws Exception {
    try {
      if (mill != null) {
        mill.close();
      }
    } finally {
      run("umount", "-l", data.toString());
    }
  }

  private Worktree.Ended run(String... command) {
    return Worktree.run(folder, command);
  }

  private void fill() throws IOException {
    try (var channel = FileChannel.open(ballast, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      for (int portion = 1 << 16; portion > 0; portion /= 2) {
        try {
          while (true) {
            channel.write(ByteBuffer.allocate(portion));
          }
        } catch (IOException full) {
          // smaller ones may still go in
          continue;
        }
      }
    }
  }

  @Test
  void a_disk_that_is_full() throws Exception {
    String full =
        "the engine has stopped: the database " + data.resolve("millrace") + " cannot be written: see that the directory"
            + " exists or can be made, belongs to this user and has room, or choose another data directory; see the"
            + " server's log, then start the server again";
    fill();
    assertThat(mill.shop().push("integrate/tea", "Sell tea", "tea", "green\n")).contains("rejected", "unpacker error");
    assertThat(mill.get("/health/ready").statusCode()).as("nothing was to be stored yet").isEqualTo(200);

    assertThat(mill.trigger("shop", "{\"branch\": \"main\"}")).isEqualTo("503 Stopped: " + full);
    assertThat(mill.get("/health/live").body()).isEqualTo(full + "\n");
    assertThat(mill.get("/health/live").statusCode()).isEqualTo(503);
    assertThat(mill.get("/pipelines/shop/statistics").statusCode()).as("what is stored can be read").isEqualTo(200);
    assertThat(mill.get("/pipelines/shop/statistics").body()).contains("has room");

    Files.delete(ballast);
    assertThat(mill.shop().push("integrate/coffee", "Sell coffee", "coffee", "black\n"))
        .startsWith("nothing can be pushed now: " + full);
    mill.restart();
    assertThat(mill.shop().push("integrate/milk", "Sell milk", "milk", "white\n")).contains("integrate/milk goes into main");
    assertThat(mill.disk("shop").git("fsck", "--full", "--no-dangling")).isEmpty();
    assertThat(mill.shop().branches()).containsExactly("integrate/milk", "main");
  }

  @Test
  void a_disk_that_cannot_be_written() throws Exception {
    mill.stop();
    assertThat(run("mount", "-o", "remount,ro", data.toString()).code()).isZero();
    assertThatThrownBy(mill::start)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessage("the data directory %s cannot be written: choose another by --data", data);
    assertThat(run("mount", "-o", "remount,rw", data.toString()).code()).isZero();
    mill.start();
    assertThat(mill.shop().mainline()).containsExactly("Begin");
  }
}
