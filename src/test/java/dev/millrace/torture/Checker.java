package dev.millrace.torture;

import dev.millrace.git.Worktree;
import dev.millrace.torture.Ledger.Fate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Decides afterwards whether something was lost or done twice. It knows what the clients were told, the repositories, what
/// the steps wrote down, what the engine says of its containers, and the HTTP API; of the server it knows nothing.
final class Checker {
  private static final Duration QUIET = Duration.ofSeconds(120);
  private static final Duration CLEAN = Duration.ofSeconds(45);

  /// How long after its time a step may go on before it is asked to stop, with the server there: much less than it would
  /// have if its time were counted from the server's start.
  private static final Duration SOON = Duration.ofSeconds(6);

  /// The same, when the engine may not have been there to be asked.
  private static final Duration LATER = Duration.ofSeconds(15);

  private static final Set<String> ENDS = Set.of("attempt.passed", "attempt.failed", "attempt.errored", "attempt.cancelled");

  private static final Pattern TRAILER = Pattern.compile("(?m)^Change: ([a-z]+)#(\\d+)$");
  private static final Pattern TREE = Pattern.compile("(?m)^tree ([0-9a-f]{40})$");
  private static final Pattern TOKEN = Pattern.compile("token [0-9a-f-]{36}");
  private static final Pattern OBJECT = Pattern.compile("[0-9a-f]{2}/[0-9a-f]{38}|pack/pack-[0-9a-f]{40}\\.(pack|idx|rev|bitmap)|info/.*");

  /// A pipeline whose branches land somewhere.
  ///
  /// @param repository on disk, where the branches land
  record Line(String name, Path repository) {}

  private static final JsonMapper JSON = new JsonMapper();

  private final Victim victim;
  private final Between between;
  private final Witness witness;
  private final Ledger ledger;
  private final Hearing hearing;
  private final List<Line> lines;
  private final boolean faults;
  private final boolean engineKilled;
  private final boolean clockWrong;
  private final Set<String> removed;
  private final Path folder;
  private final Path engine;
  private final List<String> findings = new ArrayList<>();
  private final Map<String, String> trees = new HashMap<>();
  private int attempts;
  private int landings;
  private int changesSeen;

  /// @param faults whether the engine was in trouble, so that a step may not have been started
  /// @param engineKilled whether the engine itself was killed, and with it perhaps steps and what they printed
  /// @param clockWrong whether the server's clock was set, so that its times are not those of the engine and the clients
  /// @param removed the containers that somebody removed, so that nobody knows how their steps ended
  Checker(
      Victim victim, Between between, Witness witness, Ledger ledger, Hearing hearing, List<Line> lines,
      boolean faults, boolean engineKilled, boolean clockWrong, Set<String> removed, Path folder, Path engine) {
    this.victim = victim;
    this.between = between;
    this.witness = witness;
    this.ledger = ledger;
    this.hearing = hearing;
    this.lines = lines;
    this.faults = faults;
    this.engineKilled = engineKilled;
    this.clockWrong = clockWrong;
    this.removed = removed;
    this.folder = folder;
    this.engine = engine;
  }

  String counts() {
    return changesSeen + " changes, " + landings + " landed, " + attempts + " attempts";
  }

  /// Everything that is wrong; to be called with the server there.
  List<String> check() throws IOException, InterruptedException {
    quiet();
    Map<String, List<JsonNode>> changes = new LinkedHashMap<>();
    for (Line line : lines) {
      long asked = System.nanoTime();
      changes.put(line.name(), victim.changes(line.name()));
      changes.get(line.name()).forEach(change -> ledger.saw(change, asked));
      changesSeen += changes.get(line.name()).size();
    }
    checkDefinitions();
    for (Line line : lines) {
      List<JsonNode> its = changes.get(line.name());
      checkPushes(line, its);
      checkWishes(line, its);
      Set<String> tested = new HashSet<>();
      checkAttempts(line, its, tested);
      checkTarget(line, its, tested);
    }
    checkContainers(changes);
    try (Hearing all = new Hearing(victim, ledger)) {
      Thread.ofVirtual().start(all);
      if (!Waiting.until(CLEAN, () -> hearing.heardUpTo() > 0 && all.heardUpTo() == hearing.heardUpTo())) {
        found("stuck: who listened is at event %d, and who asks now at %d".formatted(hearing.heardUpTo(), all.heardUpTo()));
      }
      if (!victim.end(Duration.ofSeconds(30))) {
        found("stuck: the server does not end when it is asked to");
        victim.kill();
      }
      checkEvents(hearing.heard(), all.heard());
    }
    checkFiles();
    ledger.oddities().forEach(this::found);
    return findings;
  }

