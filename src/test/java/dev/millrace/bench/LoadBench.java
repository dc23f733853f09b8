package dev.millrace.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpServer;
import dev.millrace.runner.docker.RawEngine;
import dev.millrace.runner.docker.TestImages;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// All of it at the same time, over real Docker, on a server that is started as `./zero run` starts it: 200 steps that
/// sleep, 2,000 changes pushed to one queue at once, 200 viewers of that queue's pipeline, a step that prints a gigabyte
/// and a push of two. Meanwhile somebody looks at one page of each kind twice a second, beside the same number of bytes
/// from a bare server, and starts a change every few seconds, whose event the viewers wait for. Server and people are weighed
/// as the systemd unit weighs the server: people would be on other machines.
///
/// Run by `./zero bench load`, which may be given by how much to make it smaller: `0.05`. Nothing is left behind.
public final class LoadBench {
  private static final JsonMapper JSON = new JsonMapper();
  private static final long GIGABYTE = 1_000_000_000L;
  private static final int EACH = 10;
  private static final int BESIDE = 8;
  private static final int PACE_MILLIS = 500;
  private static final long EVENT_PACE = 400_000_000L;
  private static final Duration LONGEST = Duration.ofMinutes(8);
  private static final Duration SHORTEST = Duration.ofMinutes(2);
  private static final String LINE =
      "line 00000000 of a long log, in which hardly anything happens, but which somebody may want to read";

  private final ServerProcess server;
  private final HttpClient http;
  private final double scale;
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final Map<String, Queue<Long>> asked = new TreeMap<>();
  private final Map<String, Long> sizes = new ConcurrentHashMap<>();
  private final Map<Integer, Queue<Long>> heard = new ConcurrentHashMap<>();
  private final Map<Integer, long[]> triggered = new ConcurrentHashMap<>();
  private final AtomicLong fetched = new AtomicLong();
  private final AtomicInteger listening = new AtomicInteger();
  private final List<Thread> people = new ArrayList<>();
  private volatile boolean over;
  private volatile double mostResident;
  private volatile double mostHeap;
  private volatile double mostThreads;

  private LoadBench(ServerProcess server, HttpClient http, double scale) {
    this.server = server;
    this.http = http;
    this.scale = scale;
  }

  private int some(int all) {
    return (int) Math.max(1, Math.round(all * scale));
  }

  public static void main(String[] arguments) throws Exception {
    double scale = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 1;
    String image = TestImages.busybox();
    int room = (int) Math.max(1, Math.round(20 * scale)) * EACH + BESIDE;
    System.out.printf(
        Locale.ROOT, "load before: %s; the server and the people %s%n", load(),
        Weight.join() ? "have ten times the weight of containers and their engine" : "have no more weight than containers and their engine");
    try (var server = new ServerProcess(ServerProcess.canHaveHeadStart(), "--steps", String.valueOf(room));
        HttpClient http = HttpClient.newHttpClient()) {
      var bench = new LoadBench(server, http, scale);
      try {
        bench.run(image, room);
      } finally {
        bench.over = true;
        if (!bench.errors.isEmpty()) {
          bench.errors.stream().limit(20).forEach(System.out::println);
        }
        server.printed().stream().filter(line -> line.matches(".* (WARN|ERROR) .*")).limit(20).forEach(System.out::println);
      }
    } finally {
      // when nobody fills them any more
      removeContainers();
    }
    // viewers have no end of their own
    System.exit(0);
  }

