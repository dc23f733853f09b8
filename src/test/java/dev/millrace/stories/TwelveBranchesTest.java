package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.git.Worktree;
import dev.millrace.runner.docker.RawEngine;
import dev.millrace.runner.docker.TestImages;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// Twelve branches at once, not all of them good, with real git and Docker, and a server that is killed in the middle.
@Tag("docker")
@Timeout(300)
class TwelveBranchesTest {
  private static final List<String> GOOD = List.of("bread", "butter", "cheese", "honey", "jam", "milk");
  private static final List<String> BAD = List.of("mould", "rust");
  private static final List<String> CLASHING = List.of("cheap", "dear");

  @TempDir Path folder;
  private final Names names = new Names();
  private KillableServer server;
  private Developer shop;

  @ParameterizedTest(name = "every-commit: {0}")
  @ValueSource(booleans = {false, true})
  void the_good_ones_land_once_and_the_others_never_whatever_happens_to_the_server(boolean everyCommit) throws Exception {
    try (var started = new KillableServer(folder)) {
      server = started;
      define(everyCommit);
      shop.prepare("integrate/tea", "Sell tea", "goods/tea", "good\n");
      // fails the first time that a candidate of its own is tested; see the definition
      shop.prepare("integrate/flaky", "Sell flakes", "goods/flakes", "good\n");
      GOOD.forEach(name -> shop.prepare("integrate/" + name, "Sell " + name, "goods/" + name, "good\n"));
      BAD.forEach(name -> shop.prepare("integrate/" + name, "Sell " + name, "goods/" + name, "bad\n"));
      CLASHING.forEach(name -> shop.prepare("integrate/" + name, "Be " + name, "prices", name + "\n"));

      HeldPush tea = shop.beginPrepared(List.of("wait"), "integrate/tea");
      tea.shows("Waiting for it");
      var pushes = new ArrayList<HeldPush>();
      for (String name : all("flaky", GOOD, BAD, CLASHING)) {
        pushes.add(shop.beginPrepared(List.of(), "integrate/" + name));
        if (name.equals("flaky")) {
          assertThat(pushes.getFirst().ends()).endsWith("exit code 0");
        }
      }
      for (HeldPush push : pushes.subList(1, pushes.size())) {
        assertThat(push.ends()).contains(" goes into main, ").endsWith("exit code 0");
      }
      // alone where the push came well before the others, with one of theirs otherwise, which may pass before its own
      assertThat(tea.ends())
          .containsPattern("test passed\n|landed with shop#\\d+, whose candidate <[^>]+> holds it and passed\n")
          .containsPattern("main is now <[^>]+> \\(shop#1(, landed with shop#\\d+)?\\)\nexit code 0$");
      server.listener.until("something running", () -> changes().values().stream().anyMatch(TwelveBranchesTest::runs));

      server.kill();
      String installation;
      try (var store = server.store()) {
        installation = store.installation();
      }
      server.start();
      server.listener.until("all", () -> changes().values().stream().allMatch(its -> !its.get("finishedAt").isNull()));

      Map<String, JsonNode> changes = changes();
      assertThat(changes).hasSize(12);
      var refused = new TreeSet<>(BAD);
      refused.add(loser(changes));
      assertThat(named(changes, "failed")).isEqualTo(refused);
      assertThat(named(changes, "passed")).isEqualTo(without(changes.keySet(), refused));
      for (String name : BAD) {
        // more than twice where what it failed on top of has passed only after it had failed by itself
        assertThat(changes.get(name).get("reason").stringValue())
            .matches(
                "test failed: test: exit code 1; shop#\\d+ failed (twice|[34] times), with nothing else to blame");
      }
      assertThat(changes.get(loser(changes)).get("reason").stringValue()).matches("conflicts with [0-9a-f]{8} in prices");
      assertThat(shop.branches())
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(Stream.of("main"), refused.stream().map(name -> "integrate/" + name)).toList());
      holdsEachOnce(changes, refused);
      wasTestedBeforeItLanded(changes, everyCommit);
      flakyFailedFirst(changes.get("flaky"));
      eachAttemptRanOnce(changes.values());
      nothingIsLeft(installation);
    }
  }

  private void define(boolean everyCommit) throws Exception {
    Developer definers =
        new Developer(Worktree.clone(server.address() + "/git/pipelines.git", folder.resolve("pipelines")), names);
    definers.pushToMain(
        "Define shop",
        "shop.yml",
        """
        repository: shop
        integrate: {branches: ["integrate/**"], parallel: 4, every-commit: %s}
        stages:
          - test
          - {name: main, promote: true}
        steps:
          test:
            image: "%s"
            run: |
              token=$(cat /proc/sys/kernel/random/uuid)
              echo begins $token
              [ $MILLRACE_BRANCH/$MILLRACE_ATTEMPT != integrate/flaky/1 ] || exit 1
              sleep 1
              echo ends $token
              ! grep bad goods/*
        """
            .formatted(everyCommit, TestImages.busybox()));
    shop = new Developer(Worktree.clone(server.address() + "/git/shop.git", folder.resolve("shop")), names);
    shop.pushToMain("Begin", "readme", "A shop\n");
  }

  /// By the last part of its branch's name.
  private Map<String, JsonNode> changes() {
    var changes = new TreeMap<String, JsonNode>();
    for (int number = 1; number <= 12; number++) {
      JsonNode change = server.json("/api/v1/pipelines/shop/changes/" + number);
      changes.put(change.get("branch").stringValue().substring("integrate/".length()), change);
    }
    return changes;
  }

  /// Of the two that clash, the one that came too late.
  private static String loser(Map<String, JsonNode> changes) {
    return CLASHING.stream().filter(name -> word(changes.get(name), "state").equals("failed")).findFirst().orElse("none");
  }

  /// Main's own line has a commit for each that landed, and what each brought.
  private void holdsEachOnce(Map<String, JsonNode> changes, Set<String> refused) {
    var wanted = new ArrayList<>(List.of("Begin"));
    for (String name : without(changes.keySet(), refused)) {
      wanted.add("Merge integrate/" + name + " into main (shop#" + changes.get(name).get("number").intValue() + ")");
    }
    assertThat(shop.mainline()).containsExactlyInAnyOrderElementsOf(wanted);
    for (String name : GOOD) {
      assertThat(shop.onMain("goods/" + name)).isEqualTo("good");
    }
    assertThat(shop.onMain("prices")).isIn(CLASHING).isNotEqualTo(loser(changes));
  }

  /// Each commit of main's own line had passed, or is part of one that had, when main moved to it; itself or another with
  /// the same files.
  private void wasTestedBeforeItLanded(Map<String, JsonNode> changes, boolean everyCommit) {
    var tested = new HashMap<String, Instant>();
    for (JsonNode attempt : attempts(changes.values(), "test")) {
      if (word(attempt, "state").equals("passed")) {
        tested.merge(
            tree(word(attempt, "commit")), Instant.parse(word(attempt, "finishedAt")), TwelveBranchesTest::earlier);
      }
    }
    var promoted = new HashMap<String, Instant>();
    for (JsonNode attempt : attempts(changes.values(), "main")) {
      assertThat(word(attempt, "state")).as("%s", attempt).isEqualTo("passed");
      promoted.put(word(attempt, "commit"), Instant.parse(word(attempt, "finishedAt")));
    }
    List<String> line = shop.mainlineCommits().reversed();
    List<String> landed = line.subList(1, line.size());
    assertThat(landed).containsAll(promoted.keySet());
    assertThat(promoted).containsKey(landed.getLast());
    promoted.forEach((commit, at) -> assertThat(tested.get(tree(commit))).as(commit).isNotNull().isBeforeOrEqualTo(at));
    if (everyCommit) {
      assertThat(promoted).containsOnlyKeys(landed);
    }
  }

  private String tree(String commit) {
    return new Worktree(folder.resolve("data/git/shop.git")).git("rev-parse", commit + "^{tree}");
  }

  /// It may have landed with another one afterwards, by whose name the definition knows that it is not its first go.
  private static void flakyFailedFirst(JsonNode flaky) {
    assertThat(attempts(List.of(flaky), "test").stream().map(attempt -> word(attempt, "state"))).startsWith("failed");
  }

  /// Each container that came to its end printed both lines, of a token that nobody else has.
  private void eachAttemptRanOnce(Iterable<JsonNode> changes) {
    var tokens = new ArrayList<String>();
    for (JsonNode change : changes) {
      for (JsonNode attempt : attempts(List.of(change), "test")) {
        String log =
            server
                .get(
                    "/api/v1/pipelines/shop/changes/%d/stages/test/steps/test/log?attempt=%d"
                        .formatted(change.get("number").intValue(), attempt.get("attempt").intValue()))
                .body();
        List<String> begun = log.lines().filter(line -> line.startsWith("begins ")).toList();
        boolean ended = Set.of("passed", "failed").contains(word(attempt, "state"));
        assertThat(begun).as("%s of %s", attempt, change).hasSizeBetween(ended ? 1 : 0, 1);
        tokens.addAll(begun);
      }
    }
    assertThat(tokens).doesNotHaveDuplicates();
  }

  private void nothingIsLeft(String installation) throws Exception {
    String filter =
        URLEncoder.encode("{\"label\":[\"millrace.installation=" + installation + "\"]}", StandardCharsets.UTF_8);
    try (var engine = new RawEngine(TestImages.HOST.substring("unix://".length()))) {
      while (true) {
        JsonNode left = KillableServer.read(engine.ask("GET", "/containers/json?all=true&filters=" + filter).text());
        if (left.isEmpty()) {
          return;
        }
        engine.ask("POST", "/containers/" + left.get(0).get("Id").stringValue() + "/wait?condition=removed");
      }
    }
  }

  private static boolean runs(JsonNode change) {
    return attempts(List.of(change), "test").stream().anyMatch(attempt -> word(attempt, "state").equals("running"));
  }

  private static List<JsonNode> attempts(Iterable<JsonNode> changes, String stage) {
    return StreamSupport.stream(changes.spliterator(), false)
        .flatMap(change -> change.get("stages").valueStream())
        .filter(its -> word(its, "name").equals(stage))
        .flatMap(its -> its.get("steps").valueStream())
        .flatMap(step -> step.get("attempts").valueStream())
        .toList();
  }

  private static String word(JsonNode json, String name) {
    return json.get(name).asString();
  }

  private static Set<String> named(Map<String, JsonNode> changes, String state) {
    return changes.keySet().stream()
        .filter(name -> word(changes.get(name), "state").equals(state))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> without(Set<String> all, Set<String> some) {
    return all.stream().filter(name -> !some.contains(name)).collect(Collectors.toCollection(TreeSet::new));
  }

  @SafeVarargs
  private static List<String> all(String first, List<String>... lists) {
    return Stream.concat(Stream.of(first), Stream.of(lists).flatMap(List::stream)).toList();
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
