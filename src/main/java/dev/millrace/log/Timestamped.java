package dev.millrace.log;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/// A log with the time before each line, made while it is read.
final class Timestamped extends InputStream {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z' ").withZone(ZoneOffset.UTC);
  private static final int RECORDS = 1024;

  private final Index index;
  private final FileChannel file;
  private final long count;
  private long next;
  private ByteBuffer entries = ByteBuffer.allocate(0);
  private ByteBuffer stamp = ByteBuffer.allocate(0);
  private long position;
  private long end;

  Timestamped(Index index, FileChannel file, long from) throws IOException {
    this.index = index;
    this.file = file;
    this.count = index.count();
    this.next = Math.min(from, count);
    this.position = index.begin(next);
    this.end = position;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    int filled = 0;
    while (filled < length) {
      if (stamp.hasRemaining()) {
        int part = Math.min(stamp.remaining(), length - filled);
        stamp.get(to, offset + filled, part);
        filled += part;
      } else if (position < end) {
        int part = (int) Math.min(end - position, length - filled);
        int read = file.read(ByteBuffer.wrap(to, offset + filled, part), position);
        if (read < 0) {
          break;
        }
        position += read;
        filled += read;
      } else if (!nextLine()) {
        break;
      }
    }
    return filled == 0 && length > 0 ? -1 : filled;
  }

  private boolean nextLine() throws IOException {
    if (next == count) {
      return false;
    }
    if (!entries.hasRemaining()) {
      entries = index.entries(next, (int) Math.min(RECORDS, count - next));
    }
    Index.Entry entry = Index.Entry.read(entries);
    next++;
    end = entry.end();
    stamp = StandardCharsets.ISO_8859_1.encode(STAMP.format(entry.at()));
    return true;
  }

  @Override
  public void close() throws IOException {
    try (index;
        file) {
      next = count;
    }
  }
}
