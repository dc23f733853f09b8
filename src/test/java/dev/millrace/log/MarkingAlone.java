package dev.millrace.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// What finding the errors and the groups of a log costs, without writing the log: the same lines in batches as
/// [LogWriter] hands them on, put together before the clock starts.
public final class MarkingAlone {
  private static final int BATCH = 1 << 20;

  private MarkingAlone() {}

  /// @param folder where the marks are written
  /// @param texts the lines, again and again
  /// @param count how many lines in all
  /// @return nanoseconds
  public static long nanos(Path folder, List<byte[]> texts, int count) throws IOException {
    byte[] batch = new byte[BATCH];
    long spent = 0;
    try (var marker =
        new Marker(folder.resolve("alone.errors"), folder.resolve("alone.groups"), 0, line -> "")) {
      int filled = 0;
      for (int line = 0; line < count; line++) {
        byte[] text = texts.get(line % texts.size());
        if (filled + text.length > batch.length) {
          spent += add(marker, batch, filled);
          filled = 0;
        }
        System.arraycopy(text, 0, batch, filled, text.length);
        filled += text.length;
      }
      spent += add(marker, batch, filled);
      long begin = System.nanoTime();
      marker.end();
      marker.write();
      return spent + System.nanoTime() - begin;
    }
  }

  private static long add(Marker marker, byte[] batch, int length) throws IOException {
    long begin = System.nanoTime();
    marker.add(batch, 0, length);
    marker.write();
    return System.nanoTime() - begin;
  }
}
