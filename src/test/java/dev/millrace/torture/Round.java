package dev.millrace.torture;

import dev.millrace.git.Elsewhere;
import dev.millrace.git.Worktree;
import dev.millrace.runner.docker.TestImages;
import dev.millrace.stories.Cable;
import dev.millrace.torture.Ledger.Fate;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// One server with its clients, from an empty data directory to the verdict. What is done to it, and when, follows from the
/// seed; how the processes meet is theirs.
final class Round {
  private static final Path ENGINE = Path.of(TestImages.HOST.substring("unix://".length()));
  private static final Duration START = Duration.ofSeconds(60);
  private static final int PATIENCE_SECONDS = 12;

  /// What may happen to the server besides being killed.
  ///
  /// @param engine the engine is one of our own, and is killed, too
  /// @param disk the data directory is small, and gets full
  /// @param clock the server's clock jumps
  record Faults(boolean engine, boolean disk, boolean clock) {
    static final Faults HARMLESS = new Faults(false, false, false);
  }

  /// What came of it.
  ///
  /// @param missed moments that did not come in time
  /// @param kept the directory, if there is a finding
  record Result(
      long seed, Map<Moment, Integer> kills, Map<Moment, Integer> missed, Map<String, Integer> troubles, String counts,
      List<String> findings, Duration took, Path kept) {
    int killed() {
      return kills.values().stream().mapToInt(Integer::intValue).sum();
    }

    String line() {
      return "seed %d, %d s: %d kills (%s)%s; %s; %s"
          .formatted(
              seed, took.toSeconds(), killed(), words(kills),
              (missed.isEmpty() ? "" : ", missed " + words(missed)) + (troubles.isEmpty() ? "" : ", " + troubles), counts,
              findings.isEmpty() ? "no finding" : findings.size() + " FINDINGS in " + kept + "\n  " + String.join("\n  ", findings));
    }

    private static String words(Map<Moment, Integer> moments) {
      return moments.entrySet().stream()
          .map(entry -> entry.getKey() + (entry.getValue() == 1 ? "" : " " + entry.getValue()))
          .collect(Collectors.joining(" "));
    }
  }

  private final long seed;
  private final List<Moment> plan;
  private final Faults faults;
  private final Random random;
  private final Map<Moment, Integer> kills = new EnumMap<>(Moment.class);
  private final Map<Moment, Integer> missed = new EnumMap<>(Moment.class);
  private final Map<String, Integer> troubles = new java.util.TreeMap<>();
  private final List<String> findings = new ArrayList<>();
  private final Path folder;
  private final Trace trace;
  private final Ledger ledger = new Ledger();
  private final List<Client> clients = new ArrayList<>();
  private Victim victim;
  private Between between;
  private Witness witness;
  private OwnEngine own;
  private SkewedClock clock;
  private Path engine = ENGINE;
  private Cable cable;
  private boolean small;
  private boolean engineFaulty;
  private boolean engineKilled;
  private boolean clockWrong;

  /// The containers that somebody removed.
  private final Set<String> removed = new HashSet<>();

  Round(long seed, int kills, Faults faults) throws IOException {
    this(seed, List.of(Moment.values()), kills, faults);
  }

  /// @param moments to choose from
  Round(long seed, List<Moment> moments, int kills, Faults faults) throws IOException {
    this.seed = seed;
    this.faults = faults;
    this.random = new Random(seed);
    this.folder = Files.createTempDirectory("torture-");
    this.trace = new Trace(folder.resolve("trace"));
    this.plan = plan(random, moments, kills);
  }

  private static List<Moment> plan(Random random, List<Moment> moments, int kills) {
    List<Moment> plan = new ArrayList<>();
    while (plan.size() < kills) {
      List<Moment> deck = new ArrayList<>(moments);
      Collections.shuffle(deck, random);
      plan.addAll(deck.subList(0, Math.min(deck.size(), kills - plan.size())));
    }
    return plan;
  }

