package dev.millrace.web.view;

import java.io.ByteArrayOutputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/// Bytes, compressed so that they can stand between others in one gzip stream: they refer to nothing before them, end at
/// a whole byte, and do not end the stream.
///
/// @param length of the plain bytes
/// @param crc of the plain bytes
record Deflated(byte[] bytes, int length, int crc) {
  private static final int BUFFER = 1 << 13;

  static Deflated of(byte[] plain, int level) {
    var deflater = new Deflater(level, true);
    try {
      return of(plain, deflater);
    } finally {
      deflater.end();
    }
  }

  /// @param deflater without a header; it may be used again
  static Deflated of(byte[] plain, Deflater deflater) {
    deflater.reset();
    deflater.setInput(plain);
    var bytes = new ByteArrayOutputStream(64 + plain.length / 6);
    byte[] buffer = new byte[Math.min(BUFFER, 64 + plain.length)];
    int many;
    do {
      many = deflater.deflate(buffer, 0, buffer.length, Deflater.SYNC_FLUSH);
      bytes.write(buffer, 0, many);
    } while (many == buffer.length);
    var crc = new CRC32();
    crc.update(plain);
    return new Deflated(bytes.toByteArray(), plain.length, (int) crc.getValue());
  }

  byte[] plain() {
    var inflater = new Inflater(true);
    try {
      inflater.setInput(bytes);
      byte[] plain = new byte[length];
      int at = 0;
      while (at < length) {
        int many = inflater.inflate(plain, at, length - at);
        if (many == 0) {
          throw new IllegalStateException("it was compressed wrongly");
        }
        at += many;
      }
      return plain;
    } catch (DataFormatException e) {
      throw new IllegalStateException("it was compressed wrongly", e);
    } finally {
      inflater.end();
    }
  }
}