  private void run(String image, int room) throws Exception {
    define(image);
    Path sleep = repository("load-sleep");
    Path shop = repository("load-shop");
    Path print = repository("load-print");
    Path big = repository("load-big");
    for (Path directory : List.of(sleep, shop, print, big)) {
      begin(directory);
    }
    Thread.sleep(5_000);
    double idle = server.resident();
    measure();
    Thread.sleep(3_000);
    double idleHeap = mostHeap;

    long start = System.nanoTime();
    push(sleep, branches(sleep, "work", some(20)));
    int sleeping = awaitSleeping(some(20) * EACH);
    double startSeconds = seconds(start);
    double withSteps = server.resident();

    listen(some(200));
    double withViewers = server.resident();
    push(shop, branches(shop, "look", (int) LONGEST.toSeconds() / 5 + 1));
    String many = branches(shop, "integrate", some(2000));
    fill(big);
    mostResident = 0;
    mostHeap = 0;
    double processor = server.processor();
    look();

    long begin = System.nanoTime();
    var took = new TreeMap<String, Double>();
    try (var pushers = Executors.newVirtualThreadPerTaskExecutor()) {
      pushers.submit(() -> timed(took, "pushing the branches, s", () -> push(shop, many)));
      pushers.submit(() -> timed(took, "pushing two large files, s", () -> push(big, "main")));
      pushers.submit(() -> timed(took, "pushing what prints the long log, s", () -> push(print, "main")));
    }
    Map<String, String> ends = new TreeMap<>();
    double longest = LONGEST.toSeconds() * Math.min(1, 2 * scale);
    while (seconds(begin) < longest && (ends.size() < 2 || seconds(begin) < SHORTEST.toSeconds() * Math.min(1, scale * 4))) {
      for (String pipeline : List.of("load-big", "load-print")) {
        String state = state(pipeline, 2);
        if (!ends.containsKey(pipeline) && !state.equals("running") && !state.equals("queued") && !state.equals("waiting")) {
          ends.put(pipeline, state);
          took.put(pipeline + " " + state + " after, s", seconds(begin));
        }
      }
      Thread.sleep(500);
    }
    double lasted = seconds(begin);
    processor = server.processor() - processor;
    int waiting = json("/api/v1/pipelines/load-shop/queue").toString().split("\"change\":|\"number\":", -1).length - 1;
    int running = count(true);
    String trouble = get("/health/ready").body().strip();
    String during = load();
    over = true;

    System.out.printf(Locale.ROOT, "%n%d steps asleep after %.1f s; %d containers at the end; %.0f s of load; ready says: %s%n%n", sleeping, startSeconds, running, lasted, trouble);
    System.out.println("| | |");
    System.out.println("|---|---|");
    System.out.printf(Locale.ROOT, "| resident, idle, MB | %.0f |%n", idle);
    System.out.printf(Locale.ROOT, "| ... with %d steps asleep | %.0f |%n", sleeping, withSteps);
    System.out.printf(Locale.ROOT, "| ... and %d viewers | %.0f |%n", some(200), withViewers);
    System.out.printf(Locale.ROOT, "| ... at most, with all of it | %.0f |%n", mostResident);
    System.out.printf(Locale.ROOT, "| heap used, idle, and at most, MB | %.0f, %.0f |%n", idleHeap, mostHeap);
    System.out.printf(Locale.ROOT, "| threads of the operating system, at most | %.0f |%n", mostThreads);
    System.out.printf(Locale.ROOT, "| processors used by the server | %.2f |%n", processor / lasted);
    took.forEach((what, seconds) -> System.out.printf(Locale.ROOT, "| %s | %.1f |%n", what, seconds));
    System.out.printf(Locale.ROOT, "| changes of the queue still in it | %d |%n", waiting);
    System.out.printf(Locale.ROOT, "| fetched by viewers a second | %.0f |%n", fetched.get() / lasted);
    System.out.printf(Locale.ROOT, "| viewers still listening | %d of %d |%n", listening.get(), some(200));
    System.out.printf(Locale.ROOT, "| errors | %d |%n%n", errors.size());
    pages();
    commits();
    System.out.printf(Locale.ROOT, "%nload average: %s%n", during);
    stop();
  }

