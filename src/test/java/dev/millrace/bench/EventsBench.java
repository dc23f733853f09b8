package dev.millrace.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/// What 200 viewers of one busy pipeline cost, and how soon they hear: each has a stream of events and fetches the map
/// and the row that moved, at most every 400 ms each, as a page does. Ten more have a stream and do not read it. From the
/// commit, which the server prints with its time, to the event's arrival. Run by `./zero bench events`; it may be given
/// the number of changes in the store.
public final class EventsBench {
  private static final int VIEWERS = 200;
  private static final int STUCK = 10;
  private static final long PACE = 400_000_000L;
  private static final int SECONDS = 20;

  private final ServerProcess server;
  private final ConcurrentLinkedQueue<Heard> heard = new ConcurrentLinkedQueue<>();
  private final AtomicLong fetched = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  private record Heard(long sequence, long micros) {}

  private EventsBench(ServerProcess server) {
    this.server = server;
  }

  public static void main(String[] arguments) throws Exception {
    int changes = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 10_000;
    try (var server = ServerProcess.busy(Filling.of(changes), ServerProcess.freePort())) {
      var bench = new EventsBench(server);
      double before = server.resident();
      bench.listen();
      System.out.println("| commits a second | viewers that fetch | p50 ms | p95 | p99 | events heard | fetched a second | processors used | MB more |");
      System.out.println("|---|---|---|---|---|---|---|---|---|");
      bench.measure(5, true);
      for (int rate : new int[] {5, 20}) {
        bench.measure(rate, false);
      }
      System.out.printf(Locale.ROOT, "%nmemory: %.0f MB before, %.0f MB now; %d fetches failed%n", before, server.resident(), bench.failed.get());
    }
    // the viewers have no end of their own
    System.exit(0);
  }

  private void measure(int rate, boolean warmsUp) throws IOException, InterruptedException {
    double memory = server.resident();
    server.say("busy " + rate);
    Thread.sleep(3_000);
    heard.clear();
    fetched.set(0);
    double processor = server.processor();
    long begin = System.nanoTime();
    Thread.sleep(SECONDS * 1_000L);
    double seconds = (System.nanoTime() - begin) / 1e9;
    processor = server.processor() - processor;
    var all = new ArrayList<>(heard);
    server.say("busy 0");
    Thread.sleep(2_000);
    Map<Long, Long> commits = commits();
    long[] took = all.stream().filter(one -> commits.containsKey(one.sequence())).mapToLong(one -> one.micros() - commits.get(one.sequence())).sorted().toArray();
    if (!warmsUp) {
      System.out.printf(
          Locale.ROOT, "| %d | %d | %.1f | %.1f | %.1f | %d | %.0f | %.2f | %.0f |%n",
          rate, VIEWERS, at(took, .5), at(took, .95), at(took, .99), took.length, fetched.get() / seconds,
          processor / seconds, server.resident() - memory);
    }
  }

  private static double at(long[] micros, double share) {
    return micros[(int) Math.min(micros.length - 1, Math.round(micros.length * share))] / 1e3;
  }

  /// When the last event of each commit was stored; those in between go with it.
  private Map<Long, Long> commits() throws IOException {
    var commits = new HashMap<Long, Long>();
    for (String line : server.printed()) {
      if (line.startsWith("committed ")) {
        String[] words = line.split(" ");
        commits.putIfAbsent(Long.parseLong(words[1]), Long.parseLong(words[2]));
      }
    }
    return commits;
  }

  private void listen() throws IOException {
    String events = "/api/v1/events?pipeline=" + Filling.name(0);
    for (int viewer = 0; viewer < VIEWERS; viewer++) {
      InputStream stream = new Wire(server.address()).open(events, 0);
      var page = new Wire(server.address());
      Thread.ofVirtual().start(() -> view(stream, page));
    }
    for (int viewer = 0; viewer < STUCK; viewer++) {
      new Wire(server.address()).open(events, 4096);
    }
  }

  private void view(InputStream stream, Wire page) {
    var last = new HashMap<String, Long>();
    long sequence = 0;
    try (var lines = new BufferedReader(new InputStreamReader(stream, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("id: ")) {
          sequence = Long.parseLong(line.substring(4));
          heard.add(new Heard(sequence, BusyServer.micros(Instant.now())));
        } else if (line.startsWith("data: {")) {
          fetch(page, last, line);
        }
      }
    } catch (IOException gone) {
      failed.incrementAndGet();
    }
  }

  /// In a thread of its own, as a browser does; what comes within the pace is left to the next event.
  private void fetch(Wire page, Map<String, Long> last, String event) {
    String pipeline = "/pipelines/" + Filling.name(0);
    int change = event.indexOf("\"change\":");
    List<String> paths =
        change < 0
            ? List.of(pipeline + "/map")
            : List.of(pipeline + "/map", pipeline + "/changes/" + event.substring(change + 9).split("[,}]")[0] + "/row");
    var due = new ArrayList<String>();
    for (String path : paths) {
      long now = System.nanoTime();
      if (now - last.getOrDefault(path, now - PACE) >= PACE) {
        last.put(path, now);
        due.add(path);
      }
    }
    if (!due.isEmpty()) {
      Thread.ofVirtual().start(() -> due.forEach(path -> get(page, path)));
    }
  }

  private void get(Wire page, String path) {
    try {
      synchronized (page) {
        if (page.get(path, true).status() != 200) {
          failed.incrementAndGet();
        }
      }
      fetched.incrementAndGet();
    } catch (IOException gone) {
      failed.incrementAndGet();
    }
  }
}
