package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// The server stops, or dies, at the worst of moments. Its disk and the containers are all that is left of it.
class RestartTest extends Story {
  private static final String TWO_STAGES =
      """
      repository: shop
      integrate: {branches: ["integrate/**"], parallel: 1}
      stages: [test, verify, {name: main, promote: true}]
      steps: {test: {image: none, run: ./test}, verify: {image: none, run: ./verify}}
      """;
  private static final String LOG = "/api/v1/pipelines/shop/changes/1/stages/test/steps/test/log";

  @Test
  void the_server_dies_while_a_step_runs() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.prints("1/test/test/1", "one\n");
    mill.prints("1/test/test/1", "two\n");
    mill.awaitLog(LOG, "one\ntwo\n");

    mill.kill();
    mill.prints("1/test/test/1", "three\n");
    mill.start();
    mill.prints("1/test/test/1", "four\n");
    mill.passes("1/test/test/1");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");

    assertThat(mill.get(LOG).body()).isEqualTo("one\ntwo\nthree\nfour\n");
    assertThat(mill.containers.starts("shop/1/test/test/1")).isEqualTo(1);
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
    assertThat(shop.mainline())
        .containsExactly(
            "Merge integrate/coffee into main (shop#2)", "Merge integrate/tea into main (shop#1)", "Begin");
    mill.containers.awaitReleased("shop/2/test/test/1");
    assertThat(mill.containers.all()).isEmpty();
  }

  @Test
  void a_step_ends_while_there_is_no_server() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.stop();
    mill.prints("1/test/test/1", "all good\n");
    mill.passes("1/test/test/1");
    mill.start();
    mill.becomes(1, "passed");
    assertThat(mill.get(LOG).body()).isEqualTo("all good\n");
    mill.containers.awaitReleased("shop/1/test/test/1");
  }

  @Test
  void no_step_begins_while_the_server_stops() throws Exception {
    mill.define("shop", TWO_STAGES);
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    int port = URI.create(mill.address()).getPort();
    CompletableFuture<Void> stopped;
    try (var silent = new Caller(port)) {
      silent.connect();
      stopped = CompletableFuture.runAsync(this::stop);
      awaitRefusal(port);
      mill.passes("1/test/test/1");
      mill.containers.awaitReleased("shop/1/test/test/1");
      assertThat(stopped).as("it waits for what the silent one may ask").isNotDone();
      stopped.join();
    }
    assertThat(mill.containers.starts("shop/1/verify/verify/1")).isZero();
    mill.start();
    mill.passes("1/verify/verify/1");
    mill.becomes(1, "passed");
  }

  private void stop() {
    try {
      mill.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void awaitRefusal(int port) throws IOException {
    while (true) {
      try (var late = new Caller(port)) {
        late.connect();
      } catch (ConnectException refused) {
        return;
      } catch (SocketException reset) {
        // taken by the machine at the last moment, and never by the server
      }
    }
  }

  /// A step that ended well in its time, which is over when the server is back, before its engine.
  private void endsInTimeButIsFoundTooLate() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.becomes(1, "running");
    mill.kill();
    mill.passes("1/test/test/1");
    mill.clock.advance(Duration.ofMinutes(61));
    mill.containers.makeUnreachable("the Docker engine does not answer");
    mill.start();
    mill.shows("/pipelines/shop/changes/1", "stopping");
  }

  @Test
  void a_step_that_ended_in_time_while_there_was_no_server_passes_when_the_engine_is_back() throws Exception {
    endsInTimeButIsFoundTooLate();
    mill.containers.makeReachable();
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
  }

  @Test
  void who_does_not_want_to_wait_for_the_engine_of_a_step_whose_time_is_over_can_cancel() throws Exception {
    endsInTimeButIsFoundTooLate();
    mill.cancel(1);
    mill.becomes(1, "cancelled");
    mill.containers.makeReachable();
  }

  @Test
  void a_step_that_has_begun_is_asked_for_again_when_its_engine_hung_up_once() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.becomes(1, "running");
    mill.kill();
    mill.containers.hangUpOnce("shop/1/test/test/1");
    mill.start();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
  }

  @Test
  void a_step_that_has_begun_does_not_begin_again_when_its_container_was_removed_while_there_was_no_server() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.prints("1/test/test/1", "half\n");
    mill.awaitLog(LOG, "half\n");
    mill.kill();
    mill.containers.remove("shop/1/test/test/1");
    mill.start();
    mill.becomes(1, "failed");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 errored (its container was removed)");
    assertThat(mill.containers.starts("shop/1/test/test/1")).isEqualTo(1);
    assertThat(mill.get(LOG).body()).isEqualTo("half\n");
  }

  @Test
  void a_step_runs_out_of_time_while_there_is_no_server() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.becomes(1, "running");
    mill.kill();
    mill.clock.advance(Duration.ofMinutes(61));
    mill.start();
    mill.isStopped("1/test/test/1");
    mill.passes("1/test/test/2");
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1))
        .containsExactly(
            "test/test 1 timed-out (timed out after 3600 s)", "test/test 2 passed", "main/promote 1 passed");
  }

  @Test
  void the_server_dies_while_it_merges() throws Exception {
    shop.push("aside", "Sell tea", "tea", "green\n");
    Path lock = lock("refs/millrace/shop/1/" + shop.head().hex());
    shop.pushAs("integrate/tea");
    assertThat(mill.change(1)).isEqualTo("running: test pending, main pending");
    mill.kill();
    Files.delete(moved(lock));
    mill.start();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.main()).isEqualTo("<candidate 1>");
  }

  @Test
  void the_server_dies_before_it_promotes() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    Path lock = lock("refs/heads/main");
    mill.passes("1/test/test/1");
    mill.listener().until("the promotion", () -> mill.attempts(1).contains("main/promote 1 running"));
    mill.kill();
    Files.delete(moved(lock));
    mill.start();
    mill.becomes(1, "passed");
    assertThat(mill.attempts(1)).containsExactly("test/test 1 passed", "main/promote 1 passed");
    assertThat(shop.branches()).containsExactly("main");
  }

  @Test
  void the_server_dies_before_it_has_written_that_it_promoted() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    String tested = mill.containers.assignment("shop/1/test/test/1").commit().hex();
    Path lock = lock("refs/heads/main");
    mill.passes("1/test/test/1");
    mill.listener().until("the promotion", () -> mill.attempts(1).contains("main/promote 1 running"));
    mill.kill();
    Files.delete(moved(lock));
    mill.disk("shop").git("update-ref", "refs/heads/main", tested);
    mill.start();
    mill.becomes(1, "passed");
    assertThat(mill.history(1))
        .containsExactly(
            "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
            "merged with <Begin>: candidate <candidate 1>, made by git",
            "promoted: main is now <candidate 1>",
            "passed");
    assertThat(shop.main().hex()).isEqualTo(tested);
    assertThat(shop.branches()).containsExactly("main");
  }

  @Test
  void the_server_dies_after_it_has_deleted_a_branch_that_is_on_main_under_another_name() throws Exception {
    mill.define("shop", SHORT.replace("parallel: 1", "parallel: 1, method: rebase"));
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    String tested = mill.containers.assignment("shop/1/test/test/1").commit().hex();
    Path lock = lock("refs/heads/main");
    mill.passes("1/test/test/1");
    mill.listener().until("the promotion", () -> mill.attempts(1).contains("main/promote 1 running"));
    mill.kill();
    Files.delete(moved(lock));
    mill.disk("shop").git("update-ref", "refs/heads/main", tested);
    mill.disk("shop").git("update-ref", "-d", "refs/heads/integrate/tea");
    mill.start();
    mill.becomes(1, "passed");
    assertThat(shop.mainline()).containsExactly("Sell tea", "Begin");
  }

  @Test
  void a_push_is_taken_up_that_the_server_had_no_time_to_write_down() throws Exception {
    shop.push("aside", "Sell tea", "tea", "green\n");
    mill.kill();
    mill.disk("shop").git("update-ref", "refs/heads/integrate/tea", shop.head().hex());
    mill.start();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.history(1))
        .startsWith("integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada");
    assertThat(shop.branches()).containsExactly("aside", "main");
    mill.restart();
    assertThat(mill.exists("shop", 2)).isFalse();
  }

  @Test
  void a_push_back_to_an_older_commit_is_taken_up_too() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    String first = shop.head().hex();
    mill.failsTwice("1/test/test/1");
    mill.becomes(1, "failed");
    shop.push("integrate/tea", "Sell coffee", "tea", "black\n");
    mill.failsTwice("2/test/test/1");
    mill.becomes(2, "failed");
    mill.kill();
    mill.disk("shop").git("update-ref", "refs/heads/integrate/tea", first);
    mill.start();
    mill.failsTwice("3/test/test/1");
    mill.becomes(3, "failed");
    mill.restart();
    assertThat(mill.exists("shop", 4)).isFalse();
  }

  @Test
  void a_branch_deleted_while_there_is_no_server_is_not_integrated() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.kill();
    mill.disk("shop").git("update-ref", "-d", "refs/heads/integrate/tea");
    mill.start();
    mill.isStopped("1/test/test/1");
    mill.becomes(1, "cancelled");
    assertThat(mill.history(1)).endsWith("branch integrate/tea was deleted");
  }

  @Test
  void a_branch_that_was_pushed_before_anybody_wanted_it_waits_for_its_next_push() throws Exception {
    shop.push("later/tea", "Sell tea", "tea", "green\n");
    mill.define("shop", SHORT.replace("integrate/**", "later/**"));
    mill.restart();
    assertThat(mill.exists("shop", 1)).isFalse();
    shop.push("later/tea", "Sell coffee", "coffee", "black\n");
    mill.runs("1/test/test/1");
  }

  @Test
  void a_repository_that_is_damaged_does_not_keep_the_others_waiting() throws Exception {
    mill.define("till", SHORT.replace("repository: shop", "repository: till"));
    Developer till = mill.developer("till");
    till.pushToMain("Begin", "readme", "A till\n");
    mill.kill();
    Path config = mill.data().resolve("git/shop.git/config");
    String kept = Files.readString(config);
    Files.writeString(config, "[core\n");
    mill.start();
    assertThat(mill.get("/pipelines/shop").statusCode()).isEqualTo(200);
    till.push("integrate/tea", "Count tea", "tea", "green\n");
    mill.passes("till/1/test/test/1");
    mill.becomes("till", 1, "passed");
    Files.writeString(config, kept);
    mill.restart();
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
  }

  @Test
  void what_failed_or_was_cancelled_is_not_taken_up_again_at_each_start() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.failsTwice("1/test/test/1");
    mill.becomes(1, "failed");
    mill.restart();
    assertThat(mill.change(1)).startsWith("failed");
    assertThat(mill.exists("shop", 2)).isFalse();
  }

  @Test
  void the_server_dies_while_it_cancels() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.containers.makeStubborn("shop/1/test/test/1");
    mill.runs("1/test/test/1");
    mill.cancel(1);
    mill.isStopped("1/test/test/1");
    mill.kill();
    mill.start();
    mill.fails("1/test/test/1");
    mill.becomes(1, "cancelled");
    mill.containers.awaitReleased("shop/1/test/test/1");
  }

  @Test
  void who_listens_misses_nothing_and_is_sent_away_with_a_word() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.restart();
    assertThat(mill.listener().farewells()).isOne();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    mill.kill();
    mill.start();
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    mill.hasHeardAll();
    assertThat(mill.listener().heard()).isSorted().doesNotHaveDuplicates();
  }

  /// Held as by a git process that works there: the server comes this far and no further.
  private Path lock(String ref) throws Exception {
    Path lock = mill.disk("shop").folder().resolve(ref + ".lock");
    Files.createDirectories(lock.getParent());
    return Files.createFile(lock);
  }

  private Path moved(Path lock) {
    Path before = lock;
    while (!before.endsWith("shop.git")) {
      before = before.getParent();
    }
    return mill.disk("shop").folder().resolve(before.relativize(lock));
  }
}
