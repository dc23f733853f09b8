package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.CommitId;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/// What programs ask for, and what they are answered.
class AskingTest extends Story {
  private static final String LOG = "/api/v1/pipelines/shop/changes/1/stages/test/steps/test/log";

  @Test
  void a_branch_is_started() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    assertThat(mill.trigger("shop", "{\"branch\": \"integrate/tea\"}"))
        .isEqualTo("409 Refused: shop#1 is already on its way with this commit; cancel it or wait for its end");
    mill.failsTwice("1/test/test/1");
    mill.becomes(1, "failed");

    assertThat(mill.trigger("shop", "{\"branch\": \"integrate/tea\"}"))
        .isEqualTo("201 /api/v1/pipelines/shop/changes/2");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
    assertThat(mill.history(2))
        .startsWith("integrate/tea at <Sell tea> is to be integrated into main, asked by the API");
    assertThat(shop.branches()).containsExactly("main");
  }

  @Test
  void a_commit_is_started_and_checked_only() throws Exception {
    CommitId commit = shop.pushTag("v1", "Sell nothing", "nothing", "0\n");
    assertThat(mill.trigger("shop", "{\"commit\": \"" + commit.hex().substring(0, 10) + "\"}"))
        .isEqualTo("201 /api/v1/pipelines/shop/changes/1");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.change(1))
        .isEqualTo(
            "passed (checked only: a commit that is not integrated stops before the promotion): test passed, main skipped");
    assertThat(mill.main()).isEqualTo("<Begin>");
    assertThat(mill.runAgain(1, "main"))
        .isEqualTo("409 Refused: main does not run for shop#1: only what is integrated goes that far");
  }

  @Test
  void what_is_not_there_is_said_so() {
    assertThat(mill.problem(mill.get("/api/v1/pipelines/shp")))
        .isEqualTo("Not found: There is no pipeline \"shp\". There are shop.");
    assertThat(mill.trigger("shp", "{\"branch\": \"main\"}"))
        .isEqualTo("404 Not found: There is no pipeline \"shp\". There are shop.");
    assertThat(mill.problem(mill.get("/api/v1/pipelines/shop/changes/7")))
        .isEqualTo("Not found: Pipeline shop has no change 7.");
    assertThat(mill.problem(mill.get("/api/v1/pipelines/shop/changes/x")))
        .isEqualTo("Not found: Pipeline shop has no change x.");
    assertThat(mill.cancel(7)).isEqualTo("404 Not found: Pipeline shop has no change 7.");
    assertThat(mill.problem(mill.get("/api/v1/nothing"))).isEqualTo("Not found: There is nothing at /api/v1/nothing.");
    assertThat(mill.trigger("shop", "{\"branch\": \"integrate/tee\"}"))
        .isEqualTo("409 Refused: shop has no branch integrate/tee; push it first");
    assertThat(mill.trigger("shop", "{\"commit\": \"" + "0".repeat(40) + "\"}"))
        .startsWith("409 Refused: shop has no commit");
  }

  @Test
  void what_is_not_understood_is_said_so() {
    assertThat(mill.trigger("shop", "")).isEqualTo("400 Not understood: Give either \"branch\" or \"commit\".");
    assertThat(mill.trigger("shop", "{\"branch\": 1}")).isEqualTo("400 Not understood: \"branch\" is a text.");
    assertThat(mill.trigger("shop", "{\"branch\": \"a\", \"commit\": \"b\"}"))
        .isEqualTo("400 Not understood: Give either \"branch\" or \"commit\".");
    assertThat(mill.trigger("shop", "{\"brunch\": \"main\"}"))
        .isEqualTo("400 Not understood: Unknown: brunch; this takes branch, commit and parameters.");
    assertThat(mill.trigger("shop", "[]")).isEqualTo("400 Not understood: The body is a JSON object with branch, commit or parameters.");
    assertThat(mill.trigger("shop", "{")).startsWith("400 Not understood: The body is not JSON");
    assertThat(mill.trigger("shop", "{\"branch\": \"refs/heads/main\"}"))
        .startsWith("400 Not understood: \"branch\" is the short name of a branch, like main: ");
    assertThat(mill.trigger("shop", "{\"branch\": \"a..b\"}")).startsWith("4");
    assertThat(mill.problem(mill.get("/api/v1/pipelines/shop/changes?state=broken")))
        .isEqualTo(
            "Not understood: No change is ever \"broken\"; it is queued, running, passed, failed or cancelled.");
    assertThat(mill.problem(mill.get("/api/v1/pipelines/shop/changes?limit=many")))
        .isEqualTo("Not understood: \"limit\" is a whole number from 0, not \"many\".");
    assertThat(mill.problem(mill.get("/api/v1/events", "Last-Event-ID", "yesterday")))
        .isEqualTo("Not understood: Last-Event-ID is the number of an event that was sent, not \"yesterday\".");
  }

  @Test
  void a_stage_that_cannot_run_again_is_refused() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    assertThat(mill.runAgain(1, "tset")).isEqualTo("409 Refused: shop has no stage tset; it has test, main");
    assertThat(mill.runAgain(1, "test"))
        .isEqualTo("409 Refused: shop#1 is in the queue, which tries it again by itself where that can help; cancel it first");
    assertThat(mill.runAgain(1, "Test!"))
        .isEqualTo("400 Not understood: Give the stage to run again from: {\"from\": \"verify\"}.");
    mill.failsTwice("1/test/test/1");
    mill.becomes(1, "failed");
    shop.forcePush("integrate/tea", "Sell better tea", "tea", "oolong\n");
    assertThat(mill.runAgain(1, "test"))
        .isEqualTo("409 Refused: integrate/tea has moved on: shop#2 is on its way with a newer commit");
  }

  @Test
  void a_log_is_read_in_parts_and_followed() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    assertThat(mill.problem(mill.get("/api/v1/pipelines/shop/changes/1/stages/main/steps/promote/log")))
        .isEqualTo("Not found: shop#1 has not tried main/promote.");
    mill.runs("1/test/test/1");
    try (InputStream following = mill.open(LOG + "?follow=true")) {
      mill.prints("1/test/test/1", "one\n");
      assertThat(following.readNBytes(4)).asString(StandardCharsets.UTF_8).isEqualTo("one\n");
      mill.prints("1/test/test/1", "two\nthree");
      assertThat(following.readNBytes(9)).asString(StandardCharsets.UTF_8).isEqualTo("two\nthree");
      mill.passes("1/test/test/1");
      assertThat(following.readAllBytes()).isEmpty();
    }
    mill.becomes(1, "passed");

    assertThat(mill.get(LOG).body()).isEqualTo("one\ntwo\nthree");
    HttpResponse<String> part = mill.get(LOG, "Range", "bytes=4-6");
    assertThat(part.statusCode()).isEqualTo(206);
    assertThat(part.headers().firstValue("Content-Range")).contains("bytes 4-6/13");
    assertThat(part.body()).isEqualTo("two");
    assertThat(mill.get(LOG, "Range", "bytes=-5").body()).isEqualTo("three");
    assertThat(mill.get(LOG, "Range", "bytes=8-").body()).isEqualTo("three");
    HttpResponse<String> beyond = mill.get(LOG, "Range", "bytes=13-");
    assertThat(beyond.statusCode()).isEqualTo(416);
    assertThat(beyond.headers().firstValue("Content-Range")).contains("bytes */13");
    assertThat(mill.get(LOG + "?timestamps=true").body().lines().map(line -> line.split(" ", 2)[1]))
        .containsExactly("one", "two", "three");
    assertThat(mill.problem(mill.get(LOG + "?attempt=2")))
        .isEqualTo("Not found: shop#1 has no attempt 2 of test/test.");
  }

  @Test
  void a_log_is_searched_while_it_grows() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.prints("1/test/test/1", "green tea\n\u001b[32mblack\u001b[0m Tea\nno ");
    mill.awaitLog(LOG, "green tea\n\u001b[32mblack\u001b[0m Tea\nno ");
    assertThat(mill.get(LOG + "/search?search=tea").body())
        .isEqualTo(
            "{\"attempt\":1,\"count\":1,\"before\":0,\"previous\":null,"
                + "\"lines\":[{\"number\":1,\"text\":\"green tea\"}],\"next\":null}");
    assertThat(mill.get(LOG + "/search?search=TEA&ignoreCase=true&limit=1").body())
        .isEqualTo(
            "{\"attempt\":1,\"count\":2,\"before\":0,\"previous\":null,"
                + "\"lines\":[{\"number\":1,\"text\":\"green tea\"}],\"next\":\"" + LOG
                + "/search?search=TEA&ignoreCase=true&from=2&limit=1&attempt=1\"}");
    mill.prints("1/test/test/1", "tea");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    assertThat(mill.get(LOG + "/search?search=Tea&ignoreCase=true&from=2").body())
        .isEqualTo(
            "{\"attempt\":1,\"count\":3,\"before\":1,\"previous\":1,\"lines\":["
                + "{\"number\":2,\"text\":\"black Tea\"},{\"number\":3,\"text\":\"no tea\"}],\"next\":null}");
    assertThat(mill.problem(mill.get(LOG + "/search"))).isEqualTo("Not understood: Say what to look for: ?search=text.");
    assertThat(mill.problem(mill.get(LOG + "/search?search=" + "x".repeat(201))))
        .isEqualTo("Not understood: What is looked for has at most 200 characters, not 201.");
    assertThat(mill.problem(mill.get(LOG + "/search?search=a%0Ab")))
        .isEqualTo("Not understood: What is looked for is in one line, without a line end.");
    assertThat(mill.problem(mill.get(LOG + "/search?search=a&from=one")))
        .isEqualTo("Not understood: \"from\" is a whole number from 0, not \"one\".");
  }
}
