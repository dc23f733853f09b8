package dev.millrace.stories;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.cli.Program;
import dev.millrace.git.Worktree;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A push that is held until what it brought has landed, or will not; with the real git.
@Timeout(90)
class WaitingTest extends Story {
  private static final List<String> WAIT = List.of("wait");

  @Test
  void a_push_that_waits_is_accepted_when_its_change_has_landed() throws Exception {
    HeldPush push = shop.begin(WAIT, "integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    assertThat(push.ends().lines())
        .containsSubsequence(
            "shop#1: integrate/tea goes into main, next in the queue.",
            "  http://mill/pipelines/shop/changes/1",
            "Waiting for it: Ctrl-C ends the waiting and nothing else.",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "test begins",
            "test passed",
            "main passed",
            "main is now <candidate 1> (shop#1)",
            "exit code 0");
    assertThat(mill.main()).isEqualTo("<candidate 1>");
  }

  @Test
  void a_push_whose_change_fails_is_refused_with_the_end_of_the_log_and_a_fix_goes_on_top_of_it() throws Exception {
    mill.containers.script(
        "broken",
        step -> {
          for (int line = 1; line <= 24; line++) {
            mill.containers.print(step, "line " + line + "\n");
          }
          mill.containers.print(step, "\u001b[31mbroken\u001b[0m\n");
          mill.containers.end(step, 1);
        });
    mill.define("shop", SHORT.replace("run: wait", "run: broken"));
    var lines = new ArrayList<>(List.of("test begins", "test failed: exit code 1"));
    IntStream.rangeClosed(6, 24).forEach(line -> lines.add("  test | line " + line));
    lines.add("  test | broken");
    lines.add("integrate/tea stays as it was pushed. shop#1: http://mill/pipelines/shop/changes/1");
    String told = shop.pushWith(WAIT, "integrate/tea", "Sell tea", "tea", "green\n");
    assertThat(told.lines()).containsSubsequence(lines).doesNotContain("  test | line 5");
    assertThat(told)
        .matches(
            "(?s).*\n\\[remote rejected] HEAD -> integrate/tea"
                + " \\(shop#1 failed: test failed: test: exit code 1[^\n]*\\)\nexit code 1");
    assertThat(shop.branches()).containsExactly("integrate/tea", "main");

    mill.define("shop", SHORT.replace("run: wait", "run: pass"));
    assertThat(shop.beginMore(WAIT, "integrate/tea", "Sell good tea", "tea", "black\n").ends())
        .contains(" (shop#2)\nexit code 0");
    assertThat(shop.onMain("tea")).isEqualTo("black");
  }

  @Test
  void a_push_that_is_superseded_ends_and_the_newer_one_waits_on() throws Exception {
    HeldPush first = shop.begin(WAIT, "integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    HeldPush second = shop.beginMore(WAIT, "integrate/tea", "Sell more tea", "tea", "black\n");
    assertThat(first.ends())
        .endsWith(
            """
            [remote rejected] HEAD -> integrate/tea (shop#1 cancelled: superseded by shop#2: integrate/tea was pushed again)
            exit code 1""");
    mill.passes("2/test/test/1");
    assertThat(second.ends()).endsWith("main is now <candidate 2> (shop#2)\nexit code 0");
  }

  @Test
  void a_push_whose_change_is_tested_in_the_candidate_of_another_hears_of_that() throws Exception {
    mill.define("shop", SHORT.replace("parallel: 1", "parallel: 1, batch: 4"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    HeldPush push = shop.begin(WAIT, "integrate/milk", "Sell milk", "milk", "white\n");
    push.shows("Waiting for it");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.passes("1/test/test/1");
    mill.runs("3/test/test/1");
    push.shows("tested in shop#3's candidate");
    var entry = mill.json("/api/v1/pipelines/shop/queue").get("queues").get(0).get("entries").get(0);
    assertThat(entry.get("change").intValue()).isEqualTo(2);
    assertThat(entry.get("carrier").stringValue()).isEqualTo("tested in shop#3's candidate");
    assertThat(mill.get("/pipelines/shop/queue").body()).contains("tested in shop#3&#39;s candidate");
    mill.passes("3/test/test/1");
    assertThat(push.ends()).endsWith("main is now <candidate 1> (shop#2, landed with shop#3)\nexit code 0");
  }

  @Test
  void ctrl_c_ends_the_waiting_only_and_one_can_wait_again() throws Exception {
    HeldPush push = shop.begin(WAIT, "integrate/tea", "Sell tea", "tea", "green\n");
    push.shows("test begins");
    push.interrupt();
    assertThat(mill.change(1)).isEqualTo("running: test running, main pending");
    try (var again = mill.open("/api/v1/pipelines/shop/changes/1/progress")) {
      mill.passes("1/test/test/1");
      assertThat(new String(again.readAllBytes()).replaceAll("(?m), \\d+ s(?=$|:)", "").lines())
          .containsSubsequence("test begins", "next in the queue", "test passed", "main passed")
          .last(as(InstanceOfAssertFactories.STRING))
          .matches("passed: main is now [0-9a-f]{8} \\(shop#1\\)");
    }
    mill.becomes(1, "passed");
  }

  @Test
  void what_becomes_of_a_change_can_be_read_afterwards_too() throws Exception {
    mill.define("shop", SHORT.replace("run: wait", "run: fail"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.becomes(1, "failed");
    assertThat(mill.get("/api/v1/pipelines/shop/changes/1/progress").body())
        .contains("\n  test | (it printed nothing)\n")
        .contains("\nfailed: shop#1 failed: test failed: test: exit code 1");
    assertThat(mill.problem(mill.get("/api/v1/pipelines/shop/changes/1/progress?until=never")))
        .isEqualTo("Not understood: \"until\" is \"landed\" or \"ended\", not \"never\".");
    assertThat(mill.get("/api/v1/pipelines/shop/changes/2/progress").statusCode()).isEqualTo(404);
  }

  @Test
  void the_command_line_waits_too_and_ends_as_the_change_does() throws Exception {
    mill.define("shop", SHORT.replace("run: wait", "run: fail"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    assertThat(command("wait", "shop", "1", "--server", mill.address()))
        .contains("test failed: exit code 1")
        .containsPattern("\nfailed: shop#1 failed: [^\n]*\n-> 1$");
    mill.define("shop", SHORT.replace("run: wait", "run: pass"));
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    assertThat(command("wait", "shop", "2", "--landed", "--server", mill.address()))
        .containsPattern("\npassed: main is now [0-9a-f]{8} \\(shop#2\\)\n-> 0$");
    assertThat(command("wait", "shop", "3", "--server", mill.address())).isEqualTo("-> 1");
    assertThat(command("wait", "shop", "1", "--server", "http://localhost:1")).isEqualTo("-> 1");
  }

  /// What it prints, and its exit code.
  private static String command(String... arguments) {
    PrintStream before = System.out;
    var printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      int code = Program.run(arguments);
      return printed.toString(StandardCharsets.UTF_8) + "-> " + code;
    } finally {
      System.setOut(before);
    }
  }

  @Test
  void a_silence_is_broken_again_and_again() throws Exception {
    mill.keepAlive = Duration.ofMillis(50);
    mill.restart();
    HeldPush push = shop.begin(WAIT, "integrate/tea", "Sell tea", "tea", "green\n");
    push.shows("test begins");
    push.shows("… still test, ");
    mill.clock.advance(Duration.ofSeconds(130));
    push.shows("… still test, 2 m 1");
    push.shows("… still test, 2 m 1");
    mill.passes("1/test/test/1");
    assertThat(push.ends()).endsWith("main is now <candidate 1> (shop#1)\nexit code 0");
  }

  @Test
  void a_server_that_stops_says_that_the_change_goes_on_and_how_to_wait_again() throws Exception {
    HeldPush push = shop.begin(WAIT, "integrate/tea", "Sell tea", "tea", "green\n");
    push.shows("test begins");
    mill.stop();
    assertThat(push.ends())
        .endsWith(
            """
            test begins
            To wait again: curl -N http://mill/api/v1/pipelines/shop/changes/1/progress
            [remote rejected] HEAD -> integrate/tea (Millrace is stopping; shop#1 goes on)
            exit code 1""");
    mill.start();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
  }

  @Test
  void what_main_has_already_is_accepted() throws Exception {
    assertThat(shop.beginHere(WAIT, "integrate/nothing").ends())
        .endsWith(
            """
            shop#1 passed: nothing to integrate: the target, at <Begin>, contains this commit already
            exit code 0""");
  }

  @Test
  void several_branches_are_waited_for_and_each_has_its_answer() throws Exception {
    shop.push("aside", "Sell tea", "tea", "green\n");
    HeldPush push = shop.beginHere(WAIT, "integrate/a", "integrate/b");
    mill.runs("1/test/test/1");
    assertThat(mill.cancel(2)).startsWith("201");
    push.shows("shop#2 cancelled: ");
    mill.passes("1/test/test/1");
    assertThat(push.ends())
        .contains("shop#1 test passed\n", "main is now <candidate 1> (shop#1)\n")
        .contains("[remote rejected] HEAD -> integrate/b (shop#2 cancelled: cancelled by the API)\n")
        .endsWith("exit code 1");
  }

  @Test
  void options_that_do_not_exist_are_refused_all_at_once_and_nothing_moves() throws Exception {
    assertThat(
            shop.pushWith(
                List.of("wiat", "priority=high", "ci.skip", "pipeline=shpo", "parameter.target=x", "zzz"),
                "integrate/tea", "Sell tea", "tea", "green\n"))
        .isEqualTo(
            """
            unknown push option "wiat", did you mean "wait"? Known are: wait, priority=urgent, priority=normal, pipeline=NAME, parameter.NAME=VALUE
            push option priority is urgent or normal, not "high"
            push option "ci.skip": nothing can be skipped here; what lands has passed every stage before
            unknown push option "zzz". Known are: wait, priority=urgent, priority=normal, pipeline=NAME, parameter.NAME=VALUE
            no pipeline of repository shop is named "shpo", did you mean "shop"? It has: shop
            [remote rejected] HEAD -> integrate/tea (unknown push option "wiat", did you mean "wait"? Known are: wait, priority=urgent, priority=normal, pipeline=NAME, parameter.NAME=VALUE)
            exit code 1""");
    assertThat(shop.branches()).containsExactly("main");
  }

  @Test
  void options_of_a_push_that_starts_nothing_are_answered() throws Exception {
    assertThat(shop.pushWith(List.of("wait", "priority=urgent"), "idea", "Sell tea", "tea", "green\n"))
        .isEqualTo(
            """
            Kept, and nothing started: branches to be integrated are named integrate/**.
            Nothing started, so wait and priority had no effect.
            exit code 0""");
  }

  @Test
  void what_is_urgent_goes_before_others() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    shop.push("integrate/milk", "Sell milk", "milk", "white\n");
    shop.pushWith(List.of("priority=urgent"), "integrate/coffee", "Sell coffee", "coffee", "black\n");
    assertThat(mill.history(3)).contains("urgent: goes before others of the queue, asked by a push by Ada");
    var queue = mill.json("/api/v1/pipelines/shop/queue").get("queues").get(0).get("entries");
    assertThat(queue.findValues("change")).hasToString("[3, 1, 2]");
  }

  @Test
  void where_two_pipelines_would_integrate_a_branch_one_is_chosen() throws Exception {
    mill.define("fast", SHORT);
    assertThat(shop.pushWith(List.of(), "integrate/tea", "Sell tea", "tea", "green\n"))
        .startsWith(
            "integrate/tea would be integrated into main by fast and shop;"
                + " choose one: git push -o pipeline=fast origin HEAD:integrate/tea\n");
    assertThat(shop.beginHere(List.of("pipeline=fast"), "integrate/tea").ends())
        .startsWith("fast#1: integrate/tea goes into main, next in the queue.\n")
        .endsWith("exit code 0");
    assertThat(mill.exists("shop", 1)).isFalse();
    mill.passes("fast/1/test/test/1");
    mill.becomes("fast", 1, "passed");
  }

  @Test
  void names_may_hold_quotes_and_letters_of_all_scripts() throws Exception {
    HeldPush push = shop.begin(WAIT, "integrate/it's-\"Grüße\"&<b>茶", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    assertThat(push.ends())
        .startsWith("shop#1: integrate/it's-\"Grüße\"&<b>茶 goes into main")
        .endsWith("main is now <candidate 1> (shop#1)\nexit code 0");
    assertThat(shop.branches()).containsExactly("main");
  }

  @Test
  void a_pattern_that_matches_the_target_does_not_claim_it() throws Exception {
    mill.define("shop", SHORT.replace("integrate/**", "**"));
    assertThat(shop.pushToMain("Begin again", "readme", "A better shop\n"))
        .isEqualTo("Branches named ** are integrated into main from now on as it is.");
    assertThat(mill.exists("shop", 1)).isFalse();
    assertThat(shop.push("tea", "Sell tea", "tea", "green\n")).startsWith("shop#1: tea goes into main");
  }

  @Test
  void many_branches_at_once_are_all_taken_and_answered_shortly() throws Exception {
    shop.push("aside", "Sell tea", "tea", "green\n");
    String[] branches = IntStream.rangeClosed(1, 100).mapToObj(i -> "integrate/" + i).toArray(String[]::new);
    String told = shop.beginHere(List.of(), branches).ends();
    assertThat(told).endsWith("and 80 more, all of them at http://mill/pipelines/shop\nexit code 0");
    assertThat(told.lines()).hasSize(42);
    assertThat(mill.exists("shop", 100)).isTrue();
    // that they are recorded is noted in one go: with each ref of its own, JGit would look at all the others
    Worktree kept = mill.disk("shop");
    assertThat(kept.git("for-each-ref", "refs/recorded/integrate").lines()).hasSize(100);
    assertThat(Files.readString(kept.folder().resolve("packed-refs")).lines())
        .filteredOn(line -> line.contains(" refs/recorded/integrate/"))
        .hasSize(100);
    try (var refs = Files.walk(kept.folder().resolve("refs"))) {
      assertThat(refs.filter(ref -> ref.toString().contains("integrate/")).filter(Files::isRegularFile)).isEmpty();
    }
  }
}