  private void pages() {
    System.out.println("| page, ms | asked | p50 | p95 | p99 | worst | KB compressed | p95 over bare bytes |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    double bare = at(sorted(asked.get("bare bytes")), .95);
    asked.forEach(
        (name, nanos) -> {
          long[] all = sorted(nanos);
          System.out.printf(
              Locale.ROOT, "| %s | %d | %.0f | %.0f | %.0f | %.0f | %d | %.1f |%n",
              name, all.length, at(all, .5), at(all, .95), at(all, .99), at(all, 1), sizes.getOrDefault(name, 0L) >> 10, at(all, .95) / bare);
        });
  }

  /// From a request to start a change, and from its answer, which comes when it is stored, to the viewers' hearing of it.
  private void commits() {
    var sinceAsked = new ArrayList<Long>();
    var sinceStored = new ArrayList<Long>();
    var answers = new ArrayList<Long>();
    int missed = 0;
    for (var change : triggered.entrySet()) {
      Queue<Long> ears = heard.getOrDefault(change.getKey(), new ConcurrentLinkedQueue<>());
      missed += some(200) - ears.size();
      answers.add(change.getValue()[1] - change.getValue()[0]);
      ears.forEach(at -> sinceAsked.add(at - change.getValue()[0]));
      ears.forEach(at -> sinceStored.add(Math.max(0, at - change.getValue()[1])));
    }
    System.out.printf(Locale.ROOT, "%n| ms, of %d changes | p50 | p95 | p99 | worst |%n|---|---|---|---|---|%n", triggered.size());
    for (var row : Map.of("from asked for to answered, stored", answers, "from stored to viewers", sinceStored, "from asked for to viewers", sinceAsked).entrySet()) {
      long[] all = sorted(row.getValue());
      System.out.printf(Locale.ROOT, "| %s | %.0f | %.0f | %.0f | %.0f |%n", row.getKey(), at(all, .5), at(all, .95), at(all, .99), at(all, 1));
    }
    System.out.printf("%nnot heard: %d%n", missed);
  }

  private static long[] sorted(java.util.Collection<Long> nanos) {
    return nanos.stream().mapToLong(Long::longValue).sorted().toArray();
  }

  private static double at(long[] nanos, double share) {
    return nanos.length == 0 ? Double.NaN : nanos[(int) Math.min(nanos.length - 1, Math.round(nanos.length * share))] / 1e6;
  }

  // -- what is asked of the server

  private void define(String image) throws IOException, InterruptedException {
    Path definitions = repository("pipelines");
    String steps = String.join(", ", IntStream.range(0, EACH).mapToObj(at -> "s" + at).toList());
    var sleepers = new StringBuilder();
    for (int at = 0; at < EACH; at++) {
      sleepers.append("  s%d: {image: \"%s\", run: \"sleep 7200\", timeout: 3h}%n".formatted(at, image));
    }
    Files.writeString(
        definitions.resolve("load-sleep.yml"),
        "repository: load-sleep%non: {push: [\"work/**\"]}%nstages:%n  - {name: sleep, steps: [%s]}%nsteps:%n%s".formatted(steps, sleepers));
    Files.writeString(
        definitions.resolve("load-shop.yml"),
        """
        repository: load-shop
        integrate: {branches: ["integrate/**"], parallel: 16}
        stages: [test, {name: main, promote: true}]
        steps:
          test: {image: "%s", run: "sleep 2"}
        """
            .formatted(image));
    Files.writeString(definitions.resolve("load-print.yml"), once("load-print", image, "yes '" + LINE + "' | head -c " + Math.round(GIGABYTE * scale)));
    Files.writeString(definitions.resolve("load-big.yml"), once("load-big", image, "ls -l"));
    commit(definitions);
    push(definitions, "main");
  }

  private static String once(String name, String image, String command) {
    return """
        repository: %s
        on: {push: [main]}
        stages: [do]
        steps:
          do: {image: "%s", run: "if [ -e go ]; then %s; fi", timeout: 1h}
        """
        .formatted(name, image, command);
  }

  /// A first commit on main; from the next one on, steps do what they are for.
  private void begin(Path directory) throws IOException, InterruptedException {
    Files.writeString(directory.resolve("README.md"), "under load\n");
    commit(directory);
    push(directory, "main");
    Files.writeString(directory.resolve("go"), "");
    commit(directory);
  }

  /// Branches of one commit each, which do not touch each other's files.
  private String branches(Path directory, String prefix, int count) throws IOException, InterruptedException {
    var stream = new StringBuilder();
    String main = git(directory, "rev-parse", "main").strip();
    for (int at = 1; at <= count; at++) {
      String name = "%04d".formatted(at);
      stream.append("commit refs/heads/").append(prefix).append('/').append(name)
          .append("\ncommitter Ada <ada@example.org> ").append(1_700_000_000 + at).append(" +0000\n")
          .append("data 9\nAdd ").append(name).append("\n").append("\nfrom ").append(main)
          .append("\nM 100644 inline ").append(prefix).append('/').append(name).append("\ndata 5\n").append(name).append("\n\n");
    }
    Path file = Files.writeString(server.directory().resolve("stream"), stream);
    git(directory, file, "fast-import", "--quiet");
    return "refs/heads/" + prefix + "/*:refs/heads/" + prefix + "/*";
  }

  private void fill(Path directory) throws IOException, InterruptedException {
    var random = new Random(7);
    byte[] portion = new byte[1 << 20];
    for (int file = 0; file < 2; file++) {
      try (OutputStream out = Files.newOutputStream(directory.resolve("large-" + file))) {
        for (long left = Math.round(GIGABYTE * scale); left > 0; left -= portion.length) {
          random.nextBytes(portion);
          out.write(portion);
        }
      }
    }
    commit(directory);
  }

  private int awaitSleeping(int wanted) throws Exception {
    long deadline = System.nanoTime() + Duration.ofMinutes(5).toNanos();
    int now = count(true);
    while (now < wanted && System.nanoTime() < deadline) {
      Thread.sleep(200);
      now = count(true);
    }
    return now;
  }

  /// How soon all that sleeps has ended when it is told to.
  private void stop() throws Exception {
    long begin = System.nanoTime();
    for (int number = 1; number <= some(20) + 1; number++) {
      http.send(
          HttpRequest.newBuilder(URI.create(server.address() + "/api/v1/pipelines/load-sleep/changes/" + number + "/cancellation"))
              .POST(HttpRequest.BodyPublishers.noBody()).build(),
          BodyHandlers.discarding());
    }
    while (sleepers() > 0 && seconds(begin) < 120) {
      Thread.sleep(200);
    }
    System.out.printf(Locale.ROOT, "cancelled: %d of what slept is left after %.1f s%n", sleepers(), seconds(begin));
  }

  // -- people

  private void listen(int viewers) throws IOException {
    for (int viewer = 0; viewer < viewers; viewer++) {
      InputStream stream = new Wire(server.address()).open("/api/v1/events?pipeline=load-shop", 0);
      people.add(Thread.ofVirtual().start(() -> view(stream, new Line(server.address()))));
    }
  }

  private void view(InputStream stream, Line page) {
    var last = new ConcurrentHashMap<String, Long>();
    Set<Integer> known = new HashSet<>();
    var busy = new java.util.concurrent.atomic.AtomicBoolean();
    listening.incrementAndGet();
    try (var lines = new BufferedReader(new java.io.InputStreamReader(stream, UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int change = line.indexOf("\"change\":");
        if (!line.startsWith("data: {") || change < 0) {
          continue;
        }
        int number = Integer.parseInt(line.substring(change + 9).split("[,}]")[0]);
        if (known.add(number)) {
          heard.computeIfAbsent(number, _ -> new ConcurrentLinkedQueue<>()).add(System.nanoTime());
        }
        if (busy.compareAndSet(false, true)) {
          Thread.ofVirtual().start(() -> {
            fetch(page, last, number);
            busy.set(false);
          });
        }
      }
      ended("a stream ended");
    } catch (IOException | RuntimeException gone) {
      ended("a stream broke: " + gone);
    }
    listening.decrementAndGet();
  }

  private void ended(String because) {
    if (!over) {
      errors.add(because);
    }
  }

  /// What the page of a pipeline fetches when something has moved, each at most every 0.4 s.
  private void fetch(Line page, Map<String, Long> last, int change) {
    String flow = "/pipelines/load-shop";
    for (String path : List.of(flow + "/map", flow + "/queue", flow + "/tab", flow + "/stream?rows=30", flow + "/changes/" + change + "/row")) {
      long now = System.nanoTime();
      if (now - last.getOrDefault(path, now - EVENT_PACE) >= EVENT_PACE) {
        last.put(path, now);
        page.ask(path);
        fetched.incrementAndGet();
      }
    }
  }

  /// A connection that is made anew when the server has closed it, as a browser does it: after a while in which nothing is
  /// asked it may.
  private final class Line {
    private final String address;
    private @Nullable Wire wire;

    Line(String address) {
      this.address = address;
    }

    long ask(String path) {
      try {
        return answer(path);
      } catch (IOException closed) {
        try {
          hangUp();
          return answer(path);
        } catch (IOException broken) {
          ended(path + ": " + broken);
          return 0;
        }
      }
    }

    private long answer(String path) throws IOException {
      Wire its = wire == null ? new Wire(address) : wire;
      wire = its;
      Wire.Answer answer = its.get(path, true);
      if (answer.status() != 200 && !over) {
        errors.add(path + " answers " + answer.status());
      }
      return answer.bytes();
    }

    private void hangUp() throws IOException {
      if (wire != null) {
        wire.close();
        wire = null;
      }
    }
  }

  /// Somebody who looks at a page of each kind, and somebody who starts changes.
  private void look() throws IOException {
    HttpServer bare = bare();
    var random = new Random(11);
    person("home page", server.address(), () -> "/");
    person("flow page", server.address(), () -> "/pipelines/load-shop");
    person("queue", server.address(), () -> "/pipelines/load-shop/queue");
    person("change page", server.address(), () -> triggered.isEmpty() ? "/health/live" : "/pipelines/load-shop/changes/" + (1 + random.nextInt(triggered.size())));
    person("change page of ten steps", server.address(), () -> "/pipelines/load-sleep/changes/" + (1 + random.nextInt(some(20))));
    person("log page", server.address(), () -> "/pipelines/load-print/changes/1/do/do");
    person("log page of the gigabyte", server.address(), () -> "/pipelines/load-print/changes/2/do/do");
    person("ready", server.address(), () -> "/health/ready");
    person("bare bytes", "http://127.0.0.1:" + bare.getAddress().getPort(), () -> "/");
    people.add(Thread.ofPlatform().daemon().start(this::trigger));
  }

  private static HttpServer bare() throws IOException {
    HttpServer bare = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 50);
    byte[] bytes = new byte[50_000];
    bare.createContext("/", exchange -> {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes);
      exchange.close();
    });
    bare.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    bare.start();
    return bare;
  }