  private void found(String what) {
    findings.add(what);
  }

  private void quiet() throws IOException, InterruptedException {
    // by a wrong clock a slow step's time may never be over
    Duration quiet = clockWrong ? QUIET.multipliedBy(3) : QUIET;
    long end = System.nanoTime() + quiet.toNanos();
    List<String> open = List.of("?");
    while (!open.isEmpty() && System.nanoTime() < end) {
      Thread.sleep(200);
      open = new ArrayList<>();
      for (Line line : lines) {
        for (JsonNode change : victim.json("/api/v1/pipelines/" + line.name() + "/changes?state=queued&state=running").path("changes")) {
          open.add(line.name() + "#" + change.path("number").asInt() + " is " + change.path("state").asString(""));
        }
      }
    }
    open.forEach(change -> found("stuck: " + change + " after " + quiet.toSeconds() + " s of quiet"));
    String ready = victim.get("/health/ready").body().strip();
    if (!ready.equals("ready")) {
      found("stuck: the server says: " + ready);
    }
  }

  /// @param heard by who listened all the time
  /// @param all by who asked for everything in the end
  private void checkEvents(Map<Long, String> heard, Map<Long, String> all) {
    Set<Long> numbers = new TreeSet<>(all.keySet());
    numbers.addAll(heard.keySet());
    for (long number : numbers) {
      if (!Objects.equals(heard.get(number), all.get(number))) {
        found("lost: event " + number + " is " + all.get(number) + ", and who listened heard " + heard.get(number));
      }
    }
    Map<String, Integer> ends = new TreeMap<>();
    for (String event : all.values()) {
      JsonNode moved = JSON.readTree(event);
      if (ENDS.contains(moved.path("what").asString(""))) {
        String name = "%s#%d/%s/%s/%d".formatted(
            moved.path("pipeline").asString(""), moved.path("change").asInt(), moved.path("stage").asString(""),
            moved.path("step").asString(""), moved.path("attempt").asInt());
        ends.merge(name, 1, Integer::sum);
      }
    }
    ends.forEach((name, times) -> {
      if (times > 1) {
        found("twice: " + name + " ended " + times + " times");
      }
    });
  }

  private void checkDefinitions() throws IOException, InterruptedException {
    Path repository = victim.data().resolve("git/pipelines.git");
    String head = git(repository, "rev-parse", "refs/heads/main");
    for (String commit : ledger.definitions()) {
      if (!contains(repository, commit, head)) {
        found("lost: the definition " + commit + " was taken and is not in the pipeline repository");
      }
    }
    for (Line line : lines) {
      String known = victim.json("/api/v1/pipelines/" + line.name()).path("definition").asString("");
      // one whose file a commit leaves alone stays with the commit that wrote it
      String file = ":" + line.name() + ".yml";
      if (!contains(repository, known, head)
          || !git(repository, "rev-parse", known + file).equals(git(repository, "rev-parse", head + file))) {
        found("lost: " + line.name() + " follows the definition of " + known + ", not that of " + head);
      }
    }
  }

  private void checkPushes(Line line, List<JsonNode> changes) {
    Map<String, String> refs = refs(line.repository());
    for (Ledger.Push push : ledger.pushes()) {
      if (!push.pipeline().equals(line.name()) || push.branch().equals("main")) {
        continue;
      }
      List<JsonNode> its = changes.stream().filter(change -> is(change, push)).toList();
      boolean there = push.commit().equals(refs.get("refs/heads/" + push.branch()));
      if (its.isEmpty() && (push.fate() == Fate.TAKEN || there)) {
        found("lost: the push of " + push.branch() + " at " + push.commit() + " (" + push.fate() + ") has no change; it was told " + push.told());
      }
      long pushed = its.stream().filter(change -> change.path("by").asString("").startsWith("a push by")).count();
      if (pushed > 1) {
        found("twice: the push of " + push.branch() + " at " + push.commit() + " was taken up " + pushed + " times");
      }
      if (push.number() > 0 && its.stream().noneMatch(change -> change.path("number").asInt() == push.number())) {
        found("lost: " + line.name() + "#" + push.number() + " was told to be " + push.branch() + " at " + push.commit());
      }
      if (push.held() && its.stream().noneMatch(change -> change.path("landed").asBoolean())) {
        found("lost: a push that waited was told that " + push.branch() + " has landed, and it has not");
      }
    }
    for (int i = 0; i < changes.size(); i++) {
      if (changes.get(i).path("number").asInt() != i + 1) {
        found("lost: there is no " + line.name() + "#" + (i + 1));
        break;
      }
    }
  }

