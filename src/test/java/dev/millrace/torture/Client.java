package dev.millrace.torture;

import dev.millrace.git.Worktree;
import dev.millrace.torture.Ledger.Fate;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Somebody who works with the server, with the real git and over HTTP, and takes down what is answered.
final class Client implements Runnable {
  private static final Pattern NUMBER = Pattern.compile("(?:mill|far)#(\\d+): \\S+ goes into");
  private static final List<String> STAGES = List.of("check", "check", "soak", "main", "after");
  private static final JsonMapper JSON = new JsonMapper();

  /// With more on the way nobody pushes.
  private static final int CROWD = 7;

  private static final int PATIENT_SECONDS = 12;

  private final String name;
  private final String pipeline;
  private final boolean remote;
  private final Worktree clone;
  private final Worktree definers;
  private final String image;
  private final Victim victim;
  private final Ledger ledger;
  private final Random random;
  private final List<String> mine = new ArrayList<>();
  private int count;
  private boolean slow;
  private boolean patient;
  private volatile boolean done;
  private volatile Moment wanted;
  private volatile boolean calm;

  /// @param definers its clone of the pipeline repository; null if it defines nothing
  Client(
      String name, String pipeline, boolean remote, Worktree clone, Worktree definers, String image, Victim victim,
      Ledger ledger, long seed) {
    this.name = name;
    this.pipeline = pipeline;
    this.remote = remote;
    this.clone = clone;
    this.definers = definers;
    this.image = image;
    this.victim = victim;
    this.ledger = ledger;
    this.random = new Random(seed);
  }

  /// After what it does now it does nothing more.
  void finish() {
    done = true;
  }

  /// What it does next makes this moment come.
  void nudge(Moment moment) {
    wanted = moment;
  }

  /// While it is calm it does nothing but what it is nudged to.
  void calm(boolean now) {
    calm = now;
  }

  @Override
  public void run() {
    while (!done) {
      try {
        Thread.sleep(random.nextInt(400));
        if (!calm || wanted != null) {
          act(dice());
        }
      } catch (IOException e) {
        ledger.noAnswer();
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | AssertionError e) {
        ledger.odd(name + ": " + e);
      }
    }
  }

  private int dice() {
    Moment moment = wanted;
    wanted = null;
    if (moment == Moment.DEFINING && definers != null) {
      return 0;
    }
    if (moment == Moment.PUSHING || moment == Moment.RECORDING) {
      return 20;
    }
    if (moment == Moment.OUTLIVING) {
      slow = true;
      return 20;
    }
    if (moment == Moment.STARTED || moment == Moment.FOLLOWING) {
      patient = true;
      return 20;
    }
    if (moment == Moment.STOPPED || moment == Moment.STOP_WANTED) {
      return 80;
    }
    return random.nextInt(100);
  }

  private void act(int dice) throws IOException, InterruptedException {
    JsonNode open = seen("?state=queued&state=running&limit=50");
    boolean room = open.size() < CROWD;
    if (definers != null && dice < 8) {
      define();
    } else if (dice < 50) {
      if (room || slow || patient) {
        pushNew();
      } else {
        Thread.sleep(300);
      }
    } else if (dice < 58 && !mine.isEmpty() && room && !remote) {
      pushMore();
    } else if (dice < 66) {
      pushMain();
    } else if (dice < 76) {
      if (room) {
        trigger();
      }
    } else if (dice < 86) {
      wish("cancellation", "running", "");
    } else if (dice < 95) {
      wish("attempts", random.nextBoolean() ? "failed" : random.nextBoolean() ? "cancelled" : "passed",
          "{\"from\":\"" + STAGES.get(random.nextInt(STAGES.size())) + "\",\"definition\":\""
              + (random.nextBoolean() ? "pinned" : "latest") + "\"}");
    } else if (!mine.isEmpty() && !remote) {
      clone.tryGit("push", "-q", "origin", ":" + mine.removeLast());
    }
    if (remote && random.nextBoolean()) {
      for (JsonNode mirror : victim.json("/api/v1/repositories").path("repositories")) {
        victim.post("/api/v1/repositories/" + mirror.path("name").asString("") + "/fetch", "");
      }
    }
  }

  private String changes() {
    return "/api/v1/pipelines/" + pipeline + "/changes";
  }

  private JsonNode seen(String filter) throws IOException, InterruptedException {
    long asked = System.nanoTime();
    JsonNode found = victim.json(changes() + filter).path("changes");
    found.forEach(change -> ledger.saw(change, asked));
    return found;
  }