  private void person(String name, String address, Supplier<String> path) {
    Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    asked.put(name, nanos);
    var line = new Line(address);
    people.add(Thread.ofPlatform().daemon().start(() -> {
      try {
        while (!over) {
          String its = path.get();
          // what is not there yet is not to be looked at
          if (!its.contains("load-print/changes/2") || state("load-print", 2).equals("running")) {
            long begin = System.nanoTime();
            sizes.put(name, line.ask(its));
            nanos.add(System.nanoTime() - begin);
          }
          Thread.sleep(PACE_MILLIS);
        }
      } catch (Exception gone) {
        ended(name + ": " + gone);
      }
    }));
  }

  private void trigger() {
    try {
      for (int at = 1; !over; at++) {
        long before = System.nanoTime();
        HttpResponse<String> answer =
            http.send(
                HttpRequest.newBuilder(URI.create(server.address() + "/api/v1/pipelines/load-shop/changes"))
                    .POST(HttpRequest.BodyPublishers.ofString("{\"branch\": \"look/%04d\"}".formatted(at))).build(),
                BodyHandlers.ofString());
        long after = System.nanoTime();
        if (answer.statusCode() == 201) {
          triggered.put(Integer.parseInt(answer.headers().firstValue("Location").orElseThrow().replaceAll(".*/", "")), new long[] {before, after});
        } else {
          errors.add("a change was refused: " + answer.statusCode() + " " + answer.body());
        }
        Thread.sleep(5_000);
      }
    } catch (IOException | InterruptedException gone) {
      ended("starting a change: " + gone);
    }
  }

