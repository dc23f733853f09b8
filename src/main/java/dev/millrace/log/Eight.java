package dev.millrace.log;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Eight bytes at a time: what makes a look at a gigabyte a matter of a second. A mark is the top bit of each byte
/// that is meant; the lowest byte is the first one.
final class Eight {
  private static final VarHandle VIEW = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long LOW = 0x7f7f_7f7f_7f7f_7f7fL;
  private static final long NEWLINES = all('\n');
  private static final long TABS = all('\t');
  private static final long DELETES = all(0x7f);
  private static final long LEADS = all(Seen.C1_LEAD & 0xff);
  private static final long UP_TO_SPACE = all(0x60);

  private Eight() {}

  static long at(byte[] bytes, int at) {
    return (long) VIEW.get(bytes, at);
  }

  /// The same byte eight times.
  static long all(int value) {
    return 0x0101_0101_0101_0101L * (value & 0xff);
  }

  /// Marks the bytes that are zero; exact for each of them.
  static long zeros(long eight) {
    return ~((eight & LOW) + LOW | eight | LOW);
  }

  /// The place of the first mark.
  static int first(long marks) {
    return Long.numberOfTrailingZeros(marks) >>> 3;
  }

  /// Where the next line end is, or `to`.
  static int newline(byte[] bytes, int from, int to) {
    int at = from;
    for (; at <= to - 8; at += 8) {
      long marks = zeros(at(bytes, at) ^ NEWLINES);
      if (marks != 0) {
        return at + first(marks);
      }
    }
    while (at < to && bytes[at] != '\n') {
      at++;
    }
    return at;
  }

  static int newlines(byte[] bytes, int from, int to) {
    int count = 0;
    int at = from;
    for (; at <= to - 8; at += 8) {
      count += Long.bitCount(zeros(at(bytes, at) ^ NEWLINES));
    }
    for (; at < to; at++) {
      count += bytes[at] == '\n' ? 1 : 0;
    }
    return count;
  }

  /// Where the next byte is that may not be seen as it stands ([Seen#mayBeUnseen]), or `to`.
  static int unseen(byte[] bytes, int from, int to) {
    int at = from;
    for (; at <= to - 8; at += 8) {
      long eight = at(bytes, at);
      long controls = ~((eight & LOW) + UP_TO_SPACE | eight | LOW) & ~zeros(eight ^ NEWLINES) & ~zeros(eight ^ TABS);
      long marks = controls | zeros(eight ^ DELETES) | zeros(eight ^ LEADS);
      if (marks != 0) {
        return at + first(marks);
      }
    }
    while (at < to && !Seen.mayBeUnseen(bytes[at])) {
      at++;
    }
    return at;
  }
}
