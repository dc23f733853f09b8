package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Commit;
import dev.millrace.git.Elsewhere;
import dev.millrace.git.Worktree;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RemoteUrl;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A repository that is hosted elsewhere: what is pushed there is tested here and lands there.
class RemoteTest {
  @TempDir Path folder;
  private Elsewhere elsewhere;
  private Mill mill;
  private Developer ada;

  @BeforeEach
  void begin() throws Exception {
    Worktree.settle();
    elsewhere = new Elsewhere(folder);
    mill = new Mill(Files.createDirectory(folder.resolve("home")));
    mill.credentials(elsewhere.credentials());
    ada = new Developer(Worktree.clone(elsewhere.urlOfAda(), folder.resolve("ada")), mill.names);
    ada.pushToMain("Begin", "readme", "A shop\n");
    mill.define("shop", definition());
    mill.fetch(mirror());
  }

  @AfterEach
  void end() throws Exception {
    mill.close();
    elsewhere.close();
  }

  private String definition() {
    return """
        repository: {url: "%s", poll: 24h}
        integrate: {branches: ["integrate/**"], parallel: 1}
        stages:
          - test
          - {name: main, promote: true}
        steps:
          test: {image: scripted, run: wait}
        """
        .formatted(elsewhere.url());
  }

  private String mirror() {
    return new RemoteUrl(elsewhere.url()).mirror().text();
  }

  private String host() {
    return new RemoteUrl(elsewhere.url()).host();
  }

  private JsonNode state() {
    return mill.json("/api/v1/repositories/" + mirror());
  }

  @Test
  void a_branch_pushed_there_is_tested_here_and_lands_there() throws Exception {
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    HttpResponse<String> fetched = mill.fetch(mirror());
    assertThat(fetched.statusCode()).isEqualTo(200);
    JsonNode moved = new JsonMapper().readTree(fetched.body()).get("moved");
    assertThat(mill.names.in(moved.toString()))
        .isEqualTo("[{\"branch\":\"integrate/tea\",\"from\":null,\"to\":\"<Sell tea>\",\"rewritten\":false}]");
    assertThat(new JsonMapper().readTree(mill.fetch(mirror()).body()).get("moved")).isEmpty();

    mill.runs("1/test/test/1");
    mill.restart();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");

    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada to " + host(),
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "promoted: main is now <candidate 1>",
            "passed");
    assertThat(ada.branches()).containsExactly("main");
    assertThat(ada.mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
    assertThat(new JsonMapper().readTree(mill.fetch(mirror()).body()).get("moved")).as("by others").isEmpty();
  }

  @Test
  void what_was_pushed_while_the_server_was_away_or_died_is_taken_up() throws Exception {
    mill.stop();
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.start();
    mill.runs("1/test/test/1");
    mill.kill();
    ada.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    // fetched, and the server died before it could tell
    mill.disk(mirror()).git("fetch", "-q", elsewhere.urlOfAda(), "+refs/heads/*:refs/heads/*");
    mill.start();

    mill.becomes(2, "queued");
    mill.passes("1/test/test/1");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    assertThat(mill.exists("shop", 3)).isFalse();
    assertThat(ada.mainline())
        .containsExactly(
            "Merge integrate/coffee into main (shop#2)", "Merge integrate/tea into main (shop#1)", "Begin");
  }