  private static boolean is(JsonNode change, Ledger.Push push) {
    return push.commit().equals(change.path("commit").asString("")) && push.branch().equals(change.path("branch").asString(""));
  }

  private void checkWishes(Line line, List<JsonNode> changes) {
    List<Ledger.Wish> wishes = ledger.wishes().stream().filter(wish -> wish.pipeline().equals(line.name())).toList();
    for (Ledger.Wish wish : wishes) {
      String id = line.name() + "#" + wish.number();
      if (wish.number() > changes.size()) {
        found("lost: " + id + ", which was granted");
        continue;
      }
      JsonNode change = changes.get(wish.number() - 1);
      String state = change.path("state").asString("");
      boolean later = wishes.stream().anyMatch(other -> other.number() == wish.number() && other.kind().equals("attempts") && other.at().isAfter(wish.at().minusSeconds(5)));
      if (wish.kind().equals("cancellation") && !later && !state.equals("cancelled")) {
        found("lost: the cancellation of " + id + " was granted, and it is " + state);
      }
      String finished = change.path("finishedAt").asString("");
      if (!clockWrong && wish.kind().equals("attempts") && !finished.isEmpty() && Instant.parse(finished).isBefore(wish.at().minusSeconds(1).minus(ANSWERED))) {
        found("lost: " + id + " was to run again at " + wish.at() + ", and ended at " + finished);
      }
    }
  }

  /// How long an answer may have taken to its client.
  private static final Duration ANSWERED = Duration.ofSeconds(5);

  private void checkAttempts(Line line, List<JsonNode> changes, Set<String> tested)
      throws IOException, InterruptedException {
    Map<String, Witness.Life> lives = witness.lives(prefix());
    Map<String, Map<String, Boolean>> passes = new HashMap<>();
    for (JsonNode change : changes) {
      for (JsonNode stage : change.path("stages")) {
        for (JsonNode step : stage.path("steps")) {
          for (JsonNode attempt : step.path("attempts")) {
            if (stage.path("name").asString("").equals("main")) {
              continue;
            }
            attempts++;
            String place = change.path("number").asInt() + "." + stage.path("name").asString("") + "." + step.path("name").asString("");
            String name = prefix() + line.name() + "." + place + "." + attempt.path("attempt").asInt();
            String log = log(line, change, stage, step, attempt);
            checkAttempt(name, attempt, lives.get(name), log);
            Matcher tree = TREE.matcher(log);
            if (attempt.path("state").asString("").equals("passed") && tree.find()) {
              passes.computeIfAbsent(tree.group(1), _ -> new HashMap<>()).put(step.path("name").asString(""), true);
            }
          }
        }
      }
    }
    passes.forEach((tree, steps) -> {
      if (steps.keySet().containsAll(Set.of("lint", "unit", "soak"))) {
        tested.add(tree);
      }
    });
  }

  private String log(Line line, JsonNode change, JsonNode stage, JsonNode step, JsonNode attempt)
      throws IOException, InterruptedException {
    return victim
        .get(
            "/api/v1/pipelines/%s/changes/%d/stages/%s/steps/%s/log?attempt=%d"
                .formatted(
                    line.name(), change.path("number").asInt(), stage.path("name").asString(""),
                    step.path("name").asString(""), attempt.path("attempt").asInt()))
        .body();
  }

