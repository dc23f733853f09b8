package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/// What pages take at size, from the request to the last byte over loopback: with 10,000 and 100,000 changes (a million
/// attempts) in 50 pipelines of 30 stages, at one request and at 50 side by side. Beside each stands what the same number
/// of bytes takes from the memory of a bare server in the same process. Run by `./zero bench pages`; it may be given
/// numbers of changes, like `10000,100000`.
public final class PageBench {
  private static final int ABREAST = 50;
  private static final int BUSY = 20;

  /// So many requests make one row; the rarely fast pages get fewer.
  private static final int ONE = 200;
  private static final int MANY = 2_000;
  private static final long LIMIT = 8_000_000_000L;

  private final ServerProcess server;
  private final String beside;
  private final int each;

  /// @param cold whether each request asks for what the last 49 did not
  private record Page(String name, boolean cold, IntFunction<String> path) {}

  private record Times(long[] nanos, long bytes, int status, double seconds) {
    double at(double share) {
      return nanos[(int) Math.min(nanos.length - 1, Math.round(nanos.length * share))] / 1e6;
    }
  }

  private PageBench(ServerProcess server, String beside, int each) {
    this.server = server;
    this.beside = beside;
    this.each = each;
  }

  public static void main(String[] arguments) throws Exception {
    String[] sizes = (arguments.length > 0 ? arguments[0] : "10000,100000").split(",");
    for (String size : sizes) {
      int changes = Integer.parseInt(size);
      Path filled = Filling.of(changes);
      int beside = ServerProcess.freePort();
      try (var server = ServerProcess.busy(filled, beside)) {
        System.out.printf(Locale.ROOT, "%n%,d changes; ready in %.0f ms%n%n", changes, server.ready());
        new PageBench(server, "http://127.0.0.1:" + beside, changes / Filling.PIPELINES).all();
        System.out.printf(Locale.ROOT, "%nmemory afterwards: %.0f MB%n", server.resident());
      }
    }
  }

  private void all() throws IOException, InterruptedException, ExecutionException {
    List<Page> pages =
        List.of(
            new Page("flow page, each time another pipeline", true, at -> "/pipelines/" + Filling.name(at % Filling.PIPELINES)),
            new Page("flow page, always one", false, _ -> "/pipelines/" + Filling.name(7)),
            new Page("its map", true, at -> "/pipelines/" + Filling.name(at % Filling.PIPELINES) + "/map"),
            new Page("its stream", true, at -> "/pipelines/" + Filling.name(at % Filling.PIPELINES) + "/stream"),
            new Page("a row", true, at -> change(at) + "/row"),
            new Page("change page", true, this::change),
            new Page("home page", false, _ -> "/"),
            new Page("statistics page", true, at -> "/pipelines/" + Filling.name(at % Filling.PIPELINES) + "/statistics"),
            new Page("changes over the API", true, at -> "/api/v1/pipelines/" + Filling.name(at % Filling.PIPELINES) + "/changes"));
    // warms up what is to be measured, not what it keeps
    for (Page page : pages) {
      load(page, server.address(), 1, 100);
      load(page, server.address(), 4, 300);
    }
    head();
    for (Page page : pages) {
      both(page, page.name());
    }
    server.say("busy " + BUSY);
    both(new Page("", true, at -> "/pipelines/" + Filling.name(at % Filling.PIPELINES)), "flow page, another each time, " + BUSY + " commits a second");
    both(new Page("", false, _ -> "/pipelines/" + Filling.name(0)), "flow page of the pipeline with " + BUSY + " commits a second");
    both(new Page("", false, _ -> "/"), "home page, " + BUSY + " commits a second");
    server.say("busy 0");
  }

  private String change(int at) {
    int number = Math.max(1, each - (at * 17) % Math.max(1, each - 1));
    return "/pipelines/" + Filling.name(at % Filling.PIPELINES) + "/changes/" + number;
  }

  private static void head() {
    System.out.println("| ms | p50 | p95 | p99 | p50 at 50 | p95 at 50 | p99 at 50 | a second at 50 | KB | gzip KB | p95 over bare bytes | p95 at 50 over bare bytes |");
    System.out.println("|---|---|---|---|---|---|---|---|---|---|---|---|");
  }

  private void both(Page page, String name) throws IOException, InterruptedException, ExecutionException {
    Times one = load(page, server.address(), 1, ONE);
    if (one.status() != 200) {
      System.out.printf("| %s | answers %d |%n", name, one.status());
      return;
    }
    Times many = load(page, server.address(), ABREAST, MANY);
    long plain;
    try (var wire = new Wire(server.address())) {
      plain = wire.get(page.path().apply(1), false).bytes();
    }
    var bytes = new Page("", false, _ -> "/bytes?of=" + one.bytes());
    load(bytes, beside, 4, 200);
    Times bareOne = load(bytes, beside, 1, ONE);
    Times bareMany = load(bytes, beside, ABREAST, MANY);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %.0f | %d | %d | %.0f | %.1f |%n",
        name, one.at(.5), one.at(.95), one.at(.99), many.at(.5), many.at(.95), many.at(.99),
        many.nanos().length / many.seconds(), plain >> 10, one.bytes() >> 10,
        one.at(.95) / bareOne.at(.95), many.at(.95) / bareMany.at(.95));
  }

  /// So many requests in all, over connections that each ask again as soon as they are answered; fewer if that takes
  /// too long.
  private static Times load(Page page, String address, int abreast, int requests)
      throws IOException, InterruptedException, ExecutionException {
    var go = new CountDownLatch(1);
    long[] nanos = new long[requests];
    var answers = new ArrayList<Future<List<Wire.Answer>>>();
    long begin;
    try (var threads = Executors.newFixedThreadPool(abreast)) {
      for (int lane = 0; lane < abreast; lane++) {
        int first = lane;
        answers.add(
            threads.submit(
                () -> {
                  var got = new ArrayList<Wire.Answer>();
                  try (var wire = new Wire(address)) {
                    go.await();
                    long deadline = System.nanoTime() + LIMIT;
                    for (int at = first; at < requests && System.nanoTime() < deadline; at += abreast) {
                      long start = System.nanoTime();
                      got.add(wire.get(page.path().apply(at), true));
                      nanos[at] = System.nanoTime() - start;
                    }
                  }
                  return got;
                }));
      }
      begin = System.nanoTime();
      go.countDown();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    var got = new ArrayList<Wire.Answer>();
    for (Future<List<Wire.Answer>> answer : answers) {
      got.addAll(answer.get());
    }
    int worst = got.stream().mapToInt(Wire.Answer::status).max().orElseThrow();
    long bytes = Math.round(got.stream().mapToLong(Wire.Answer::bytes).average().orElseThrow());
    long[] sorted = Arrays.stream(nanos).filter(its -> its > 0).sorted().toArray();
    return new Times(sorted, bytes, worst, seconds);
  }
}
