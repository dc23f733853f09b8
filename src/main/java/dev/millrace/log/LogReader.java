package dev.millrace.log;

import dev.millrace.change.AttemptId;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Reads one log, also while it is written. Holds no file open between calls and nothing of the log in memory.
public final class LogReader {
  /// More bytes of a line than are shown of it need not be read.
  private static final int SHOWN_BYTES = 4 * Line.SHOWN + 4;

  /// Lines that lie together are read together up to this many bytes.
  private static final int TOGETHER = 1 << 20;

  /// How much of a line with a mark is read.
  private static final int BEGINNING = 1 << 12;

  /// How often it is tried to read what is being cut at this moment.
  private static final int TRIALS = 5;

  private final AttemptId attempt;
  private final Place place;
  private final Path text;
  private final Path lines;
  private final Searches searches;
  private final Supplier<Optional<LogWriter>> writer;

  LogReader(AttemptId attempt, Place place, Searches searches, Supplier<Optional<LogWriter>> writer) {
    this.attempt = attempt;
    this.place = place;
    this.text = place.text();
    this.lines = place.lines();
    this.searches = searches;
    this.writer = writer;
  }

  /// Whether anything of it was ever written, be it that it was opened only.
  public boolean exists() {
    return Files.exists(text);
  }

  /// Nobody writes it now.
  public boolean ended() {
    return writer.get().isEmpty();
  }

  /// Bytes; 0 if there is no such log.
  public long size() {
    return reading(() -> Files.size(text), 0L);
  }

  /// How many lines are complete; at the end of a log its last line is, with or without a line end.
  public long lineCount() {
    return reading(
        () -> {
          try (Index index = Index.open(lines)) {
            return index.count();
          }
        },
        0L);
  }

  /// At most `count` lines; fewer where the log ends.
  ///
  /// @param from counted from 0
  public List<Line> lines(long from, int count) {
    check(from, count);
    return reading(
        () -> {
          try (Index index = Index.open(lines);
              FileChannel file = FileChannel.open(text, StandardOpenOption.READ)) {
            int there = (int) Math.clamp(index.count() - from, 0, count);
            Set<Long> errors = new HashSet<>(errors(from, there));
            Set<Long> opening = new HashSet<>();
            Set<Long> closing = new HashSet<>();
            for (Folds.Fold fold : folds(from, there)) {
              opening.add(fold.begin());
              closing.add(fold.end());
            }
            return read(index, file, from, there, errors, opening, closing);
          }
        },
        List.of());
  }

  private static void check(long from, int count) {
    if (from < 0 || count < 0) {
      throw new IllegalArgumentException("no lines: " + count + " from " + from);
    }
  }

  /// Where a text is in the complete lines that the log has now. What is longer than memory is read in portions, and
  /// what is known from an earlier search of the same is not read again.
  ///
  /// @param from the line to go on from
  /// @param limit how many lines are wanted at most
  /// @throws Busy if too many search at the moment
  public Found search(Needle needle, long from, int limit) {
    return search(needle, from, limit, () -> true);
  }