  private void checkAttempt(String name, JsonNode attempt, Witness.Life life, String log) {
    String state = attempt.path("state").asString("");
    String reason = attempt.path("reason").asString("");
    List<Integer> codes = life == null ? List.of() : life.codes();
    int starts = life == null ? 0 : life.starts().size();
    int told = between.starts().getOrDefault(name, 0);
    if (starts > 1 || told > 1) {
      found("twice: " + name + " was started " + Math.max(starts, told) + " times");
    }
    boolean own = codes.equals(List.of(0)) || codes.equals(List.of(Flow.BAD));
    switch (removed.contains(name) && Set.of("timed-out", "errored").contains(state) ? "lost" : state) {
      case "passed", "failed" -> {
        int code = attempt.path("exitCode").asInt(-1);
        if (!engineKilled && !codes.equals(List.of(code))) {
          found("lost: " + name + " is " + state + " with " + code + " (" + reason + "), and the engine says " + codes);
        }
      }
      case "timed-out" -> {
        if (own && !engineKilled && !clockWrong) {
          found("lost: " + name + " ended with " + codes + ", and is said to have timed out");
        }
        if (!clockWrong && life != null && !life.ends().isEmpty() && !life.starts().isEmpty()
            && Duration.between(life.starts().getFirst(), life.ends().getLast()).toMillis() < Flow.SOAK_SECONDS * 1000 - 200) {
          found("lost: " + name + " was stopped before its time was over");
        }
      }
      case "cancelled", "lost" -> {}
      case "errored" -> {
        if (own) {
          found("lost: " + name + " ended with " + codes + ", and is errored: " + reason);
        } else if (!faults && !engineKilled) {
          found("lost: " + name + " is errored without a fault of the engine: " + reason);
        }
      }
      default -> found("stuck: " + name + " is " + state);
    }
    if (!clockWrong && life != null && !life.starts().isEmpty() && name.contains(".soak.")) {
      checkTime(name, life);
    }
    if (state.equals("passed") || state.equals("failed") || starts > 0) {
      checkLog(name, state, own && (state.equals("passed") || state.equals("failed")), log);
    }
  }

  private void checkTime(String name, Witness.Life life) {
    Instant over = life.starts().getFirst().plusSeconds(Flow.SOAK_SECONDS);
    Instant end = life.ends().isEmpty() ? Instant.now() : life.ends().getLast();
    Instant asked = between.stops().getOrDefault(name, end);
    Instant ended = asked.isBefore(end) ? asked : end;
    Duration patience = faults || engineKilled ? LATER : SOON;
    for (Victim.Up up : victim.ups()) {
      Instant from = up.from().isAfter(over) ? up.from() : over;
      if (up.to().isAfter(from.plus(patience)) && ended.isAfter(from.plus(patience))) {
        found("stuck: %s was to be stopped at %s, and was at %s; the server was there since %s".formatted(name, over, ended, up.from()));
        return;
      }
      if (up.to().isAfter(from.plus(LATER)) && end.isAfter(from.plus(LATER))) {
        found("stuck: " + name + " went on until " + end + ", and its time was over at " + over);
        return;
      }
    }
  }

  /// @param whole whether it ended by itself, so that everything it printed has to be there
  private void checkLog(String name, String state, boolean whole, String log) {
    List<String> said = new ArrayList<>();
    List<String> errors = new ArrayList<>();
    log.lines().forEach(line -> (line.startsWith("error ") ? errors : said).add(line));
    String wrong = wrong(said, errors, whole);
    if (wrong.isEmpty() || !whole && said.isEmpty()) {
      return;
    }
    if (engineKilled && !wrong.startsWith("twice")) {
      // what a killed engine had not written down is nobody's
      return;
    }
    found(wrong + " in the log of " + name + ", which is " + state + ": " + log.replace(Flow.LONG, "LONG").replace("\n", "|"));
  }

  /// What is wrong with what a step is said to have printed; empty if nothing is.
  static String wrong(List<String> said, List<String> errors, boolean whole) {
    long tokens = said.stream().filter(line -> TOKEN.matcher(line).matches()).count();
    if (tokens > 1) {
      return "twice: " + tokens + " tokens";
    }
    if (new HashSet<>(said).size() < said.size() || new HashSet<>(errors).size() < errors.size()) {
      return "twice: a line";
    }
    if (!whole && said.size() < 3) {
      return "";
    }
    if (said.size() < 3 || !TOKEN.matcher(said.get(0)).matches() || !said.get(1).startsWith("tree ") || !said.get(2).startsWith("begin ")) {
      return "lost: the beginning";
    }
    int lines = Integer.parseInt(said.get(2).substring(6));
    List<String> expected = new ArrayList<>(said.subList(0, 3));
    for (int i = 1; i <= lines; i++) {
      expected.add("line " + i);
    }
    if (lines % 9 == 0) {
      expected.add("long " + Flow.LONG);
    }
    expected.add(said.getLast().equals("bad") ? "bad" : "end");
    for (int i = 1; i <= errors.size(); i++) {
      if (!errors.get(i - 1).equals("error " + i * 5)) {
        return "lost: an error line";
      }
    }
    if (whole) {
      return !said.equals(expected) ? "lost: a line" : errors.size() != lines / 5 ? "lost: an error line" : "";
    }
    // the last line of a step that was stopped may be cut
    int known = said.size() - 1;
    return known > expected.size() || !said.subList(0, known).equals(expected.subList(0, known)) ? "lost: a line" : "";
  }

