package dev.millrace.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The `.groups` beside a log, while it is written: a record for each group, in the order of their beginnings.
///
/// A record is the line it begins with and the one it ends with (8 bytes each, counted from 1; the latter 0 while it is
/// open), and the record of the group around it, counted from 1, and its kind (4 bytes each). So all groups around a
/// line are found from the last one that begins before it.
final class Folds implements Closeable {
  static final int WIDTH = 24;

  /// How deep groups may be in each other; what is deeper is no group.
  static final int DEEPEST = 32;

  /// Who writes groups like that.
  enum Kind {
    GITHUB,
    GITLAB,
    BUILDKITE;

    static Kind of(int number) {
      return values()[Math.floorMod(number, values().length)];
    }
  }

  /// @param end -1 while it is open
  /// @param around the record of the group around it, -1 if there is none
  record Fold(long begin, long end, int around, Kind kind) {
    void write(ByteBuffer to) {
      to.putLong(begin + 1).putLong(end + 1).putInt(around + 1).putInt(kind.ordinal());
    }

    static Fold read(ByteBuffer from) {
      return new Fold(from.getLong() - 1, from.getLong() - 1, from.getInt() - 1, Kind.of(from.getInt()));
    }
  }

  /// One that is open.
  ///
  /// @param name what its end is called by; empty where ends have no names
  private record Open(int record, long begin, Kind kind, String name) {}

  private record End(int record, long line) {}

  /// Says what the group that begins with this line is called in its end.
  interface Naming {
    String name(long line, Kind kind) throws IOException;
  }

  private final Path path;
  private @Nullable FileChannel file;
  private final Deque<Open> open = new ArrayDeque<>();
  private final List<Fold> added = new ArrayList<>();
  private final List<End> ends = new ArrayList<>();
  private int written;
  private long latest = -1;

  /// Goes on from a line; what is known of that one and later ones is dropped.
  Folds(Path path, long line, Naming naming) throws IOException {
    this.path = path;
    if (!Files.exists(path)) {
      return;
    }
    FileChannel file = file();
    try (Records records = Records.open(path, WIDTH)) {
      written = (int) records.soundBefore(line);
      file.truncate((long) written * WIDTH);
      int next = written - 1;
      while (next >= 0) {
        Fold fold = Fold.read(records.record(next));
        latest = Math.max(latest, fold.begin());
        if (fold.end() < 0 || fold.end() >= line) {
          open.addLast(new Open(next, fold.begin(), fold.kind(), naming.name(fold.begin(), fold.kind())));
          ends.add(new End(next, -1));
        }
        next = fold.around() < next ? fold.around() : -1;
      }
    }
    write();
  }

  private FileChannel file() throws IOException {
    if (file == null) {
      file =
          FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
    return file;
  }

  /// The line that the latest group begins with; -1 if there was none.
  long latest() {
    return latest;
  }

  void open(long line, Kind kind, String name) {
    if (line <= latest || open.size() >= DEEPEST) {
      return;
    }
    int record = written + added.size();
    Open around = open.peekFirst();
    added.add(new Fold(line, -1, around == null ? -1 : around.record(), kind));
    open.addFirst(new Open(record, line, kind, name));
    latest = line;
  }

  /// Ends the innermost group of that kind and name, and those in it before the line that ends it; does nothing if none
  /// is open.
  ///
  /// @param line the last one of the group
  void close(long line, Kind kind, String name) {
    boolean there = open.stream().anyMatch(fold -> fold.kind() == kind && fold.name().equals(name));
    // a heading ends with the line before the next one, the others with a line of their own
    long inside = kind == Kind.BUILDKITE ? line : line - 1;
    while (there) {
      Open inner = open.removeFirst();
      there = inner.kind() != kind || !inner.name().equals(name);
      end(inner, Math.max(inner.begin(), there ? inside : line));
    }
  }

  private void end(Open fold, long line) {
    int unwritten = fold.record() - written;
    if (unwritten >= 0) {
      Fold before = added.get(unwritten);
      added.set(unwritten, new Fold(before.begin(), line, before.around(), before.kind()));
    } else {
      ends.add(new End(fold.record(), line));
    }
  }

  void write() throws IOException {
    for (End end : ends) {
      ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(end.line() + 1).flip();
      write(bytes, (long) end.record() * WIDTH + Long.BYTES);
    }
    ends.clear();
    if (!added.isEmpty()) {
      ByteBuffer bytes = ByteBuffer.allocate(added.size() * WIDTH);
      added.forEach(fold -> fold.write(bytes));
      write(bytes.flip(), (long) written * WIDTH);
      written += added.size();
      added.clear();
    }
  }

  private void write(ByteBuffer bytes, long at) throws IOException {
    long begin = at - bytes.position();
    while (bytes.hasRemaining()) {
      file().write(bytes, begin + bytes.position());
    }
  }

  @Override
  public void close() throws IOException {
    if (file != null) {
      file.close();
    }
  }
}