  // -- what is seen

  private void measure() throws IOException {
    String tool = Path.of(ServerProcess.java()).resolveSibling("jstat").toString();
    Process heaps = new ProcessBuilder(tool, "-gc", String.valueOf(server.pid()), "1000").start();
    Thread.ofPlatform().daemon().start(() -> {
      try (BufferedReader lines = heaps.inputReader()) {
        List<String> head = List.of(lines.readLine().strip().split("\\s+"));
        for (String line = lines.readLine(); line != null && !over; line = lines.readLine()) {
          String[] values = line.strip().split("\\s+");
          double used = Stream.of("S0U", "S1U", "EU", "OU").mapToDouble(name -> Double.parseDouble(values[head.indexOf(name)])).sum();
          mostHeap = Math.max(mostHeap, used / 1024);
          mostResident = Math.max(mostResident, server.resident());
          try (Stream<Path> threads = Files.list(Path.of("/proc", String.valueOf(server.pid()), "task"))) {
            mostThreads = Math.max(mostThreads, threads.count());
          }
        }
      } catch (IOException gone) {
        ended("memory: " + gone);
      } finally {
        heaps.destroy();
      }
    });
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create(server.address() + path)).build(), BodyHandlers.ofString());
  }

  private JsonNode json(String path) throws IOException, InterruptedException {
    return JSON.readTree(get(path).body());
  }

  private String state(String pipeline, int number) throws IOException, InterruptedException {
    HttpResponse<String> answer = get("/api/v1/pipelines/" + pipeline + "/changes/" + number);
    return answer.statusCode() == 200 ? JSON.readTree(answer.body()).get("state").asString() : "queued";
  }

  private static String load() throws IOException {
    String[] said = Files.readString(Path.of("/proc/loadavg")).split(" ");
    return said[0] + ", " + said[1] + ", " + said[2];
  }

  private static double seconds(long begin) {
    return (System.nanoTime() - begin) / 1e9;
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void timed(Map<String, Double> took, String what, Work work) {
    long begin = System.nanoTime();
    String said = "";
    try {
      work.run();
    } catch (Exception failed) {
      said = " FAILED " + failed.getMessage();
    }
    synchronized (took) {
      took.put(what + said, seconds(begin));
    }
  }

  // -- containers

  private static List<JsonNode> containers(boolean running) throws IOException {
    String filters = URLEncoder.encode("{\"label\":[\"millrace.installation\"]}", UTF_8);
    try (var engine = new RawEngine(TestImages.HOST.substring("unix://".length()))) {
      var ours = new ArrayList<JsonNode>();
      for (JsonNode container : JSON.readTree(engine.ask("GET", "/containers/json?filters=" + filters + (running ? "" : "&all=1")).text())) {
        if (container.get("Labels").get("millrace.change").asString().startsWith("load-")) {
          ours.add(container);
        }
      }
      return ours;
    }
  }

  private static int count(boolean running) throws IOException {
    return containers(running).size();
  }

  private static int sleepers() throws IOException {
    return (int) containers(true).stream().filter(its -> its.get("Labels").get("millrace.change").asString().startsWith("load-sleep")).count();
  }

  private static void removeContainers() throws IOException {
    try (var engine = new RawEngine(TestImages.HOST.substring("unix://".length()))) {
      for (JsonNode container : containers(false)) {
        engine.ask("DELETE", "/containers/" + container.get("Id").asString() + "?force=1&v=1");
      }
    }
  }

  // -- git

  private Path repository(String name) throws IOException, InterruptedException {
    Path directory = Files.createDirectories(server.directory().resolve(name));
    git(directory, "init", "-q", "-b", "main");
    git(directory, "config", "core.compression", "0");
    git(directory, "config", "core.bigFileThreshold", "1m");
    git(directory, "remote", "add", "origin", server.address() + "/git/" + name + ".git");
    return directory;
  }

  private static void commit(Path directory) throws IOException, InterruptedException {
    git(directory, "add", ".");
    git(directory, "commit", "-q", "--allow-empty", "-m", "Go on");
  }

  private static void push(Path directory, String what) throws IOException, InterruptedException {
    git(directory, "push", "-q", "origin", what);
  }

  private static String git(Path directory, String... arguments) throws IOException, InterruptedException {
    return git(directory, null, arguments);
  }

  private static String git(Path directory, @Nullable Path input, String... arguments) throws IOException, InterruptedException {
    List<String> command =
        Stream.concat(
                Stream.of("git", "-c", "user.name=bench", "-c", "user.email=bench@example.org", "-c", "http.postBuffer=1048576"),
                Arrays.stream(arguments))
            .toList();
    var builder = new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    if (input != null) {
      builder.redirectInput(input.toFile());
    }
    builder.environment().put("GIT_CONFIG_GLOBAL", "/dev/null");
    builder.environment().put("no_proxy", "*");
    Process process = builder.start();
    String output;
    try (var said = new BufferedInputStream(process.getInputStream())) {
      output = new String(said.readAllBytes(), UTF_8);
    }
    if (process.waitFor() != 0) {
      throw new IllegalStateException(command + ": " + output);
    }
    return output;
  }
}