  private String prefix() {
    String one = between.starts().keySet().stream().filter(name -> name.startsWith("millrace-")).findFirst().orElse("millrace-none.");
    return one.substring(0, one.indexOf('.') + 1);
  }

  private void checkTarget(Line line, List<JsonNode> changes, Set<String> tested) {
    Path repository = line.repository();
    String head = git(repository, "rev-parse", "refs/heads/main");
    Set<String> pushed =
        ledger.pushes().stream()
            .filter(push -> push.pipeline().equals(line.name()) && push.branch().equals("main"))
            .map(Ledger.Push::commit)
            .collect(Collectors.toSet());
    Map<Integer, Integer> landed = new TreeMap<>();
    List<String> chain = git(repository, "rev-list", "--first-parent", "--reverse", head).lines().toList();
    Set<String> all = git(repository, "rev-list", head).lines().collect(Collectors.toSet());
    Map<String, String> messages = new HashMap<>();
    for (String commit : chain) {
      String message = git(repository, "show", "-s", "--format=%B", commit);
      messages.put(commit, message);
      Matcher trailer = TRAILER.matcher(message);
      if (trailer.find()) {
        landed.merge(Integer.parseInt(trailer.group(2)), 1, Integer::sum);
      } else if (!pushed.contains(commit) && !message.startsWith("Begin")) {
        found("lost: nobody knows where " + commit + " on main of " + line.name() + " comes from: " + message);
      }
    }
    landings += landed.size();
    landed.forEach((number, times) -> {
      if (times > 1) {
        found("twice: " + line.name() + "#" + number + " landed " + times + " times");
      }
    });
    for (JsonNode change : changes) {
      int number = change.path("number").asInt();
      boolean told = change.path("landed").asBoolean();
      if (change.path("into").isNull()) {
        // started by hand: it has landed if somebody had brought it there before, under no number
        if (told && !all.contains(change.path("commit").asString(""))) {
          found("lost: the commit of " + line.name() + "#" + number + " is not on main, where it was checked");
        }
      } else if (told != landed.containsKey(number)) {
        found((told ? "lost: " : "twice: ") + line.name() + "#" + number + " is " + change.path("state").asString("")
            + (told ? ", has landed, and is not on main" : ", has not landed, and is on main"));
      }
      String commit = change.path("commit").asString("");
      if (told && !contains(repository, commit, head)) {
        found("lost: " + line.name() + "#" + number + " landed without its commit " + commit);
      }
      String branch = change.path("branch").asString("");
      if (told && branch.startsWith("integrate/") && commit.equals(refs(repository).get("refs/heads/" + branch))
          && change.path("into").asString("").equals("main")) {
        found("left: the branch " + branch + " of " + line.name() + "#" + number + ", which has landed");
      }
    }
    for (Ledger.Push push : ledger.pushes()) {
      if (push.pipeline().equals(line.name()) && push.branch().equals("main") && push.fate() == Fate.TAKEN && !chain.contains(push.commit())) {
        found("lost: " + push.commit() + " was pushed to main of " + line.name() + ", and is not there");
      }
    }
    checkMoves(line, chain, pushed, tested, head);
  }

  /// Main's own record of where it was.
  private void checkMoves(Line line, List<String> chain, Set<String> pushed, Set<String> tested, String head) {
    List<String[]> moves = new ArrayList<>();
    try {
      for (String move : Files.readAllLines(line.repository().resolve("logs/refs/heads/main"))) {
        String[] words = move.split(" ", 3);
        // it is written before the move, so a killed server may have written what it did not do
        while (!moves.isEmpty() && !moves.getLast()[1].equals(words[0])) {
          moves.removeLast();
        }
        moves.add(words);
      }
    } catch (IOException e) {
      found("there is no record of main: " + e);
      return;
    }
    if (!moves.isEmpty() && !moves.getLast()[1].equals(head)) {
      moves.removeLast();
    }
    Set<String> been = new HashSet<>();
    for (String[] move : moves) {
      String now = move[1];
      if (!been.add(now)) {
        found("twice: main of " + line.name() + " moved to " + now);
      }
      if (!chain.contains(now)) {
        found("lost: main of " + line.name() + " was at " + now + " and is not beyond it");
      }
      if (!pushed.contains(now) && !message(line, now).startsWith("Begin") && !tested.contains(tree(line, now))) {
        found("lost: main of " + line.name() + " moved to " + now + ", whose files nobody has tested");
      }
    }
  }

