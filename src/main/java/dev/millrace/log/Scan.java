package dev.millrace.log;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/// Looks for one needle through stretches of a log, with a fixed amount of memory. A line may be longer than that.
final class Scan {
  private static final int PORTION = 1 << 18;

  /// Before each portion there is room for what of the line before it may begin a match.
  private static final int ROOM = 1 << 10;

  private final FileChannel file;
  private final Finder finder;
  private final BooleanSupplier wanted;
  private final byte[] raw = new byte[ROOM + PORTION];
  private final Seen seen;

  /// The line that is not over has a match.
  private boolean matched;

  Scan(FileChannel file, Finder finder, BooleanSupplier wanted) {
    this.file = file;
    this.finder = finder;
    this.wanted = wanted;
    this.seen =
        new Seen(
            ROOM + PORTION,
            (_, begin, _) -> {
              // of a line that began in an earlier portion nothing is left
              if (begin == 0) {
                matched = false;
              }
            });
  }

  /// Hears of each line that matches.
  interface Matches {
    /// @param line counted from the first line of the stretch
    /// @return whether the numbers of further lines matter; otherwise they are all told as -1
    boolean match(long line);
  }

  /// @param begin where a line begins
  /// @param end where a line ends
  void lines(long begin, long end, Matches matches) throws IOException {
    seen.clear();
    matched = false;
    boolean numbers = true;
    long line = 0;
    byte[] rest = new byte[0];
    for (long at = begin; at < end; ) {
      if (!wanted.getAsBoolean()) {
        throw new Gone();
      }
      int count = read(at, (int) Math.min(PORTION, end - at));
      at += count;
      byte[] text;
      int from;
      int to;
      if (seen.plain() && Eight.unseen(raw, ROOM, ROOM + count) == ROOM + count) {
        text = raw;
        from = ROOM - rest.length;
        to = ROOM + count;
        System.arraycopy(rest, 0, raw, from, rest.length);
      } else {
        seen.keep(rest, 0, rest.length);
        seen.add(raw, ROOM, ROOM + count);
        text = seen.text();
        from = 0;
        to = seen.length();
      }
      int counted = from;
      int next = from;
      while (next < to) {
        if (!matched) {
          int hit = finder.find(text, next, to);
          if (hit < 0) {
            break;
          }
          matched = true;
          next = hit + finder.length();
        }
        int newline = Eight.newline(text, next, to);
        if (newline == to) {
          next = to;
          break;
        }
        if (numbers) {
          line += Eight.newlines(text, counted, newline);
          counted = newline;
        }
        numbers &= matches.match(numbers ? line : -1);
        matched = false;
        next = newline + 1;
      }
      if (numbers) {
        line += Eight.newlines(text, counted, to);
      }
      // a match may begin in the last bytes of the line that is not over
      int tail = Math.max(Math.max(next, from), to - (finder.length() - 1));
      for (int i = to; i > tail; i--) {
        if (text[i - 1] == '\n') {
          tail = i;
          break;
        }
      }
      rest = Arrays.copyOfRange(text, tail, to);
    }
    if (matched) {
      matches.match(numbers ? line : -1);
    }
  }

  private int read(long at, int count) throws IOException {
    ByteBuffer to = ByteBuffer.wrap(raw, ROOM, count);
    while (to.hasRemaining()) {
      if (file.read(to, at + to.position() - ROOM) < 0) {
        throw new EOFException("the log ends before its index does");
      }
    }
    return count;
  }

  /// The one who asked has gone.
  static final class Gone extends RuntimeException {}
}
