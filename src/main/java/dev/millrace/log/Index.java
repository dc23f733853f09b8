package dev.millrace.log;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// The lines of a log: for each one record of fixed width, so that line n is found without reading the ones before.
///
/// A record is the offset in the log behind the line's end (8 bytes) and the time of its first byte in nanoseconds
/// since 1970 (8 bytes). The top bit of the offset is set if a later piece of the line had a later stamp.
final class Index implements Closeable {
  static final int WIDTH = 16;
  private static final long MIXED = Long.MIN_VALUE;

  private final @Nullable FileChannel file;

  private Index(@Nullable FileChannel file) {
    this.file = file;
  }

  /// Of a file that does not exist (yet): no lines.
  static Index open(Path file) throws IOException {
    try {
      return new Index(FileChannel.open(file, StandardOpenOption.READ));
    } catch (NoSuchFileException _) {
      return new Index(null);
    }
  }

  static Index of(FileChannel file) {
    return new Index(file);
  }

  /// @param end the offset in the log behind its line end
  /// @param mixed whether pieces of it came with different stamps
  record Entry(long end, long stamp, boolean mixed) {
    void write(ByteBuffer to) {
      to.putLong(mixed ? end | MIXED : end).putLong(stamp);
    }

    static Entry read(ByteBuffer from) {
      long end = from.getLong();
      return new Entry(end & ~MIXED, from.getLong(), end < 0);
    }

    Instant at() {
      return instant(stamp);
    }
  }

  static long nanos(Instant stamp) {
    return Math.addExact(Math.multiplyExact(stamp.getEpochSecond(), 1_000_000_000L), stamp.getNano());
  }

  static Instant instant(long nanos) {
    return Instant.ofEpochSecond(Math.floorDiv(nanos, 1_000_000_000L), Math.floorMod(nanos, 1_000_000_000L));
  }

  /// How many lines are complete.
  long count() throws IOException {
    return file == null ? 0 : file.size() / WIDTH;
  }

  Entry entry(long line) throws IOException {
    return Entry.read(entries(line, 1));
  }

  /// Where a line begins in the log.
  long begin(long line) throws IOException {
    return line == 0 ? 0 : entry(line - 1).end();
  }

  /// The records of `count` lines, to be read one after the other.
  ByteBuffer entries(long from, int count) throws IOException {
    ByteBuffer records = ByteBuffer.allocate(Math.multiplyExact(count, WIDTH));
    while (records.hasRemaining()) {
      if (file == null || file.read(records, from * WIDTH + records.position()) < 0) {
        throw new EOFException("the index ends before line " + (from + count));
      }
    }
    return records.flip();
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