  Result run() throws Exception {
    long begin = System.nanoTime();
    System.out.println("seed " + seed + " in " + folder);
    String image = TestImages.busybox();
    boolean far = random.nextInt(3) == 0;
    int memory = random.nextInt(6) == 0 ? 64 : 160;
    Runtime.getRuntime().addShutdownHook(new Thread(this::bury));
    if (faults.engine()) {
      own = new OwnEngine(folder.resolve("e"), random.nextBoolean());
      own.take(image);
      engine = own.socket();
    }
    Path data = Files.createDirectories(folder.resolve("data"));
    if (faults.disk()) {
      Worktree.Ended mounted = Worktree.run(folder, "mount", "-t", "tmpfs", "-o", "size=160m", "none", data.toString());
      small = mounted.code() == 0;
    }
    clock = faults.clock() ? SkewedClock.in(folder).orElse(null) : null;
    String counts = "";
    try (Witness witness = new Witness(engine);
        Between proxy = new Between(folder.resolve("p.sock"), engine, trace);
        Victim server = new Victim(folder, data, proxy.host(), memory, clock == null ? Map.of() : clock.environment());
        Hearing hearing = new Hearing(server, ledger)) {
      between = proxy;
      victim = server;
      this.witness = witness;
      List<Checker.Line> lines = new ArrayList<>();
      Elsewhere elsewhere = far ? new Elsewhere(folder) : null;
      try {
        if (far) {
          cable = new Cable(URI.create(elsewhere.url()).getPort());
        }
        List<Thread> threads = begin(image, elsewhere, lines);
        Thread.ofVirtual().start(hearing);
        torture(hearing);
        end(threads);
        Checker checker =
            new Checker(victim, between, witness, ledger, hearing, lines, engineFaulty, engineKilled, clockWrong, removed, folder, engine);
        if (up()) {
          findings.addAll(checker.check());
          counts = checker.counts() + ", " + ledger.counts();
        }
      } catch (Exception | AssertionError e) {
        findings.add("broken off: " + e);
        e.printStackTrace();
      } finally {
        clients.forEach(Client::finish);
        if (cable != null) {
          cable.close();
        }
        if (far) {
          elsewhere.close();
        }
      }
      server.kill();
      Set<String> ours = between.starts().keySet();
      Engines.remove(engine, Engines.containers(engine, "millrace-").stream().filter(ours::contains).toList());
    } finally {
      if (own != null) {
        own.close();
      }
      if (small) {
        if (!findings.isEmpty()) {
          Worktree.run(folder, "cp", "-r", "data", "kept");
        }
        Worktree.run(folder, "umount", "-l", data.toString());
      }
    }
    trace.close();
    if (findings.isEmpty()) {
      OwnEngine.delete(folder);
    }
    return new Result(
        seed, kills, missed, troubles, (memory < 100 ? "small heap, " : "") + counts, findings,
        Duration.ofNanos(System.nanoTime() - begin), folder);
  }

