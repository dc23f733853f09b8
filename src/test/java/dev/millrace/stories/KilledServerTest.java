package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.ChangeId;
import dev.millrace.flow.Note;
import dev.millrace.git.Worktree;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.runner.docker.RawEngine;
import dev.millrace.runner.docker.TestImages;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server in a process of its own over a real Docker engine, killed without warning and started again.
@Tag("docker")
@Timeout(180)
class KilledServerTest {
  private static final String LOG = "/api/v1/pipelines/shop/changes/1/stages/test/steps/test/log";

  @TempDir Path folder;
  private final Names names = new Names();
  private KillableServer server;
  private Developer definers;
  private Developer shop;

  @BeforeEach
  void begin() throws Exception {
    server = new KillableServer(folder);
    definers = new Developer(Worktree.clone(server.address() + "/git/pipelines.git", folder.resolve("pipelines")), names);
  }

  @AfterEach
  void end() throws Exception {
    server.close();
  }

  @Test
  void a_step_goes_on_and_its_log_has_every_line_once() throws Exception {
    define("for i in $(seq 100); do echo line $i; usleep 50000; done");
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    server.listener.until("the step", () -> server.get(LOG).statusCode() == 200);
    try (InputStream following =
        server.http.send(server.request(LOG + "?follow=true"), HttpResponse.BodyHandlers.ofInputStream()).body()) {
      byte[] beginning = lines(20).getBytes(StandardCharsets.UTF_8);
      assertThat(following.readNBytes(beginning.length)).isEqualTo(beginning);
    }

    server.kill();
    server.start();
    passes(1);

    assertThat(server.get(LOG).body()).isEqualTo(lines(100));
    assertThat(shop.mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
    assertThat(shop.branches()).containsExactly("main");
    server.kill();
    String installation;
    try (var store = server.store()) {
      installation = store.installation();
      assertThat(store.history(new ChangeId(new PipelineName("shop"), 1)).stream().map(Note::sentence).map(names::in))
          .containsExactly(
              "integrate/tea at <Sell tea> is to be integrated into main, asked by a push by Ada",
              "merged with <Begin>: candidate <candidate 1>, made by git",
              "promoted: main is now <candidate 1>",
              "passed");
    }
    server.start();
    try (var engine = new RawEngine(TestImages.HOST.substring("unix://".length()))) {
      String container = "millrace-" + installation + ".shop.1.test.test.1";
      assertThat(engine.ask("POST", "/containers/" + container + "/wait?condition=removed").status())
          .as("removed before, or now")
          .isIn(404, 200);
    }
  }

  @Test
  void a_push_that_was_answered_is_never_lost() throws Exception {
    define("true");
    for (int i = 1; i <= 3; i++) {
      String told = shop.push("integrate/" + i, "Sell " + i, "goods/" + i, i + "\n");
      server.kill();
      assertThat(told).startsWith("shop#" + i + ": integrate/" + i + " goes into main");
      server.start();
      assertThat(server.get("/api/v1/pipelines/shop/changes/" + i).body()).contains("\"branch\":\"integrate/" + i + "\"");
    }
    for (int i = 1; i <= 3; i++) {
      passes(i);
    }
    assertThat(shop.mainline())
        .containsExactly(
            "Merge integrate/3 into main (shop#3)",
            "Merge integrate/2 into main (shop#2)",
            "Merge integrate/1 into main (shop#1)",
            "Begin");
    assertThat(server.get("/api/v1/pipelines/shop/changes/4").statusCode()).isEqualTo(404);
  }

  private void define(String command) throws Exception {
    definers.pushToMain(
        "Define shop",
        "shop.yml",
        """
        repository: shop
        integrate: {branches: ["integrate/**"], parallel: 1}
        stages:
          - test
          - {name: main, promote: true}
        steps:
          test: {image: "%s", run: "%s"}
        """
            .formatted(TestImages.busybox(), command));
    shop = new Developer(Worktree.clone(server.address() + "/git/shop.git", folder.resolve("shop")), names);
    shop.pushToMain("Begin", "readme", "A shop\n");
  }

  private void passes(int number) throws InterruptedException {
    String change = "/api/v1/pipelines/shop/changes/" + number;
    server.listener.until("shop#" + number, () -> server.get(change).body().contains("\"state\":\"passed\",\"reason\":\"\""));
  }

  private static String lines(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
  }
}
