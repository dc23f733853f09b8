package dev.millrace.runner.docker;

import dev.millrace.runner.Runner.Output;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Hands every frame of a container's log to the output exactly once, however often the log is read again.
///
/// The engine's log only grows, so what has been seen is a prefix of it and a count is enough to find the place again;
/// reading from a second near the end and counting from there saves reading it all. The stamps alone are not enough:
/// pieces of one long line all carry the stamp of the first, and standard output and error overtake each other. The
/// output gets stamps that never go back (a frame that is late carries the latest stamp before it), so that "from this
/// stamp on" cuts what was kept and what is asked for at the same place.
final class Replay {
  /// How far behind its neighbours in the log a frame's stamp may be and still be found after a restart.
  private static final long SLACK_SECONDS = 60;

  /// Where the engine cuts long lines.
  private static final int PIECE = 16 * 1024;

  /// What the init process of a container says, and nothing else is said, when the shell cannot be executed.
  private static final String INIT_FAILED = "[FATAL tini (";

  private final Output output;
  private final TreeMap<Long, Long> seenInSecond = new TreeMap<>();
  private final long[] unfinished = {Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE};
  private boolean resumed;
  private @Nullable Instant from;
  private long earliest;
  private @Nullable Instant latest;
  private long lastSecond = Long.MIN_VALUE;
  private long printed;
  private byte[] first = {};
  private @Nullable Reading current;
  private @Nullable RuntimeException failure;

  Replay(Output output) {
    this.output = output;
  }

  /// Begins to read again; frames of an earlier reading are ignored from now on.
  synchronized Reading again() {
    if (!resumed) {
      resume();
    }
    current = new Reading(place());
    return current;
  }

  /// Only when there is something to read: the output drops what comes again.
  private void resume() {
    try {
      from = output.resume().orElse(null);
      earliest = from == null ? 0 : Math.max(0, from.getEpochSecond() - SLACK_SECONDS);
      resumed = true;
    } catch (RuntimeException broken) {
      failure = broken;
      throw broken;
    }
  }

  /// Throws what the output threw, if it was that which broke a reading and not the engine.
  synchronized void rethrow() {
    if (failure != null) {
      throw failure;
    }
  }

  /// A line of our own behind all others.
  synchronized void say(Instant stamp, String line) {
    boolean within = Arrays.stream(unfinished).anyMatch(begun -> begun != Long.MAX_VALUE);
    Instant at = latest == null || stamp.isAfter(latest) ? stamp : latest;
    latest = at;
    hand(at, ((within ? "\n" : "") + line + "\n").getBytes(StandardCharsets.UTF_8));
  }

  private void hand(Instant at, byte[] bytes) {
    try {
      output.print(at, bytes);
    } catch (RuntimeException broken) {
      failure = broken;
      throw broken;
    }
  }

  /// What the container's init said, if that was all and means that the shell could not be executed.
  synchronized Optional<String> initFailure() {
    String text = new String(first, StandardCharsets.UTF_8);
    return printed == 1 && text.startsWith(INIT_FAILED) ? Optional.of(text.strip()) : Optional.empty();
  }

  /// The second to read from: a bit before the last frame, and not after the begin of a line whose rest is to come.
  private long place() {
    if (seenInSecond.isEmpty()) {
      return earliest;
    }
    return Math.max(earliest, Math.min(lastSecond - 1, Arrays.stream(unfinished).min().orElseThrow()));
  }

  /// Older engines (20.10 for one) lose the end of a line that came in pieces; all its pieces but the last are of full
  /// length. (So a line of more than 16 KB at the very end of a log that has no end gets one.)
  private byte[] withLineEnd(int stream, byte[] bytes) {
    boolean lastPiece = unfinished[stream] != Long.MAX_VALUE && bytes.length < PIECE && !endsLine(bytes);
    if (!lastPiece) {
      return bytes;
    }
    byte[] whole = Arrays.copyOf(bytes, bytes.length + 1);
    whole[bytes.length] = '\n';
    return whole;
  }

  private static boolean endsLine(byte[] bytes) {
    return bytes.length > 0 && bytes[bytes.length - 1] == '\n';
  }

  final class Reading {
    private final long since;
    private long known;

    private Reading(long since) {
      this.since = since;
      this.known = seenInSecond.tailMap(since).values().stream().mapToLong(Long::longValue).sum();
    }

    /// Seconds since the epoch; what is older need not be read.
    long since() {
      return since;
    }

    void frame(int stream, Instant stamp, byte[] bytes) {
      synchronized (Replay.this) {
        long second = stamp.getEpochSecond();
        // newer engines filter only up to the first frame that is new enough; the count needs the same window always
        if (current != this || second < since) {
          return;
        }
        if (known > 0) {
          known--;
          return;
        }
        seenInSecond.merge(second, 1L, Long::sum);
        lastSecond = second;
        byte[] whole = withLineEnd(stream, bytes);
        unfinished[stream] = endsLine(whole) ? Long.MAX_VALUE : second;
        Instant at = latest == null || stamp.isAfter(latest) ? stamp : latest;
        latest = at;
        if (from == null || !at.isBefore(from)) {
          if (printed++ == 0) {
            first = whole;
          }
          hand(at, whole);
        }
      }
    }
  }
}
