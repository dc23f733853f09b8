package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// Branches and main move while changes are on their way.
class MovingTest extends Story {
  @Test
  void a_branch_is_pushed_again_while_it_waits() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");

    assertThat(shop.forcePush("integrate/coffee", "Sell better coffee", "coffee", "arabica\n"))
        .isEqualTo(
            """
            shop#3: integrate/coffee goes into main, 1 ahead of it in the queue.
              http://mill/pipelines/shop/changes/3
            shop#2 ends: superseded by shop#3: integrate/coffee was pushed again""");

    mill.passes("1/test/test/1");
    mill.passes("3/test/test/1");
    mill.becomes(3, "passed");
    assertThat(mill.change(2))
        .isEqualTo(
            "cancelled (superseded by shop#3: integrate/coffee was pushed again): test pending, main pending");
    assertThat(shop.onMain("coffee")).isEqualTo("arabica");
    assertThat(shop.branches()).containsExactly("main");
  }

  @Test
  void a_branch_is_pushed_again_while_it_is_tested() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");

    assertThat(shop.pushMore("integrate/tea", "Sell more tea", "tea", "green, black\n"))
        .startsWith("shop#2: integrate/tea goes into main");

    mill.isStopped("1/test/test/1");
    mill.becomes(1, "cancelled");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    assertThat(mill.attempts(1))
        .containsExactly("test/test 1 cancelled (superseded by shop#2: integrate/tea was pushed again)");
    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "superseded by shop#2: integrate/tea was pushed again");
    assertThat(shop.onMain("tea")).isEqualTo("green, black");
  }

  @Test
  void a_branch_is_deleted_while_it_waits() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");

    assertThat(shop.deleteBranch("integrate/coffee")).isEqualTo("shop#2 ends: branch integrate/coffee was deleted");

    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.change(2))
        .isEqualTo("cancelled (branch integrate/coffee was deleted): test pending, main pending");
    assertThat(mill.main()).isEqualTo("<candidate 1>");
  }

  @Test
  void a_branch_is_deleted_while_it_is_tested() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    shop.deleteBranch("integrate/tea");
    mill.isStopped("1/test/test/1");
    mill.becomes(1, "cancelled");
    assertThat(mill.main()).isEqualTo("<Begin>");
    mill.containers.awaitReleased("shop/1/test/test/1");
  }

  @Test
  void somebody_pushes_to_main_while_a_branch_is_tested() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");

    shop.pushToMain("Mend the roof", "roof", "tight\n");

    mill.isStopped("1/test/test/1");
    mill.passes("1/test/test/2");
    mill.becomes(1, "passed");
    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "main moved to <Mend the roof> (a push by Ada): merged with it again",
            "given up on shop#1: the target has moved on without it",
            "shop#1 on the target's head",
            "merged with <Mend the roof>: candidate <candidate 2>, made by git",
            "promoted: main is now <candidate 2>",
            "passed");
    assertThat(shop.mainline())
        .containsExactly("Merge integrate/tea into main (shop#1)", "Mend the roof", "Begin");
  }

  /// Past the server, as a mirror or an administrator does: nobody tells it.
  @Test
  void main_has_moved_when_the_promotion_comes() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    shop.push("aside", "Mend the roof", "roof", "tight\n");
    mill.disk("shop").git("update-ref", "refs/heads/main", shop.head().hex());

    mill.passes("1/test/test/1");
    mill.passes("1/test/test/2");
    mill.becomes(1, "passed");

    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "main moved to <Mend the roof> (while shop#1 was promoted): merged with it again",
            "shop#1 on the target's head",
            "merged with <Mend the roof>: candidate <candidate 2>, made by git",
            "promoted: main is now <candidate 2>",
            "passed");
    assertThat(mill.attempts(1))
        .containsExactly(
            "test/test 1 passed",
            "test/test 2 passed",
            "main/promote 1 errored (the target had moved to <Mend the roof> meanwhile)",
            "main/promote 2 passed");
    assertThat(shop.mainline())
        .containsExactly("Merge integrate/tea into main (shop#1)", "Mend the roof", "Begin");
  }

  @Test
  void a_change_is_cancelled_while_it_runs() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.containers.makeStubborn("shop/1/test/test/1");
    mill.runs("1/test/test/1");

    assertThat(mill.cancel(1)).isEqualTo("201 /api/v1/pipelines/shop/changes/1");
    mill.isStopped("1/test/test/1");
    assertThat(mill.change(1)).startsWith("running: test running");
    assertThat(mill.cancel(1))
        .isEqualTo("409 Refused: shop#1 is being cancelled already; its running steps are told to stop");
    assertThat(mill.runAgain(1, "test"))
        .isEqualTo("409 Refused: shop#1 is in the queue, which tries it again by itself where that can help; cancel it first");
    mill.fails("1/test/test/1");
    mill.becomes(1, "cancelled");

    assertThat(mill.change(1)).isEqualTo("cancelled (cancelled by the API): test cancelled, main pending");
    assertThat(mill.cancel(1)).isEqualTo("409 Refused: shop#1 has ended already; there is nothing to cancel");
    mill.containers.awaitReleased("shop/1/test/test/1");

    assertThat(mill.runAgain(1, "test")).startsWith("201");
    mill.passes("1/test/test/2");
    mill.becomes(1, "passed");
  }

  /// Pushed and taken back before the server has merged again: its merging is held up by a git process.
  @Test
  void main_moves_and_moves_back() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.containers.makeStubborn("shop/1/test/test/1");
    Path kept = mill.disk("shop").folder().resolve("refs/millrace/shop/1");
    Path aside = Files.move(kept, kept.resolveSibling("aside"));
    Path lock = Files.createDirectories(kept).resolve(shop.head().hex() + ".lock");
    Files.createFile(lock);
    shop.pushToMain("Mend the roof", "roof", "tight\n");
    mill.tells(1, "merged with it again");
    mill.disk("shop").git("update-ref", "refs/heads/main", "main~1");
    Files.delete(lock);
    Files.delete(kept);
    Files.move(aside, kept);

    mill.tells(1, "is kept");
    mill.fails("1/test/test/1");
    mill.passes("1/test/test/2");
    mill.becomes(1, "passed");
    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "main moved to <Mend the roof> (a push by Ada): merged with it again",
            "given up on shop#1: the target has moved on without it",
            "shop#1 on the target's head",
            "the candidate on <Begin> is kept; what had failed or was stopped runs again",
            "promoted: main is now <candidate 1>",
            "passed");
  }

  @Test
  void two_are_tested_at_once_and_what_the_first_becomes_is_what_the_second_stands_on() throws Exception {
    mill.define("shop", SHORT.replace("parallel: 1", "parallel: 2, batch: 1"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    shop.push("integrate/milk", "Sell milk", "milk", "white\n");
    mill.runs("1/test/test/1");
    mill.runs("2/test/test/1");
    assertThat(mill.change(3)).startsWith("queued");

    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    mill.passes("2/test/test/1");
    mill.passes("3/test/test/1");
    mill.becomes(3, "passed");

    assertThat(mill.attempts(2)).containsExactly("test/test 1 passed", "main/promote 1 passed");
    assertThat(mill.history(2)).contains("shop#2 on top of shop#1");
    assertThat(shop.mainline())
        .containsExactly(
            "Merge integrate/milk into main (shop#3)",
            "Merge integrate/coffee into main (shop#2)",
            "Merge integrate/tea into main (shop#1)",
            "Begin");
  }

  @Test
  void the_second_passes_first_and_both_land_at_once() throws Exception {
    mill.define("shop", SHORT.replace("parallel: 1", "parallel: 2"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.runs("1/test/test/1");
    mill.passes("2/test/test/1");
    mill.isStopped("1/test/test/1");
    mill.becomes(1, "passed");
    mill.becomes(2, "passed");
    assertThat(mill.change(1))
        .isEqualTo("passed (landed with shop#2, whose candidate holds it and passed): test passed, main passed");
    assertThat(shop.branches()).containsExactly("main");
    assertThat(shop.mainline())
        .containsExactly(
            "Merge integrate/coffee into main (shop#2)", "Merge integrate/tea into main (shop#1)", "Begin");
  }
}