  /// @param wanted asked now and then, from any thread: whether anybody still waits for the answer
  /// @throws java.util.concurrent.CancellationException when nobody does
  public Found search(Needle needle, long from, int limit, BooleanSupplier wanted) {
    check(from, limit);
    return reading(
        () -> {
          try {
            searches.enter();
          } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the search was interrupted");
          }
          try (Index index = Index.open(lines);
              FileChannel file = FileChannel.open(text, StandardOpenOption.READ)) {
            return new Search(index, file, needle, searches.parts(attempt, needle), wanted).from(from, limit);
          } finally {
            searches.leave();
          }
        },
        Found.NOTHING);
  }

  /// The groups that these lines are part of or that begin among them, outermost first: at most one begins with each
  /// line, and at most 32 are in each other. A group that was never closed ends with the log.
  public List<Group> groups(long from, int count) {
    check(from, count);
    return groups(lines -> folds(from, (int) Math.clamp(lines - from, 0, count)));
  }

  /// The first groups that begin at or behind a line.
  public List<Group> groupsBehind(long from, int most) {
    check(from, most);
    return groups(_ -> foldsBehind(from, most));
  }

  private interface Choice {
    /// @param lines how many lines there are
    List<Folds.Fold> of(long lines) throws IOException;
  }

  private List<Group> groups(Choice choice) {
    return reading(
        () -> {
          try (Index index = Index.open(lines);
              FileChannel file = FileChannel.open(text, StandardOpenOption.READ)) {
            List<Group> groups = new ArrayList<>();
            long count = index.count();
            long last = ended() ? count - 1 : -1;
            for (Folds.Fold fold : choice.of(count)) {
              if (fold.begin() < count) {
                long begin = index.begin(fold.begin());
                String printed = beginning(file, begin, index.entry(fold.begin()).end() - begin);
                groups.add(
                    new Group(fold.begin(), fold.end() < 0 ? last : fold.end(), Titles.title(fold.kind(), printed)));
              }
            }
            return groups;
          }
        },
        List.of());
  }

  private List<Folds.Fold> foldsBehind(long from, int most) throws IOException {
    List<Folds.Fold> folds = new ArrayList<>();
    try (Records records = Records.open(place.groups(), Folds.WIDTH)) {
      long first = records.from(from);
      ByteBuffer those = records.records(first, (int) Math.clamp(records.count() - first, 0, most));
      while (those.hasRemaining()) {
        folds.add(Folds.Fold.read(those));
      }
    }
    return folds;
  }

  private List<Folds.Fold> folds(long from, int count) throws IOException {
    List<Folds.Fold> folds = new ArrayList<>();
    try (Records records = Records.open(place.groups(), Folds.WIDTH)) {
      long first = records.from(from);
      for (long around = first - 1; around >= 0 && count > 0; ) {
        Folds.Fold fold = Folds.Fold.read(records.record(around));
        if (fold.end() < 0 || fold.end() >= from) {
          folds.addFirst(fold);
        }
        around = fold.around() < around ? fold.around() : -1;
      }
      int begun = (int) (records.from(from + count) - first);
      ByteBuffer those = records.records(first, begun);
      while (those.hasRemaining()) {
        folds.add(Folds.Fold.read(those));
      }
    }
    return folds;
  }

  /// The first line that looks like an error.
  public OptionalLong firstError() {
    return reading(
        () -> {
          try (Records records = Records.open(place.errors(), Marker.ERROR_WIDTH)) {
            OptionalLong first = records.count() == 0 ? OptionalLong.empty() : OptionalLong.of(records.line(0));
            return first.isPresent() && first.getAsLong() < lineCount() ? first : OptionalLong.empty();
          }
        },
        OptionalLong.empty());
  }

  /// Which of these lines look like errors.
  public List<Long> errors(long from, int count) {
    check(from, count);
    return reading(
        () -> {
          List<Long> errors = new ArrayList<>();
          try (Records records = Records.open(place.errors(), Marker.ERROR_WIDTH)) {
            long first = records.from(from);
            long end = Math.min(from + count, lineCount());
            ByteBuffer those = records.records(first, (int) Math.max(0, records.from(end) - first));
            while (those.hasRemaining()) {
              errors.add(those.getLong() - 1);
            }
          }
          return errors;
        },
        List.of());
  }

  /// The beginning of a line, without its end.
  static String beginning(FileChannel file, long begin, long length) throws IOException {
    byte[] bytes = bytes(file, begin, (int) Math.min(length, BEGINNING)).array();
    int end = bytes.length;
    while (end > 0 && (bytes[end - 1] == '\n' || bytes[end - 1] == '\r')) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  private static List<Line> read(
      Index index, FileChannel file, long from, int count, Set<Long> errors, Set<Long> opening, Set<Long> closing)
      throws IOException {
    List<Line> lines = new ArrayList<>(count);
    if (count == 0) {
      return lines;
    }
    long begin = index.begin(from);
    ByteBuffer entries = index.entries(from, count);
    long windowBegin = begin;
    ByteBuffer window = ByteBuffer.allocate(0);
    for (int i = 0; i < count; i++) {
      Index.Entry entry = Index.Entry.read(entries);
      int wanted = (int) Math.min(entry.end() - begin, SHOWN_BYTES);
      if (begin + wanted > windowBegin + window.limit()) {
        // what is left of all the lines asked for, but not more than may lie in memory
        long rest = new Entries(entries).lastEnd(entry.end()) - begin;
        windowBegin = begin;
        window = bytes(file, begin, (int) Math.clamp(rest, wanted, TOGETHER));
      }
      int at = (int) (begin - windowBegin);
      int length = Math.min(wanted, window.limit() - at);
      long number = from + i;
      Line line = line(number, entry, window.array(), at, length, entry.end() - begin, errors.contains(number));
      lines.add(
          opening.contains(number) || closing.contains(number)
              ? new Line(
                  number, line.at(), line.text(), line.cut(), line.error(), opening.contains(number), closing.contains(number))
              : line);
      begin = entry.end();
    }
    return lines;
  }

  private record Entries(ByteBuffer left) {
    long lastEnd(long otherwise) {
      return left.hasRemaining()
          ? Index.Entry.read(left.duplicate().position(left.limit() - Index.WIDTH)).end()
          : otherwise;
    }
  }

  private static Line line(long number, Index.Entry entry, byte[] bytes, int at, int length, long whole, boolean error) {
    int shown = length;
    if (length == whole && shown > 0 && bytes[at + shown - 1] == '\n') {
      shown--;
      if (shown > 0 && bytes[at + shown - 1] == '\r') {
        shown--;
      }
    }
    String text = new String(bytes, at, shown, StandardCharsets.UTF_8);
    boolean cut = length < whole || text.length() > Line.SHOWN;
    if (text.length() > Line.SHOWN) {
      boolean torn = Character.isHighSurrogate(text.charAt(Line.SHOWN - 1));
      text = text.substring(0, torn ? Line.SHOWN - 1 : Line.SHOWN);
    }
    return new Line(number, entry.at(), text, cut, error, false, false);
  }

  private static ByteBuffer bytes(FileChannel file, long from, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count);
    while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
      // until it is full or the file ends
    }
    return bytes.flip();
  }

  /// The bytes as printed, from `offset` on, at most `length` of them; what is printed after this call is not included.
  public InputStream raw(long offset, long length) {
    return reading(
        () -> {
          FileChannel file = FileChannel.open(text, StandardOpenOption.READ);
          return new Slice(file, offset, Math.min(file.size(), offset + Math.min(length, Long.MAX_VALUE - offset)));
        },
        InputStream.nullInputStream());
  }

  /// The complete lines, each behind its time, `2026-11-21T09:57:17.147784587Z text`; from this line on.
  public InputStream timestamped(long from) {
    return reading(
        () -> {
          FileChannel file = FileChannel.open(text, StandardOpenOption.READ);
          return new Timestamped(Index.open(lines), file, from);
        },
        InputStream.nullInputStream());
  }

  /// Returns when there is more than was seen: true; or when nobody writes the log (any more), or the time is over:
  /// false. It may be that nobody writes it yet, so who follows asks the state of the attempt too.
  public boolean awaitMore(long seen, Duration limit) throws InterruptedException {
    Optional<LogWriter> open = writer.get();
    if (open.isPresent() && open.get().awaitMore(seen, limit)) {
      return true;
    }
    return size() > seen;
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T reading(Reading<T> reading, T ifMissing) {
    try {
      for (int trial = 1; ; trial++) {
        try {
          return reading.read();
        } catch (NoSuchFileException _) {
          return ifMissing;
        } catch (EOFException cut) {
          // a writer may just be cutting what came twice
          if (trial == TRIALS) {
            throw cut;
          }
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException("cannot read log " + text, broken);
    }
  }
}
