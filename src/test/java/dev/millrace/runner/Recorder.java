package dev.millrace.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Image;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Keeps what a step prints, as the log does: on resuming it drops what has the last stamp and asks from there.
/// Fails when it is called by two threads at a time or when stamps go back.
public class Recorder implements Runner.Output {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private record Piece(Instant stamp, byte[] bytes) {}

  private final List<Piece> pieces = new ArrayList<>();
  private final List<Instant> started = new ArrayList<>();
  private final List<Image> images = new ArrayList<>();
  private final List<String> violations = new ArrayList<>();
  private Thread inside;

  @Override
  public synchronized boolean begun() {
    return !started.isEmpty();
  }

  @Override
  public void started(Instant at, Image image) {
    enter();
    synchronized (this) {
      started.add(at);
      images.add(image);
      notifyAll();
    }
    leave();
  }

  @Override
  public Optional<Instant> resume() {
    enter();
    try {
      synchronized (this) {
        if (pieces.isEmpty()) {
          return Optional.empty();
        }
        Instant last = pieces.getLast().stamp();
        pieces.removeIf(piece -> !piece.stamp().isBefore(last));
        return Optional.of(last);
      }
    } finally {
      leave();
    }
  }

  @Override
  public void print(Instant stamp, byte[] bytes) {
    enter();
    synchronized (this) {
      if (!pieces.isEmpty() && stamp.isBefore(pieces.getLast().stamp())) {
        violations.add("stamps go back from " + pieces.getLast().stamp() + " to " + stamp);
      }
      pieces.add(new Piece(stamp, bytes));
      notifyAll();
    }
    leave();
  }

  private synchronized void enter() {
    if (inside != null) {
      violations.add("called by two threads at a time: " + inside + ", " + Thread.currentThread());
    }
    inside = Thread.currentThread();
  }

  private synchronized void leave() {
    inside = null;
  }

  public synchronized byte[] bytes() {
    assertThat(violations).isEmpty();
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    pieces.forEach(piece -> all.writeBytes(piece.bytes()));
    return all.toByteArray();
  }

  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  public List<String> lines() {
    return text().lines().toList();
  }

  public synchronized List<Instant> startedAt() {
    return List.copyOf(started);
  }

  /// What it ran in, once for each time it was told.
  public synchronized List<Image> images() {
    return List.copyOf(images);
  }

  public synchronized List<Instant> stamps() {
    return pieces.stream().map(Piece::stamp).toList();
  }

  public void awaitStarted() throws InterruptedException {
    await(_ -> !started.isEmpty());
  }

  public void awaitLine(String line) throws InterruptedException {
    await(_ -> lines().contains(line));
  }

  /// Be it in the middle of a line of the other stream.
  public void awaitText(String text) throws InterruptedException {
    await(_ -> text().contains(text));
  }

  private synchronized void await(Predicate<Recorder> wanted) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!wanted.test(this)) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      assertThat(left).as("waiting for it; it has printed: %.2000s", text()).isPositive();
      wait(left);
    }
  }
}
