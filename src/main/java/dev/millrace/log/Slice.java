package dev.millrace.log;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;

/// A part of a file as a stream.
final class Slice extends InputStream {
  private final FileChannel file;
  private final long end;
  private long position;

  /// Closes the file when it is closed.
  Slice(FileChannel file, long begin, long end) {
    this.file = file;
    this.position = begin;
    this.end = end;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    int wanted = (int) Math.min(length, end - position);
    int read = wanted <= 0 ? -1 : file.read(ByteBuffer.wrap(to, offset, wanted), position);
    position += Math.max(read, 0);
    return read;
  }

  @Override
  public long transferTo(OutputStream to) throws IOException {
    long before = position;
    var channel = Channels.newChannel(to);
    while (position < end) {
      long moved = file.transferTo(position, end - position, channel);
      if (moved <= 0) {
        break;
      }
      position += moved;
    }
    return position - before;
  }

  @Override
  public long skip(long count) {
    long skipped = Math.clamp(count, 0, Math.max(0, end - position));
    position += skipped;
    return skipped;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