  private void pushNew() throws IOException {
    clone.tryGit("fetch", "-q", "origin");
    String branch = "integrate/" + name + "-" + ++count;
    clone.on(branch, "origin/main");
    int kind = slow ? 10 : random.nextInt(100);
    slow = false;
    if (kind < 10) {
      clone.file("bad/" + name + count, "bad\n");
    } else if (kind < 14) {
      clone.file("slow/" + name + count, "slow\n");
    } else if (kind < 30) {
      clone.file("shared", name + count + "\n");
    } else if (kind < 38) {
      byte[] much = new byte[4 << 20];
      random.nextBytes(much);
      Files.write(Files.createDirectories(clone.folder().resolve("much")).resolve(name), much);
    }
    if (patient) {
      patient = false;
      long until = Instant.now().plusSeconds(PATIENT_SECONDS).getEpochSecond();
      clone.file("patient/" + name, until + "\n");
    }
    clone.file("goods/" + name + "-" + count, branch + "\n");
    mine.add(branch);
    push(branch, clone.commit(branch).hex());
  }

  private void pushMore() {
    String branch = mine.getLast();
    clone.git("checkout", "-q", branch);
    clone.file("more/" + name + "-" + ++count, branch + "\n");
    push(branch, clone.commit("More of " + branch).hex());
  }

  private void pushMain() {
    clone.tryGit("fetch", "-q", "origin");
    clone.on("aside", "origin/main");
    clone.file("direct/" + name + "-" + ++count, "\n");
    push("main", clone.commit("Straight to main " + name + count).hex());
  }

  private void push(String branch, String commit) {
    boolean held = !remote && !branch.equals("main") && random.nextInt(12) == 0;
    List<String> arguments = new ArrayList<>(List.of("push"));
    if (held) {
      arguments.addAll(List.of("-o", "wait"));
    }
    arguments.addAll(List.of("origin", "HEAD:refs/heads/" + branch));
    Worktree.Ended ended = clone.tryGit(arguments.toArray(String[]::new));
    String told = ended.output();
    Matcher number = NUMBER.matcher(told);
    boolean refused = told.contains("! [");
    Fate fate = ended.code() == 0 ? Fate.TAKEN : refused ? Fate.REFUSED : Fate.UNKNOWN;
    ledger.push(
        new Ledger.Push(
            pipeline, branch, commit, fate, number.find() ? Integer.parseInt(number.group(1)) : 0,
            held && ended.code() == 0, told));
  }

  private void define() throws IOException {
    definers.tryGit("fetch", "-q", "origin");
    definers.on("main", "origin/main");
    definers.file("mill.yml", Flow.definition("mill", image, ++count));
    String commit = definers.commit("Version " + count).hex();
    if (definers.tryGit("push", "-q", "origin", "HEAD:refs/heads/main").code() == 0) {
      ledger.definition(commit);
    }
  }

  private void trigger() throws IOException, InterruptedException {
    String body =
        random.nextInt(3) == 0 || mine.isEmpty()
            ? "{\"branch\":\"main\"}"
            : "{\"branch\":\"" + mine.get(random.nextInt(mine.size())) + "\"}";
    HttpResponse<String> answer = victim.post(changes(), body);
    if (granted(answer)) {
      ledger.wish("trigger", pipeline, JSON.readTree(answer.body()).get("number").asInt());
    }
  }

  private void wish(String kind, String state, String body) throws IOException, InterruptedException {
    JsonNode some = seen("?state=" + state + "&limit=20");
    if (some.isEmpty()) {
      return;
    }
    int number = some.get(random.nextInt(some.size())).get("number").asInt();
    if (granted(victim.post(changes() + "/" + number + "/" + kind, body))) {
      ledger.wish(kind, pipeline, number);
    }
  }

  private boolean granted(HttpResponse<String> answer) {
    if (answer.statusCode() == 500) {
      ledger.odd(answer.uri() + " answered " + answer.body());
    }
    return answer.statusCode() / 100 == 2;
  }

  static Worktree clone(String url, Path folder) throws InterruptedException {
    for (int trials = 0; ; trials++) {
      try {
        return Worktree.clone(url, folder);
      } catch (AssertionError notYet) {
        if (trials == 20) {
          throw notYet;
        }
        Thread.sleep(500);
      }
    }
  }
}
