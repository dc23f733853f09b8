package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How other branches follow main, and how the branch's commits get there by each method.
class FollowingTest extends Story {
  @Override
  String definition() {
    return """
        repository: shop
        integrate: {branches: ["integrate/**"], method: squash, parallel: 1}
        on: {push: [aside]}
        stages:
          - build
          - name: main
            promote: true
          - name: staging
            promote: {to: staging, method: merge}
          - name: accept
            steps: [accept]
          - name: production
            promote: {to: production}
        steps:
          build: {image: scripted, run: pass}
          accept: {image: scripted, run: wait}
        """;
  }

  @Test
  void production_moves_to_what_has_landed_and_was_accepted() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/accept/accept/1");
    assertThat(shop.branches()).containsExactly("main", "staging");
    mill.passes("1/accept/accept/1");
    mill.becomes(1, "passed");

    assertThat(shop.branches()).containsExactly("main", "production", "staging");
    assertThat(shop.head("production")).isEqualTo(shop.main());
    assertThat(shop.mainline()).containsExactly("Sell tea", "Begin");
    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "promoted: main is now <candidate 1>",
            "promoted: staging contains <candidate 1> now",
            "promoted: production contains <candidate 1> now",
            "passed");
  }

  @Test
  void a_production_with_commits_of_its_own_is_left_alone_and_the_change_says_what_to_do() throws Exception {
    shop.push("production", "Mend in a hurry", "fix", "hot\n");
    String hotfix = shop.head("production").abbreviated();
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/accept/accept/1");
    mill.becomes(1, "failed");

    String candidate = shop.main().abbreviated();
    assertThat(mill.attempts(1)).last().asString().startsWith("production/promote 1 failed");
    assertThat(mill.json("/api/v1/pipelines/shop/changes/1").toString())
        .contains(
            "production has commits that " + candidate + " has not, up to " + hotfix
                + ", and moves by fast-forward only: integrate production first, then run this stage again");
    assertThat(shop.head("production").abbreviated()).isEqualTo(hotfix);

    shop.deleteBranch("production");
    assertThat(mill.runAgain(1, "production")).startsWith("201 ");
    mill.becomes(1, "passed");
    assertThat(shop.head("production")).isEqualTo(shop.main());
  }

  @Test
  void by_fast_forward_the_very_commit_lands_and_one_that_is_behind_has_to_be_rebased() throws Exception {
    mill.define("shop", definition().replace("squash", "fast-forward").replace("run: pass}", "run: wait}"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    String tea = shop.head().abbreviated();
    shop.push("integrate/milk", "Sell milk", "milk", "white\n");
    mill.passes("1/build/build/1");
    mill.becomes(2, "failed");
    assertThat(shop.main().abbreviated()).isEqualTo(tea);
    assertThat(shop.mainline()).containsExactly("Sell tea", "Begin");
    assertThat(mill.history(2))
        .last()
        .isEqualTo(
            "integrate/milk does not contain the head of main, <Sell tea>, and is to be integrated by"
                + " fast-forward only: rebase it onto main and push it again");
    assertThat(mill.history(1))
        .contains("merged with <Begin>: candidate <Sell tea>, made by nobody, for it is the pushed commit itself");
  }

  @Test
  void what_has_not_landed_moves_nothing() throws Exception {
    shop.push("aside", "Try something", "x", "x\n");
    mill.becomes(1, "passed");
    assertThat(mill.change(1))
        .isEqualTo(
            "passed (checked only: a commit that is not integrated stops before the promotion): build passed, main"
                + " skipped, staging skipped, accept skipped, production skipped");
    assertThat(shop.branches()).containsExactly("aside", "main");
  }
}
