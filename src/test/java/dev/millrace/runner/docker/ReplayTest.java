package dev.millrace.runner.docker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.runner.Recorder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReplayTest {
  private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");
  private static final int PIECE = 16 * 1024;

  private record Frame(int stream, Instant stamp, byte[] bytes) {}

  private static Frame frame(int stream, long millis, String text) {
    return new Frame(stream, NOON.plusMillis(millis), text.getBytes(StandardCharsets.UTF_8));
  }

  /// What the engine answers: all that is new enough, and perhaps it breaks off.
  private static void read(List<Frame> log, Replay.Reading reading, int until) {
    for (Frame frame : log.subList(0, until)) {
      if (frame.stamp().getEpochSecond() >= reading.since()) {
        reading.frame(frame.stream(), frame.stamp(), frame.bytes());
      }
    }
  }

  /// Two streams that overtake each other, lines in pieces of which the later ones carry the first one's stamp.
  private static List<Frame> something(Random random) {
    List<Frame> log = new ArrayList<>();
    long now = 0;
    long[] began = {0, -1, -1};
    for (int i = 0; i < 120; i++) {
      now += random.nextInt(4) == 0 ? random.nextInt(3_000) : random.nextInt(3);
      int stream = random.nextInt(1, 3);
      boolean piece = random.nextInt(5) == 0;
      long stamp = began[stream] >= 0 ? began[stream] : Math.max(0, now - random.nextInt(3));
      String text = piece ? "x".repeat(PIECE) : i + "\n";
      log.add(frame(stream, stamp, text));
      began[stream] = piece ? stamp : -1;
      if (piece && now - stamp > 30_000) {
        log.add(frame(stream, stamp, i + "\n"));
        began[stream] = -1;
      }
    }
    return log;
  }

  private static String all(List<Frame> log) {
    StringBuilder all = new StringBuilder();
    log.forEach(frame -> all.append(new String(frame.bytes(), StandardCharsets.UTF_8)));
    return all.toString();
  }

  @Test
  void however_often_the_engine_and_the_server_go_away_each_frame_comes_once() {
    for (long seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      List<Frame> log = something(random);
      Recorder output = new Recorder();
      int reached = 0;
      for (int server = 0; server < 3; server++) {
        Replay replay = new Replay(output);
        for (int connection = 0; connection < 3; connection++) {
          reached = random.nextInt(reached, log.size() + 1);
          read(log, replay.again(), reached);
        }
      }
      read(log, new Replay(output).again(), log.size());
      assertThat(output.text()).as("seed %d", seed).isEqualTo(all(log));
    }
  }

  @Test
  void a_reading_that_was_given_up_is_ignored() {
    Recorder output = new Recorder();
    Replay replay = new Replay(output);
    Replay.Reading first = replay.again();
    Replay.Reading second = replay.again();
    first.frame(1, NOON, "late\n".getBytes(StandardCharsets.UTF_8));
    second.frame(1, NOON, "now\n".getBytes(StandardCharsets.UTF_8));
    assertThat(output.text()).isEqualTo("now\n");
  }

  @Test
  void near_the_end_it_reads_near_the_end_only() {
    Replay replay = new Replay(new Recorder());
    List<Frame> log = List.of(frame(1, 0, "a\n"), frame(1, Duration.ofHours(1).toMillis(), "b\n"));
    read(log, replay.again(), 2);
    assertThat(replay.again().since()).isEqualTo(NOON.plus(Duration.ofHours(1)).getEpochSecond() - 1);
  }

  @Test
  void the_line_end_that_engines_lose_comes_back() {
    Recorder output = new Recorder();
    List<Frame> log =
        List.of(
            frame(1, 0, "x".repeat(PIECE)),
            frame(2, 1, "error\n"),
            frame(1, 0, "xx"),
            frame(1, 2, "y".repeat(PIECE)),
            frame(1, 2, ""),
            frame(1, 3, "no end"));
    read(log, new Replay(output).again(), log.size());
    assertThat(output.text())
        .isEqualTo("x".repeat(PIECE) + "error\n" + "xx\n" + "y".repeat(PIECE) + "\n" + "no end");
  }
}