  private List<Thread> begin(String image, Elsewhere elsewhere, List<Checker.Line> lines) throws Exception {
    for (Moment moment : plan) {
      if (moment == Moment.MIGRATING) {
        victim.begin();
        Thread.sleep(200 + random.nextInt(2500));
        victim.kill();
        kills.merge(moment, 1, Integer::sum);
      }
    }
    restart();
    Worktree definers = Client.clone(victim.address() + "/git/pipelines.git", folder.resolve("pipelines"));
    definers.file("mill.yml", Flow.definition("mill", image, 0));
    if (elsewhere != null) {
      Files.writeString(
          victim.data().resolve("credentials"), "http://ada:" + Elsewhere.TOKEN + "@" + URI.create(cable.address()).getAuthority() + "\n");
      Files.setPosixFilePermissions(
          victim.data().resolve("credentials"), java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
      definers.file("far.yml", Flow.definition("{url: \"" + cable.address() + "/git/acme.git\", poll: 5s}", image, 0));
      Worktree clone = Client.clone(elsewhere.urlOfAda(), folder.resolve("far"));
      Path acme = folder.resolve("elsewhere/acme.git");
      record(acme);
      seed(clone);
      lines.add(new Checker.Line("far", acme));
      clients.add(new Client("cf", "far", true, clone, null, image, victim, ledger, seed + 9));
    }
    ledger.definition(definers.commit("Begin").hex());
    definers.git("push", "-q", "origin", "HEAD:refs/heads/main");
    Path mill = victim.data().resolve("git/mill.git");
    record(mill);
    for (int i = 0; i < 3; i++) {
      Worktree clone = Client.clone(victim.address() + "/git/mill.git", folder.resolve("c" + i));
      if (i == 0) {
        seed(clone);
      }
      clients.add(new Client("c" + i, "mill", false, clone, i == 0 ? definers : null, image, victim, ledger, seed * 31 + i));
    }
    lines.addFirst(new Checker.Line("mill", mill));
    return clients.stream().map(client -> Thread.ofPlatform().daemon().start(client)).toList();
  }

  /// From now on git itself writes down where main was.
  private static void record(Path repository) throws IOException {
    Files.createFile(Files.createDirectories(repository.resolve("logs/refs/heads")).resolve("main"));
  }

  private static void seed(Worktree clone) {
    clone.git("checkout", "-q", "-B", "main");
    clone.file("step.sh", Flow.SCRIPT).file("ballast", "ballast\n".repeat(40_000));
    clone.commit("Begin");
    clone.git("push", "-q", "origin", "HEAD:refs/heads/main");
  }

  private void torture(Hearing hearing) throws Exception {
    for (Moment moment : plan) {
      if (moment == Moment.MIGRATING) {
        continue;
      }
      Thread.sleep(random.nextInt(1200));
      trouble();
      up();
      trace.say("aims at " + moment);
      boolean hit = strike(moment);
      trace.say(hit ? "killed" : "missed");
      clients.forEach(client -> client.calm(false));
      (hit ? kills : missed).merge(moment, 1, Integer::sum);
      if (hit || !victim.alive()) {
        boolean away = moment == Moment.OUTLIVING || random.nextInt(6) == 0;
        Thread.sleep(away ? random.nextInt(10_000) : random.nextInt(700));
        if (random.nextInt(6) == 0) {
          clearUp(hearing);
        }
        restart();
      }
    }
  }

  /// Whether the server was killed at this moment.
  private boolean strike(Moment moment) throws Exception {
    CountDownLatch struck = new CountDownLatch(1);
    Runnable blow =
        () -> {
          victim.kill();
          struck.countDown();
        };
    // a step that is to run for a while needs a main that stays where it is
    boolean calm = moment == Moment.OUTLIVING;
    clients.forEach(client -> client.calm(calm));
    (calm ? List.of(clients.getLast()) : clients).forEach(client -> client.nudge(moment));
    switch (moment) {
      case STARTING -> {
        victim.kill();
        victim.begin();
        Thread.sleep(random.nextInt(3000));
        blow.run();
      }
      case STOPPING -> {
        Thread.sleep(random.nextInt(1500));
        boolean _ = victim.end(Duration.ofMillis(random.nextInt(4000)));
        blow.run();
      }
      case ANY, MIGRATING -> {
        Thread.sleep(random.nextInt(1500));
        blow.run();
      }
      case OUTLIVING -> {
        if (!Waiting.until(Duration.ofSeconds(3 * PATIENCE_SECONDS), () -> witness.runs(".soak.", Duration.ofSeconds(4)))) {
          return false;
        }
        blow.run();
      }
      case PUSHING, RECORDING, PROMOTING, DEFINING -> {
        Path repository = victim.data().resolve(moment == Moment.DEFINING ? "git/pipelines.git" : "git/mill.git");
        int later = random.nextInt(4) == 0 ? 0 : random.nextInt(12_000);
        try (GitWatch watch = new GitWatch(repository, moment, later, blow)) {
          if (!struck.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && watch.disarm()) {
            return false;
          }
          return struck.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
      }
      case CREATE_WANTED, CREATED, COPYING, COPIED, START_WANTED, STARTED, FOLLOWING, ENDED, COLLECTING, STOP_WANTED,
              STOPPED, REMOVE_WANTED, REMOVED -> {
        between.arm(moment, random.nextInt(3), blow);
        if (!struck.await(PATIENCE_SECONDS, TimeUnit.SECONDS) && between.disarm()) {
          return false;
        }
        return struck.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
    }
    return true;
  }

  private void trouble() throws Exception {
    int dice = random.nextInt(100);
    if (dice < 20) {
      engineFaulty = true;
      Between.Trouble kind = Between.Trouble.values()[random.nextInt(Between.Trouble.values().length)];
      note("engine " + kind.toString().toLowerCase(java.util.Locale.ROOT));
      between.play(kind);
      Thread.sleep(200 + random.nextInt(3500));
      between.mend();
    } else if (dice < 30) {
      note("engine cut");
      between.cut();
    } else if (dice < 40 && cable != null) {
      note("network cut");
      cable.cut();
      Thread.sleep(random.nextInt(4000));
      cable.mend();
    } else if (dice < 60 && own != null) {
      note("engine killed");
      engineFaulty = true;
      engineKilled = true;
      own.kill();
      Thread.sleep(random.nextInt(2000));
      own.start();
    } else if (dice < 70 && clock != null) {
      int seconds = random.nextInt(-4000, 4000);
      note(seconds < 0 ? "clock back" : "clock ahead");
      clockWrong = true;
      clock.jump(seconds);
    } else if (dice < 75 && small) {
      note("disk full");
      engineFaulty = true;
      fill();
    }
  }

  /// Somebody removes the containers of steps that are known to have begun, while there is no server.
  private void clearUp(Hearing hearing) throws IOException {
    Set<String> begun = hearing.begun();
    List<String> containers =
        Engines.containers(engine, "millrace-").stream()
            .filter(between.starts()::containsKey)
            .filter(name -> begun.contains(name.substring(name.indexOf('.') + 1)))
            .toList();
    if (!containers.isEmpty()) {
      note("containers removed");
      Engines.remove(engine, containers);
      removed.addAll(containers);
    }
  }

  /// Nothing of it outlives this process.
  private void bury() {
    if (victim != null && victim.alive()) {
      victim.kill();
    }
  }

  private void note(String what) {
    trace.say(what);
    troubles.merge(what, 1, Integer::sum);
  }

  private void fill() throws IOException, InterruptedException {
    Path ballast = victim.data().resolve("lost+found");
    Worktree.run(folder, "dd", "if=/dev/zero", "of=" + ballast, "bs=64k");
    Thread.sleep(1000 + random.nextInt(3000));
    Files.delete(ballast);
    if (victim.status("/health/live") != 200) {
      // it is filled at the speed of memory: the last 8 MB may go while the database writes, which then needs a new start
      note("stopped by a full disk");
      victim.kill();
      restart();
    } else if (!Waiting.until(Duration.ofSeconds(PATIENCE_SECONDS), () -> victim.status("/health/ready") == 200)) {
      findings.add("stuck: the server does not go on when there is room again: see server.log");
    }
  }

  private void restart() throws IOException, InterruptedException {
    // as it was left, for whoever looks into a finding
    if (Files.exists(victim.data().resolve("millrace.mv.db"))) {
      Files.copy(victim.data().resolve("millrace.mv.db"), folder.resolve("db-" + victim.starts() + ".mv.db"));
    }
    trace.say("starts the server, for the " + victim.starts() + "th time");
    victim.begin();
    boolean ready = victim.ready(START);
    trace.say("the server is " + (ready ? "ready" : "not ready"));
    if (!ready) {
      findings.add("stuck: the server does not start: see server.log");
    }
  }

  private void end(List<Thread> threads) throws InterruptedException, IOException {
    clients.forEach(Client::finish);
    for (Thread thread : threads) {
      thread.join(Duration.ofSeconds(90));
    }
    long there = ledger.pushes().stream().filter(push -> push.fate() == Fate.TAKEN).count();
    if (there == 0) {
      findings.add("broken off: no push was taken, so nothing was proved");
    }
  }

  /// Whether the server is there; one that has gone without being killed is a finding.
  private boolean up() throws IOException, InterruptedException {
    if (!victim.alive()) {
      findings.add("stuck: the server has ended by itself: see server.log");
      restart();
    } else if (victim.status("/health/live") != 200) {
      findings.add("stuck: the server stopped working: see server.log");
      return false;
    }
    return true;
  }
}
