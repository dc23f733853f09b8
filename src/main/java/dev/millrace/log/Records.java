package dev.millrace.log;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A file of records of the same width about lines, in the order of the lines. A record begins with the number of its
/// line, counted from 1, so that zeros are no record.
final class Records implements Closeable {
  private final @Nullable FileChannel file;
  private final int width;

  private Records(@Nullable FileChannel file, int width) {
    this.file = file;
    this.width = width;
  }

  /// Of a file that does not exist: no records.
  static Records open(Path file, int width) throws IOException {
    try {
      return new Records(FileChannel.open(file, StandardOpenOption.READ), width);
    } catch (NoSuchFileException _) {
      return new Records(null, width);
    }
  }

  long count() throws IOException {
    return file == null ? 0 : file.size() / width;
  }

  ByteBuffer record(long number) throws IOException {
    return records(number, 1);
  }

  ByteBuffer records(long from, int count) throws IOException {
    ByteBuffer records = ByteBuffer.allocate(Math.multiplyExact(count, width));
    while (records.hasRemaining()) {
      if (file == null || file.read(records, from * width + records.position()) < 0) {
        throw new EOFException("there is no record " + (from + count));
      }
    }
    return records.flip();
  }

  long line(long record) throws IOException {
    return record(record).getLong() - 1;
  }

  /// The first record of this line or a later one; as many as there are, if there is none.
  long from(long line) throws IOException {
    long low = 0;
    long high = count();
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (line(middle) < line) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /// How many records are sound and of lines before this one. A machine that lost power may have left zeros.
  long soundBefore(long line) throws IOException {
    long kept = from(line);
    while (kept > 0 && !(line(kept - 1) >= 0 && line(kept - 1) < line && (kept == 1 || line(kept - 2) < line(kept - 1)))) {
      kept--;
    }
    return kept;
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