  @Test
  void a_change_waits_for_a_remote_that_is_down_and_lands_when_it_is_back() throws Exception {
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.fetch(mirror());
    mill.runs("1/test/test/1");
    elsewhere.stop();
    HttpResponse<String> failed = mill.fetch(mirror());
    assertThat(failed.statusCode()).isEqualTo(502);
    assertThat(mill.problem(failed))
        .isEqualTo(
            "Not fetched: " + host() + " cannot be reached (connection refused)."
                + " It is tried again by itself; nothing is lost.");
    assertThat(state().get("trouble").stringValue()).isEqualTo(host() + " cannot be reached (connection refused)");
    assertThat(mill.get("/pipelines/shop").body())
        .contains(host() + " cannot be reached (connection refused), since ")
        .contains("and nothing is lost");

    mill.passes("1/test/test/1");
    mill.hears(1, "main cannot be moved yet: " + host() + " cannot be reached (connection refused)");
    mill.restart();
    assertThat(mill.change(1)).isEqualTo("running: test passed, main running");
    elsewhere.start();
    assertThat(mill.fetch(mirror()).statusCode()).isEqualTo(200);
    mill.becomes(1, "passed");

    assertThat(ada.mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
    assertThat(state().get("trouble").isNull()).isTrue();
  }

  @Test
  void a_change_that_waits_for_its_remote_can_be_cancelled() throws Exception {
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.fetch(mirror());
    mill.runs("1/test/test/1");
    elsewhere.stop();
    mill.passes("1/test/test/1");
    mill.hears(1, "main cannot be moved yet");

    assertThat(mill.cancel(1)).startsWith("201");
    mill.becomes(1, "cancelled");
    elsewhere.start();
    mill.fetch(mirror());
    assertThat(ada.branches()).containsExactly("integrate/tea", "main");
  }

  @Test
  void a_refusal_there_fails_the_change_in_the_words_of_the_remote() throws Exception {
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.fetch(mirror());
    elsewhere.hook(_ -> List.of("main is protected"));
    mill.passes("1/test/test/1");
    mill.becomes(1, "failed");

    assertThat(mill.change(1))
        .isEqualTo(
            "failed (main failed: promote: " + host() + " refuses to move main: main is protected):"
                + " test passed, main failed");
  }

  @Test
  void a_main_that_was_rewritten_there_is_followed_and_what_stood_on_it_is_merged_again() throws Exception {
    ada.pushToMain("Sell coffee", "coffee", "black\n");
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.fetch(mirror());
    mill.runs("1/test/test/1");
    var eve = Worktree.clone(elsewhere.urlOfAda(), folder.resolve("eve"));
    eve.git("commit", "-q", "--amend", "-m", "Sell good coffee");
    mill.names.call(eve.head(), "Sell good coffee");
    eve.git("push", "-q", "--force", "origin", "main");

    // found when it is to land, not by a look
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    // only the message was rewritten, so the files are those that passed
    assertThat(mill.attempts(1)).contains("test/test 1 passed").doesNotContain("test/test 2 passed");
    assertThat(mill.history(1))
        .contains(
            "main moved to <Sell good coffee> (while shop#1 was promoted): merged with it again",
            "main was rewritten at " + host() + ": it does not contain <Sell coffee> any more");
    assertThat(ada.mainline())
        .containsExactly("Merge integrate/tea into main (shop#1)", "Sell good coffee", "Begin");
  }

  @Test
  void a_branch_that_follows_main_follows_it_there() throws Exception {
    mill.define(
        "shop",
        definition().replace("promote: true}\n", "promote: true}\n  - {name: live, promote: {to: production}}\n"));
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.fetch(mirror());
    mill.runs("1/test/test/1");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");

    assertThat(ada.branches()).containsExactly("main", "production");
    assertThat(elsewhere.branches().values()).extracting(Commit::id).containsOnly(ada.main());
    assertThat(new JsonMapper().readTree(mill.fetch(mirror()).body()).get("moved")).as("by others").isEmpty();

    // there somebody keeps it where it is
    elsewhere.hook(
        moves -> moves.stream().anyMatch(move -> move.branch().text().equals("production")) ? List.of("frozen") : List.of());
    ada.push("integrate/rum", "Sell rum", "rum", "brown\n");
    mill.fetch(mirror());
    mill.passes("2/test/test/1");
    mill.becomes(2, "failed");
    assertThat(mill.change(2))
        .contains("promote: " + host() + " refuses to move production: frozen")
        .contains("main passed");
    assertThat(mill.disk(mirror()).git("rev-parse", "production"))
        .isEqualTo(elsewhere.branches().get(new BranchName("production")).id().hex());
  }

  @Test
  void a_rewritten_branch_is_called_so() throws Exception {
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.fetch(mirror());
    mill.runs("1/test/test/1");
    ada.forcePush("integrate/tea", "Sell black tea", "tea", "black\n");
    mill.fetch(mirror());
    mill.isStopped("1/test/test/1");

    mill.becomes(1, "cancelled");
    assertThat(mill.history(2))
        .first()
        .isEqualTo(
            "integrate/tea at <Sell black tea> is to be integrated into main, asked by a push by Ada to " + host()
                + " that rewrote it");
    ada.deleteBranch("integrate/tea");
    mill.fetch(mirror());
    mill.becomes(2, "cancelled");
    assertThat(mill.change(2)).startsWith("cancelled (branch integrate/tea was deleted)");
  }

  @Test
  void a_main_that_somebody_moves_there_is_merged_again_when_it_is_seen() throws Exception {
    ada.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.fetch(mirror());
    mill.runs("1/test/test/1");
    ada.pushToMain("Sell coffee", "coffee", "black\n");
    mill.fetch(mirror());
    mill.isStopped("1/test/test/1");
    mill.passes("1/test/test/2");
    mill.becomes(1, "passed");

    assertThat(mill.history(1))
        .contains("main moved to <Sell coffee> (a push by Ada to " + host() + "): merged with it again");
    assertThat(ada.mainline())
        .containsExactly("Merge integrate/tea into main (shop#1)", "Sell coffee", "Begin");
  }

  @Test
  void branches_that_were_there_before_are_no_news_unless_they_ask_to_be_integrated() throws Exception {
    ada.push("aside", "Sell rum", "rum", "brown\n");
    ada.push("integrate/milk", "Sell milk", "milk", "white\n");
    mill.fetch(mirror());
    mill.runs("1/test/test/1");
    assertThat(mill.exists("shop", 2)).isFalse();
  }

  @Test
  void a_mirror_can_be_cloned_and_pushes_go_to_its_remote() throws Exception {
    var clone = Worktree.clone(mill.address() + "/git/" + mirror() + ".git", folder.resolve("bob"));
    clone.commit("Sell ale");
    Worktree.Ended push = clone.tryGit("push", "origin", "HEAD:refs/heads/integrate/ale", "HEAD:refs/tags/ale");

    assertThat(push.code()).isEqualTo(1);
    assertThat(push.output())
        .contains("remote: " + mirror() + " is a mirror of " + elsewhere.url() + ": push there instead")
        .contains("[remote rejected] HEAD -> ale");
    assertThat(elsewhere.branches()).hasSize(1);
  }

  @Test
  void what_is_there_is_told_and_what_is_not_is_answered() throws Exception {
    assertThat(mill.json("/api/v1/repositories").get("repositories")).hasSize(1);
    assertThat(state().get("url").stringValue()).isEqualTo(elsewhere.url());
    assertThat(state().get("poll").doubleValue()).isEqualTo(86_400);
    assertThat(mill.get("/pipelines/shop").body()).contains(elsewhere.url()).contains("Fetch now");
    assertThat(mill.get("/ssh-key").body()).startsWith("ssh-ed25519 ");
    assertThat(mill.post("/api/v1/repositories/nothing/fetch", ""))
        .isEqualTo("404 Not found: There is no mirror \"nothing\" that a pipeline of today uses.");
    mill.define("here", definition().replaceFirst("(?m)^repository:.*$", "repository: here"));
    assertThat(mill.post("/api/v1/repositories/here/fetch", ""))
        .isEqualTo("409 Refused: here is hosted here: what is pushed to it is known at once.");
  }
}
