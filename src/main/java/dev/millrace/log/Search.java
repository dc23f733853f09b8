package dev.millrace.log;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/// One search through the lines that a log has when it begins. The log is divided into parts of so many lines each;
/// what is known of a part from an earlier search of the same is not read again, and several are read side by side.
final class Search {
  static final int PART = 1 << 14;
  private static final int SIDE_BY_SIDE = Math.min(2, Runtime.getRuntime().availableProcessors());

  /// Less than this is read by the one who asks.
  private static final long MUCH = 8 << 20;

  private static final long GLANCE_MILLIS = 100;

  private final Index index;
  private final FileChannel file;
  private final Finder finder;
  private final Searches.Parts parts;
  private final BooleanSupplier wanted;
  private final long count;
  private final int partCount;
  private final Scan scan;
  private volatile boolean over;

  Search(Index index, FileChannel file, Needle needle, Searches.Parts parts, BooleanSupplier wanted)
      throws IOException {
    this.index = index;
    this.file = file;
    this.finder = new Finder(needle);
    this.parts = parts;
    this.wanted = wanted;
    this.count = index.count();
    this.partCount = Math.toIntExact((count + PART - 1) / PART);
    this.scan = new Scan(file, finder, () -> !over);
  }

  Found from(long from, int limit) throws IOException {
    List<Integer> unknown = new ArrayList<>();
    for (int part = 0; part < partCount; part++) {
      if (parts.get(part, lines(part)) == null) {
        unknown.add(part);
      }
    }
    readAll(unknown);
    long all = 0;
    long before = 0;
    OptionalLong previous = OptionalLong.empty();
    int here = (int) Math.min(from / PART, partCount);
    long[] counts = new long[partCount];
    for (int part = 0; part < partCount; part++) {
      counts[part] = known(part).count();
      all += counts[part];
      before += part < here ? counts[part] : 0;
    }
    List<Long> lines = new ArrayList<>();
    for (int part = here; part < partCount && (part == here || lines.size() < limit); part++) {
      for (long line : matches(part, here == part ? Long.MAX_VALUE : limit - lines.size())) {
        if (line < from) {
          before++;
          previous = OptionalLong.of(line);
        } else if (lines.size() < limit) {
          lines.add(line);
        }
      }
    }
    for (int part = here - 1; part >= 0 && previous.isEmpty(); part--) {
      if (counts[part] > 0) {
        List<Long> found = matches(part, Long.MAX_VALUE);
        previous = OptionalLong.of(found.getLast());
      }
    }
    return new Found(all, before, previous, List.copyOf(lines));
  }

  private Searches.Part known(int part) throws IOException {
    Searches.Part known = parts.get(part, lines(part));
    // who searches a log that has more lines by now may have put another in its place
    return known == null ? read(scan, part) : known;
  }

  private long lines(int part) {
    return Math.min(PART, count - first(part));
  }

  private static long first(int part) {
    return (long) part * PART;
  }

  private void lines(Scan scan, int part, LongPredicate more) throws IOException {
    long first = first(part);
    scan.lines(
        index.begin(first), index.begin(first + lines(part)), line -> more.test(line < 0 ? line : first + line));
  }

  private Searches.Part read(Scan scan, int part) throws IOException {
    long[] few = new long[Searches.Part.FEW];
    int[] found = {0};
    lines(
        scan,
        part,
        line -> {
          int number = found[0]++;
          if (number < few.length) {
            few[number] = line;
          }
          return found[0] < few.length;
        });
    int count = found[0];
    return new Searches.Part(lines(part), count, count <= few.length ? java.util.Arrays.copyOf(few, count) : new long[0]);
  }

  /// The first matches of a part.
  private List<Long> matches(int part, long limit) throws IOException {
    Searches.Part known = known(part);
    List<Long> matches = new ArrayList<>();
    if (known.knowsAll()) {
      for (long line : known.few()) {
        matches.add(line);
      }
      return matches;
    }
    if (limit > 0) {
      lines(
          scan,
          part,
          line -> {
            if (line >= 0) {
              matches.add(line);
            }
            return matches.size() < limit;
          });
    }
    return matches;
  }

  private void readAll(List<Integer> unknown) throws IOException {
    if (unknown.isEmpty()) {
      return;
    }
    var next = new AtomicInteger();
    int first = unknown.getFirst();
    int last = unknown.getLast();
    boolean much = index.begin(first(last) + lines(last)) - index.begin(first(first)) > MUCH;
    if (!much) {
      readSome(scan, unknown, next);
      return;
    }
    // threads of their own: a search may not take the carriers away from all who wait for a page
    List<FutureTask<@Nullable Void>> readers = new ArrayList<>();
    for (int i = 0; i < SIDE_BY_SIDE; i++) {
      FutureTask<@Nullable Void> reader =
          new FutureTask<>(
              () -> {
                readSome(new Scan(file, finder, () -> !over), unknown, next);
                return null;
              });
      readers.add(reader);
    }
    try {
      readers.forEach(reader -> Thread.ofPlatform().daemon().name("log search").start(reader));
      for (var reader : readers) {
        await(reader);
      }
    } finally {
      over = true;
      readers.forEach(Search::awaitEnd);
      over = false;
    }
  }

  private void readSome(Scan scan, List<Integer> unknown, AtomicInteger next) throws IOException {
    for (int i = next.getAndIncrement(); i < unknown.size(); i = next.getAndIncrement()) {
      int part = unknown.get(i);
      parts.put(part, read(scan, part));
    }
  }

  private void await(FutureTask<?> reader) throws IOException {
    while (true) {
      if (!wanted.getAsBoolean()) {
        throw new CancellationException("nobody waits for what is searched for");
      }
      try {
        reader.get(GLANCE_MILLIS, TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException _) {
        // it goes on, if anybody still waits
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the search was interrupted");
      } catch (ExecutionException failed) {
        switch (failed.getCause()) {
          case IOException broken -> throw broken;
          case RuntimeException bug -> throw bug;
          case null, default -> throw new IllegalStateException("the search failed", failed.getCause());
        }
      }
    }
  }

  /// No thread reads from a file that its opener has closed.
  private static void awaitEnd(FutureTask<?> reader) {
    boolean interrupted = false;
    while (true) {
      try {
        reader.get();
        break;
      } catch (InterruptedException _) {
        interrupted = true;
      } catch (ExecutionException _) {
        // told already, or the end that was wanted
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
