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
    String full = "othing can be stored: the disk of " + data + " has less than 8 MB left: make room";
    mill.shop().push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.becomes(1, "running");
    fill();
    assertThat(mill.shop().push("integrate/coffee", "Sell coffee", "coffee", "black\n")).contains("rejected", "unpacker error");
    assertThat(mill.trigger("shop", "{\"branch\": \"main\"}")).isEqualTo("507 No room: N" + full + ".");
    mill.containers.end("shop/1/test/test/1", 0);
    mill.shows("/pipelines/shop/statistics", "n" + full + ", and it goes on by itself");
    assertThat(mill.get("/health/ready").statusCode()).isEqualTo(503);
    assertThat(mill.get("/health/ready").body()).isEqualTo("n" + full + ", and it goes on by itself\n");
    assertThat(mill.get("/health/live").statusCode()).as("a new start would not help").isEqualTo(200);
    assertThat(mill.change(1)).startsWith("running");

    Files.delete(ballast);
    mill.becomes(1, "passed");
    assertThat(mill.get("/health/ready").body()).isEqualTo("ready\n");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
    assertThat(mill.exists("shop", 2)).isFalse();
    assertThat(mill.shop().push("integrate/milk", "Sell milk", "milk", "white\n")).contains("integrate/milk goes into main");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    assertThat(mill.disk("shop").git("fsck", "--full", "--no-dangling")).isEmpty();
    assertThat(mill.shop().branches()).containsExactly("main");
  }

  @Test
  void a_server_that_stops_while_the_disk_is_full_loses_nothing() throws Exception {
    mill.shop().push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.becomes(1, "running");
    fill();
    mill.containers.end("shop/1/test/test/1", 0);
    mill.shows("/", "nothing can be stored");
    mill.stop();
    Files.delete(ballast);
    mill.start();
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
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