  private String message(Line line, String commit) {
    return git(line.repository(), "show", "-s", "--format=%B", commit);
  }

  /// The sum that a step prints.
  private String tree(Line line, String commit) {
    return trees.computeIfAbsent(
        commit,
        _ -> {
          String script =
              """
              set -e
              rm -rf sum && mkdir sum
              git --git-dir='%s' archive %s | tar -x -m -C sum
              cd sum && find . -type f | LC_ALL=C sort | xargs sha1sum | sha1sum | cut -c1-40
              """
                  .formatted(line.repository(), commit);
          return Worktree.run(folder, "sh", "-c", script).output().strip();
        });
  }

  private void checkContainers(Map<String, List<JsonNode>> changes) throws InterruptedException {
    String prefix = prefix();
    Set<String> known = new HashSet<>();
    changes.forEach((pipeline, its) -> its.forEach(change ->
        change.path("stages").forEach(stage ->
            stage.path("steps").forEach(step ->
                step.path("attempts").forEach(attempt ->
                    known.add(prefix + pipeline + "." + change.path("number").asInt() + "." + stage.path("name").asString("")
                        + "." + step.path("name").asString("") + "." + attempt.path("attempt").asInt()))))));
    witness.lives(prefix).forEach((name, life) -> {
      if (!life.starts().isEmpty() && !known.contains(name)) {
        found("lost: " + name + " was started, and no attempt is known by that name");
      }
    });
    List<String> left = new ArrayList<>();
    Waiting.until(CLEAN, () -> {
      left.clear();
      left.addAll(Engines.containers(engine, prefix));
      return left.isEmpty();
    });
    left.forEach(name -> found("left: the container " + name));
    Engines.left(engine, witness.used(prefix)).forEach(name -> found("left: " + name + " of a container"));
  }

  private void checkFiles() throws IOException {
    Path data = victim.data();
    try (Stream<Path> top = Files.list(data)) {
      top.map(path -> path.getFileName().toString())
          .filter(name -> !Set.of("git", "logs", "workspaces", "ssh", "credentials", "millrace.mv.db", "lost+found").contains(name))
          .forEach(name -> found("left: " + name + " in the data directory"));
    }
    for (Path repository : children(data.resolve("git"))) {
      if (repository.getFileName().toString().startsWith(".")) {
        found("left: " + repository);
        continue;
      }
      Path objects = repository.resolve("objects");
      try (Stream<Path> all = Files.walk(repository)) {
        all.filter(Files::isRegularFile).forEach(file -> {
          String inside = objects.relativize(file).toString();
          boolean object = file.startsWith(objects);
          if (object ? !OBJECT.matcher(inside).matches() : file.toString().matches(".*(\\.lock|\\.tmp|/tmp_.*)")) {
            found("left: " + data.relativize(file));
          }
        });
      }
      Worktree.Ended fsck = Worktree.run(repository, "git", "-c", "safe.directory=*", "fsck", "--no-dangling", "--no-progress");
      if (fsck.code() != 0) {
        found("lost: git fsck of " + repository.getFileName() + " says " + fsck.output());
      }
    }
    children(data.resolve("workspaces")).stream()
        .filter(file -> !file.toString().endsWith(".tar"))
        .forEach(file -> found("left: " + data.relativize(file)));
    children(victim.temporary()).forEach(file -> found("left: " + file.getFileName() + " in the temporary directory"));
  }

  private static List<Path> children(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(folder)) {
      return children.toList();
    }
  }

  private static Map<String, String> refs(Path repository) {
    Map<String, String> refs = new HashMap<>();
    git(repository, "for-each-ref", "--format=%(refname) %(objectname)").lines()
        .map(line -> line.split(" "))
        .forEach(words -> refs.put(words[0], words[1]));
    return refs;
  }

  private static boolean contains(Path repository, String commit, String head) {
    return Worktree.run(repository, "git", "-c", "safe.directory=*", "merge-base", "--is-ancestor", commit, head).code() == 0;
  }

  private static String git(Path repository, String... arguments) {
    List<String> command = new ArrayList<>(List.of("git", "-c", "safe.directory=*"));
    command.addAll(List.of(arguments));
    return Worktree.run(repository, command.toArray(String[]::new)).output().strip();
  }
}
