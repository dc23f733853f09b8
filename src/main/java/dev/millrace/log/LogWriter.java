package dev.millrace.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Writes one log. What is printed reaches the files in batches, by a thread of the writer: at once when little is
/// printed, and many lines at a time when much is. A server that dies loses the batch in memory; the runner brings it
/// again, from the stamp that [#resume] of the next writer says.
public final class LogWriter implements AutoCloseable {
  private static final int BATCH = 1 << 20;

  private final Place place;
  private final FileChannel text;
  private final FileChannel lines;
  private final Consumer<LogWriter> closed;
  private final Thread flusher;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition somethingToWrite = lock.newCondition();
  private final Condition written = lock.newCondition();

  // all below guarded by the lock, the marker by who writes
  private Marker marker;
  private ByteBuffer pendingText = ByteBuffer.allocate(1 << 13);
  private ByteBuffer pendingLines = ByteBuffer.allocate(1 << 10);
  private long end;
  private long lineBegin;
  private long lineStamp;
  private boolean lineMixed;
  private long lastStamp = Long.MIN_VALUE;
  private long size;
  private boolean closing;
  private boolean ended;
  private @Nullable IOException failure;

  LogWriter(Place place, Consumer<LogWriter> closed) {
    this.place = place;
    this.closed = closed;
    try {
      Files.createDirectories(place.text().toAbsolutePath().getParent());
      this.text = open(place.text());
      this.lines = open(place.lines());
      this.marker = keep(sound(Index.of(lines)));
    } catch (IOException broken) {
      throw new LogTrouble("cannot open log " + place.text(), broken);
    }
    this.flusher = Thread.ofVirtual().name("log " + place.text().getFileName()).start(this::flushUntilClosed);
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /// Cuts off all but so many lines.
  private Marker keep(long count) throws IOException {
    Index index = Index.of(lines);
    end = index.begin(count);
    size = end;
    lineBegin = end;
    lines.truncate(count * Index.WIDTH).position(count * Index.WIDTH);
    text.truncate(end).position(end);
    return new Marker(place.errors(), place.groups(), count, line -> beginning(index, line));
  }

  /// How many lines are whole.
  private long sound(Index index) throws IOException {
    long count = index.count();
    while (count > 0 && !sound(index, count - 1)) {
      count--;
    }
    return count;
  }

  private String beginning(Index index, long line) throws IOException {
    long begin = index.begin(line);
    return LogReader.beginning(text, begin, index.entry(line).end() - begin);
  }

  /// After a crash of the machine the index may know more than the log has, or end in zeros.
  private boolean sound(Index index, long line) throws IOException {
    long end = index.entry(line).end();
    return end > index.begin(line) && end <= text.size();
  }

  /// Everything before has an earlier stamp than everything after.
  private static boolean parts(Index.Entry before, Index.Entry after) {
    return !before.mixed() && before.stamp() < after.stamp();
  }

  /// The stamp from which on lines are wanted, those with this very stamp included; empty: all of them.
  /// What was kept with that stamp or a later one has been dropped. To be called before anything is printed; who does not
  /// call it, as nothing comes any more, leaves the log as it was.
  public Optional<Instant> resume() {
    lock.lock();
    try {
      Index index = Index.of(lines);
      long from = index.count() - 1;
      while (from > 0 && !parts(index.entry(from - 1), index.entry(from))) {
        from--;
      }
      Optional<Instant> stamp = from > 0 ? Optional.of(index.entry(from).at()) : Optional.empty();
      marker.close();
      marker = keep(Math.max(from, 0));
      return stamp;
    } catch (IOException broken) {
      throw new LogTrouble("cannot open log " + place.text(), broken);
    } finally {
      lock.unlock();
    }
  }

  /// Adds a line, or a piece of one. Waits while more is printed than the files can take.
  ///
  /// @param stamp never earlier than the one before
  public void print(Instant stamp, byte[] bytes) {
    long nanos = Index.nanos(stamp);
    lock.lock();
    try {
      while (pendingText.position() > BATCH && failure == null) {
        written.awaitUninterruptibly();
      }
      check();
      if (nanos < lastStamp) {
        throw new IllegalArgumentException("stamps go back from " + Index.instant(lastStamp) + " to " + stamp);
      }
      boolean idle = pendingText.position() == 0;
      lastStamp = nanos;
      pendingText = roomFor(pendingText, bytes.length).put(bytes);
      for (int i = 0; i < bytes.length; i++) {
        if (end + i == lineBegin) {
          lineStamp = nanos;
          lineMixed = false;
        }
        if (bytes[i] == '\n') {
          endLine(end + i + 1, nanos);
        }
      }
      end += bytes.length;
      if (end > lineBegin && nanos != lineStamp) {
        lineMixed = true;
      }
      if (idle && bytes.length > 0) {
        somethingToWrite.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  private void endLine(long end, long nanos) {
    pendingLines = roomFor(pendingLines, Index.WIDTH);
    new Index.Entry(end, lineStamp, lineMixed || nanos != lineStamp).write(pendingLines);
    lineBegin = end;
  }

  private static ByteBuffer roomFor(ByteBuffer buffer, int more) {
    if (buffer.remaining() >= more) {
      return buffer;
    }
    int capacity = Math.max(buffer.capacity() * 2, Math.addExact(buffer.position(), more));
    return ByteBuffer.allocate(capacity).put(buffer.flip());
  }

  private void check() {
    if (failure != null) {
      throw new LogTrouble("the log cannot be written", failure);
    }
    if (closing) {
      throw new IllegalStateException("the log is closed");
    }
  }

  private void flushUntilClosed() {
    ByteBuffer freeText = ByteBuffer.allocate(0);
    ByteBuffer freeLines = ByteBuffer.allocate(0);
    lock.lock();
    try {
      while (true) {
        while (pendingText.position() == 0 && !closing) {
          somethingToWrite.awaitUninterruptibly();
        }
        boolean last = closing;
        ByteBuffer newText = pendingText.flip();
        ByteBuffer newLines = pendingLines.flip();
        long reaches = end;
        pendingText = freeText;
        pendingLines = freeLines;
        lock.unlock();
        try {
          write(newText, text);
          marker.add(newText.array(), 0, newText.limit());
          if (last) {
            marker.end();
          }
          marker.write();
          // who finds a line in the index finds its marks, too
          write(newLines, lines);
        } finally {
          lock.lock();
        }
        freeText = newText.clear();
        freeLines = newLines.clear();
        size = reaches;
        written.signalAll();
        if (last) {
          return;
        }
      }
    } catch (IOException broken) {
      failure = broken;
    } finally {
      ended = true;
      written.signalAll();
      lock.unlock();
    }
  }

  private static void write(ByteBuffer bytes, FileChannel to) throws IOException {
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  /// Returns when the file is longer than what was seen (true), or the log has ended or the time is over (false).
  boolean awaitMore(long seen, Duration limit) throws InterruptedException {
    long left = limit.toNanos();
    lock.lockInterruptibly();
    try {
      while (size <= seen && !ended && left > 0) {
        left = written.awaitNanos(left);
      }
      return size > seen;
    } finally {
      lock.unlock();
    }
  }

  /// Ends the log: everything is in the files when this returns. Closing twice is fine.
  @Override
  public void close() {
    lock.lock();
    try {
      if (!closing) {
        if (end > lineBegin) {
          endLine(end, lineStamp);
        }
        closing = true;
        somethingToWrite.signal();
      }
      while (!ended) {
        written.awaitUninterruptibly();
      }
      closed.accept(this);
      text.close();
      lines.close();
      marker.close();
      if (failure != null) {
        IOException told = failure;
        failure = null;
        throw told;
      }
    } catch (IOException broken) {
      throw new LogTrouble("the log cannot be written", broken);
    } finally {
      lock.unlock();
    }
  }
}
