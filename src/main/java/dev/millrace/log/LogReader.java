package dev.millrace.log;

import java.io.IOException;
import java.io.InputStream;
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
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Reads one log, also while it is written. Holds no file open between calls and nothing of the log in memory.
public final class LogReader {
  /// More bytes of a line than are shown of it need not be read.
  private static final int SHOWN_BYTES = 4 * Line.SHOWN + 4;

  /// Lines that lie together are read together up to this many bytes.
  private static final int TOGETHER = 1 << 20;

  private final Path text;
  private final Path lines;
  private final Supplier<Optional<LogWriter>> writer;

  LogReader(Path text, Path lines, Supplier<Optional<LogWriter>> writer) {
    this.text = text;
    this.lines = lines;
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
    if (from < 0 || count < 0) {
      throw new IllegalArgumentException("no lines: " + count + " from " + from);
    }
    return reading(
        () -> {
          try (Index index = Index.open(lines);
              FileChannel file = FileChannel.open(text, StandardOpenOption.READ)) {
            return read(index, file, from, (int) Math.clamp(index.count() - from, 0, count));
          }
        },
        List.of());
  }

  /// The last lines.
  public List<Line> tail(int count) {
    return lines(Math.max(0, lineCount() - count), count);
  }

  private static List<Line> read(Index index, FileChannel file, long from, int count) throws IOException {
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
      lines.add(line(from + i, entry, window.array(), at, length, entry.end() - begin));
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

  private static Line line(long number, Index.Entry entry, byte[] bytes, int at, int length, long whole) {
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
    return new Line(number, entry.at(), text, cut);
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

  /// The lines that have it, in the whole log.
  public Found search(Needle needle, long from, int limit) {
    var pattern = java.util.regex.Pattern.compile(java.util.regex.Pattern.quote(needle.text()), needle.ignoreCase() ? 66 : 0);
    long count = 0;
    long before = 0;
    var previous = java.util.OptionalLong.empty();
    var found = new ArrayList<Long>();
    for (Line line : all()) {
      if (pattern.matcher(plain(line.text())).find()) {
        count++;
        if (line.number() < from) {
          before++;
          previous = java.util.OptionalLong.of(line.number());
        } else if (found.size() < limit) {
          found.add(line.number());
        }
      }
    }
    return new Found(count, before, previous, List.copyOf(found));
  }

  /// The first `count` groups that begin at or behind a line.
  public List<Group> groups(long from, int count) {
    var groups = new ArrayList<Group>();
    for (Line line : all()) {
      int last = groups.size() - 1;
      if (line.text().startsWith("::group::")) {
        if (last >= 0 && groups.get(last).end() < 0) {
          groups.set(last, new Group(groups.get(last).begin(), line.number() - 1, groups.get(last).title()));
        }
        groups.add(new Group(line.number(), -1, line.text().substring(9)));
      } else if (line.text().equals("::endgroup::") && last >= 0 && groups.get(last).end() < 0) {
        groups.set(last, new Group(groups.get(last).begin(), line.number(), groups.get(last).title()));
      }
    }
    return groups.stream().filter(group -> group.begin() >= from).limit(count).toList();
  }

  public java.util.OptionalLong firstError() {
    return errors(0, 1).stream().mapToLong(line -> line).findFirst();
  }

  /// The first `count` lines at or behind a line that look like an error.
  public List<Long> errors(long from, int count) {
    return all().stream()
        .filter(line -> line.number() >= from && plain(line.text()).matches("(?i).*\\b(error|fail(ed|ure)?)\\b.*"))
        .map(Line::number)
        .limit(count)
        .toList();
  }

  private List<Line> all() {
    return lines(0, (int) Math.min(lineCount(), 1_000_000));
  }

  private static String plain(String text) {
    return text.replaceAll("\u001b\\[[0-9;:]*[A-Za-z]", "");
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private <T> T reading(Reading<T> reading, T ifMissing) {
    try {
      return reading.read();
    } catch (NoSuchFileException _) {
      return ifMissing;
    } catch (IOException broken) {
      throw new UncheckedIOException("cannot read log " + text, broken);
    }
  }
}
