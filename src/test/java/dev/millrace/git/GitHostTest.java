package dev.millrace.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// The real git against the real servlet.
class GitHostTest {
  private static final RepositoryName SHOP = new RepositoryName("shop");
  private static final BranchName MAIN = new BranchName("main");

  @TempDir Path folder;
  private final Asked asked = new Asked();
  private Repositories repositories;
  private Server jetty;
  private ServerConnector connector;
  private String url;
  private Worktree ada;

  /// Answers as told, and remembers what it was asked.
  private static final class Asked implements Pushes {
    final List<String> heard = new CopyOnWriteArrayList<>();
    Supplier<List<String>> refusal = List::of;
    Function<Predicate<String>, Map<BranchName, String>> whenReceived = _ -> Map.of();

    @Override
    public List<String> refuse(RepositoryName repository, List<RefMove> moves, List<String> options) {
      heard.add("asked " + repository + lines(moves, options));
      return refusal.get();
    }

    @Override
    public Map<BranchName, String> received(
        RepositoryName repository, List<RefMove> moves, List<String> options, Predicate<String> say) {
      heard.add("received " + repository + lines(moves, options));
      return whenReceived.apply(say);
    }

    private static String lines(List<RefMove> moves, List<String> options) {
      String text =
          moves.stream()
              .map(move -> "; " + move.branch() + ": " + subject(move.from()) + " -> " + subject(move.to()))
              .collect(Collectors.joining());
      return options.isEmpty() ? text : text + " " + options;
    }

    private static String subject(Commit commit) {
      return commit == null ? "none" : commit.subject() + " by " + commit.author();
    }
  }

  @BeforeEach
  void serve() throws Exception {
    Worktree.settle();
    repositories = new Repositories(folder.resolve("repositories"));
    repositories.create(SHOP);
    serve(0);
    ada = Worktree.begin(folder.resolve("ada"));
    ada.git("remote", "add", "origin", url + "shop.git");
    ada.file("a.txt", "one\n").commit("First");
  }

  /// The same when it is served again: a clone knows it.
  private int port() {
    return url == null ? 0 : URI.create(url).getPort();
  }

  private void serve(long largest) throws Exception {
    int port = port();
    jetty = new Server();
    connector = new ServerConnector(jetty);
    connector.setHost("127.0.0.1");
    connector.setPort(port);
    jetty.addConnector(connector);
    var context = new ServletContextHandler("/");
    context.addServlet(new GitHost(repositories, asked, largest).servlet(), "/git/*");
    jetty.setHandler(context);
    jetty.start();
    url = "http://127.0.0.1:" + connector.getLocalPort() + "/git/";
  }

  @AfterEach
  void stop() throws Exception {
    jetty.stop();
    repositories.close();
  }

  @Test
  void a_push_is_asked_about_then_reported_and_can_be_cloned() throws Exception {
    ada.git("push", "origin", "main");
    assertThat(asked.heard)
        .containsExactly("asked shop; main: none -> First by Ada", "received shop; main: none -> First by Ada");
    assertThat(repositories.branch(SHOP, MAIN)).map(Commit::id).contains(ada.head());
    Worktree bob = Worktree.clone(url + "shop.git", folder.resolve("bob"));
    assertThat(bob.folder().resolve("a.txt")).hasContent("one");
    assertThat(bob.git("status", "-sb")).isEqualTo("## main...origin/main");
  }

  @Test
  void a_refusal_is_shown_for_each_ref_and_line_by_line_and_nothing_moves() {
    ada.git("push", "origin", "main");
    asked.heard.clear();
    asked.refusal = () -> List.of("pipelines/shop.yml:3:5 unknown key: stepz", "nothing was changed");
    ada.on("idea", "main").commit("Second");
    Worktree.Ended push = ada.tryGit("push", "origin", "idea", "idea:other");
    assertThat(push.code()).isEqualTo(1);
    assertThat(push.output())
        .contains("remote: pipelines/shop.yml:3:5 unknown key: stepz")
        .contains("remote: nothing was changed")
        .contains("[remote rejected] idea -> idea (pipelines/shop.yml:3:5 unknown key: stepz)")
        .contains("[remote rejected] idea -> other (pipelines/shop.yml:3:5 unknown key: stepz)");
    assertThat(repositories.branches(SHOP)).containsOnlyKeys(MAIN);
    assertThat(asked.heard).hasSize(1);
  }

  @Test
  void what_a_push_brings_can_be_read_before_it_is_accepted() {
    var seen = new CopyOnWriteArrayList<SourceFile>();
    asked.refusal =
        () -> {
          seen.addAll(repositories.files(SHOP, ada.head(), path -> path.endsWith(".txt")));
          return List.of();
        };
    ada.git("push", "origin", "main");
    assertThat(seen).containsExactly(new SourceFile("a.txt", "one\n"));
  }

  @Test
  void trouble_while_asking_refuses_the_push_with_its_sentence() {
    ada.file("big.txt", "x".repeat((1 << 20) + 1)).commit("Big");
    asked.refusal =
        () -> {
          repositories.files(SHOP, ada.head(), _ -> true);
          return List.of();
        };
    assertThat(ada.tryGit("push", "origin", "main").output())
        .contains("[remote rejected] main -> main (big.txt has 1048577 bytes; at most 1048576 are read)");
  }

  @Test
  void messages_reach_the_pusher_while_the_push_is_open() throws Exception {
    var seen = new CountDownLatch(1);
    var waited = new CopyOnWriteArrayList<Boolean>();
    asked.whenReceived =
        say -> {
          say.test("shop#1 is running");
          try {
            waited.add(seen.await(20, TimeUnit.SECONDS));
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          say.test("shop#1 passed");
          return Map.of();
        };
    Process push = Worktree.start(ada.folder(), "git", "push", "origin", "main");
    var after = new ArrayList<String>();
    try (var lines = new BufferedReader(new InputStreamReader(push.getInputStream(), UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        after.add(line.strip());
        if (line.contains("shop#1 is running")) {
          seen.countDown();
        }
      }
    }
    assertThat(push.waitFor(10, TimeUnit.SECONDS)).isTrue();
    assertThat(waited).containsExactly(true);
    assertThat(after).contains("remote: shop#1 is running", "remote: shop#1 passed");
  }

  @Test
  void a_push_can_be_reported_as_rejected_after_its_branches_have_moved() {
    ada.git("push", "origin", "main");
    ada.on("idea", "main").commit("Second");
    asked.whenReceived =
        say -> {
          assertThat(repositories.branches(SHOP)).containsKeys(new BranchName("idea"), new BranchName("other"));
          say.test("shop#1 failed");
          return Map.of(new BranchName("idea"), "shop#1 failed: exit code 1");
        };
    Worktree.Ended push = ada.tryGit("push", "origin", "idea", "idea:other");
    assertThat(push.code()).isEqualTo(1);
    assertThat(push.output())
        .contains("remote: shop#1 failed")
        .contains("[remote rejected] idea -> idea (shop#1 failed: exit code 1)")
        .contains("[new branch]      idea -> other");
    asked.whenReceived = _ -> Map.of();
    assertThat(ada.tryGit("push", "origin", "idea").output()).contains("Everything up-to-date");
    ada.file("a.txt", "two\n").commit("Fixed");
    ada.git("push", "origin", "idea");
    ada.git("commit", "-q", "--amend", "-m", "Rewritten");
    assertThat(ada.tryGit("push", "origin", "idea").output()).contains("[rejected]", "non-fast-forward");
    ada.git("push", "--force", "origin", "idea");
    assertThat(repositories.branch(SHOP, new BranchName("idea"))).map(Commit::subject).contains("Rewritten");
  }

  @Test
  void a_push_is_held_for_longer_than_a_connection_may_be_idle_as_long_as_something_is_said() {
    connector.setIdleTimeout(400);
    var never = new CountDownLatch(1);
    asked.whenReceived =
        say -> {
          for (int i = 0; i < 12; i++) {
            assertThat(say.test("… still there " + i)).isTrue();
            try {
              assertThat(never.await(100, TimeUnit.MILLISECONDS)).isFalse();
            } catch (InterruptedException e) {
              throw new AssertionError(e);
            }
          }
          return Map.of(MAIN, "shop#1 failed");
        };
    Worktree.Ended push = ada.tryGit("push", "origin", "main");
    assertThat(push.output()).contains("remote: … still there 11", "[remote rejected] main -> main (shop#1 failed)");
  }

  @Test
  void who_has_gone_away_is_told_nothing_more_and_the_branch_stays_moved() throws Exception {
    var noticed = new CountDownLatch(1);
    asked.whenReceived =
        say -> {
          while (say.test("… still there")) {
            Thread.onSpinWait();
          }
          noticed.countDown();
          return Map.of();
        };
    Process push = Worktree.start(ada.folder(), "git", "push", "origin", "main");
    try (var lines = new BufferedReader(new InputStreamReader(push.getInputStream(), UTF_8))) {
      String line = lines.readLine();
      while (line != null && !line.contains("still there")) {
        line = lines.readLine();
      }
      push.destroy();
    }
    assertThat(noticed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(repositories.branch(SHOP, MAIN)).map(Commit::id).contains(ada.head());
  }

  @Test
  void a_push_that_is_too_large_is_refused_and_leaves_nothing_behind_but_a_line_in_the_log() throws Exception {
    var logged = new ListAppender<ILoggingEvent>();
    logged.start();
    var everything = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    var ours = (Logger) LoggerFactory.getLogger(GitHost.class);
    ours.setLevel(Level.INFO);
    everything.addAppender(logged);
    jetty.stop();
    serve(1 << 20);
    ada.git("push", "origin", "main");
    byte[] noise = new byte[2 << 20];
    new Random(1).nextBytes(noise);
    Files.write(ada.folder().resolve("noise"), noise);
    ada.commit("Noise");
    Worktree.Ended push = ada.tryGit("push", "origin", "main");
    assertThat(push.code()).isEqualTo(1);
    assertThat(push.output()).contains("Pack exceeds the limit of 1,048,576 bytes, rejecting the pack");
    // it stops when the request has been worked off
    jetty.stop();
    everything.detachAppender(logged);
    ours.setLevel(null);
    assertThat(List.copyOf(logged.list))
        .allMatch(event -> event.getThrowableProxy() == null)
        .filteredOn(event -> event.getFormattedMessage().contains("Pack exceeds"))
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("A push is refused: Pack exceeds the limit of 1,048,576 bytes, rejecting the pack");
    assertThat(repositories.branch(SHOP, MAIN)).map(Commit::subject).contains("First");
    try (var files = Files.walk(folder.resolve("repositories"))) {
      assertThat(files.filter(file -> file.toFile().length() > 1 << 19)).isEmpty();
    }
    assertThat(asked.heard).hasSize(2);
  }

  @Test
  void branches_can_be_forced_and_deleted_but_main_cannot_be_deleted() {
    ada.git("push", "origin", "main", "main:idea");
    ada.git("commit", "-q", "--amend", "-m", "Rewritten");
    asked.heard.clear();
    ada.git("push", "--force", "origin", "main:idea");
    ada.git("push", "origin", ":idea");
    assertThat(asked.heard)
        .containsExactly(
            "asked shop; idea: First by Ada -> Rewritten by Ada",
            "received shop; idea: First by Ada -> Rewritten by Ada",
            "asked shop; idea: Rewritten by Ada -> none",
            "received shop; idea: Rewritten by Ada -> none");
    Worktree.Ended deletion = ada.tryGit("push", "origin", ":main");
    assertThat(deletion.output()).contains("[remote rejected] main (the default branch cannot be deleted)");
    assertThat(repositories.branches(SHOP)).containsOnlyKeys(MAIN);
    ada.git("push", "--force", "origin", "main");
    assertThat(repositories.branch(SHOP, MAIN)).map(Commit::subject).contains("Rewritten");
  }

  @Test
  void push_options_are_handed_on() {
    ada.git("push", "-o", "wait", "-o", "priority=1", "origin", "main");
    assertThat(asked.heard).allSatisfy(line -> assertThat(line).endsWith("[wait, priority=1]"));
  }

  @Test
  void tags_are_accepted_and_not_mentioned() {
    ada.git("push", "origin", "main");
    asked.heard.clear();
    ada.git("tag", "-a", "-m", "one", "v1");
    ada.git("push", "origin", "v1");
    assertThat(ada.git("ls-remote", "origin")).contains("refs/tags/v1^{}");
    assertThat(asked.heard).isEmpty();
    ada.git("tag", "v2");
    ada.on("idea", "main").commit("Second");
    ada.git("push", "origin", "v2", "idea");
    assertThat(asked.heard).last().isEqualTo("received shop; idea: none -> Second by Ada");
  }

  @Test
  void one_refused_ref_refuses_all() {
    Worktree.Ended push = ada.tryGit("push", "origin", "main", "main:refs/elsewhere/x", "main:refs/heads/refs/heads/y");
    assertThat(push.code()).isEqualTo(1);
    assertThat(push.output())
        .contains("(only branches, tags and notes can be pushed)")
        .contains("(a branch cannot have this name; push to a name without refs/heads/)")
        .contains("main -> main (transaction aborted)");
    assertThat(repositories.branches(SHOP)).isEmpty();
    assertThat(asked.heard).isEmpty();
  }

  @Test
  void a_branch_can_only_be_a_commit() {
    ada.git("tag", "-a", "-m", "one", "v1");
    String tag = ada.git("rev-parse", "v1");
    ada.git("push", "origin", "v1");
    Worktree.Ended push = ada.tryGit("push", "origin", tag + ":refs/heads/x");
    assertThat(push.code()).as(push.output()).isEqualTo(1);
    assertThat(repositories.branches(SHOP)).isEmpty();
  }

  @Test
  void a_path_that_reaches_into_the_git_folder_is_refused() throws Exception {
    String blob = ada.git("rev-parse", "HEAD:a.txt");
    Path listing = Files.writeString(folder.resolve("listing"), "100644 blob " + blob + "\t.git\n");
    String tree = Worktree.run(ada.folder(), "sh", "-c", "git mktree < " + listing).output().strip();
    String commit = ada.git("commit-tree", "-m", "Evil", tree);
    Worktree.Ended push = ada.tryGit("push", "origin", commit + ":refs/heads/main");
    assertThat(push.code()).as(push.output()).isEqualTo(1);
    assertThat(repositories.branches(SHOP)).isEmpty();
  }

  @Test
  void what_is_kept_for_changes_is_neither_seen_nor_moved() {
    ada.git("push", "origin", "main");
    repositories.keep(SHOP, new ChangeId(new PipelineName("shop"), 7), ada.head());
    String kept = "refs/millrace/shop/7/" + ada.head();
    assertThat(ada.git("ls-remote", "origin")).doesNotContain("millrace");
    assertThat(ada.git("-c", "protocol.version=0", "ls-remote", "origin")).doesNotContain("millrace");
    assertThat(ada.tryGit("fetch", "origin", kept).code()).isNotZero();
    assertThat(ada.tryGit("push", "origin", "main:" + kept).output()).contains("[remote rejected]");
    assertThat(ada.tryGit("push", "origin", "main:refs/millrace/shop/8/x").output()).contains("[remote rejected]");
    assertThat(ada.tryGit("push", "--mirror", "origin").output()).doesNotContain("millrace");
  }

  @Test
  void what_does_not_exist_is_not_found_and_odd_paths_are_refused() throws Exception {
    assertThat(ada.tryGit("clone", url + "nope.git", "nope").output())
        .contains("remote: this server hosts no such repository")
        .contains("not found");
    try (var http = HttpClient.newHttpClient()) {
      for (String path :
          List.of(
              "", "shop.git", "shop.git/HEAD", "shop.git/config", "shop.git/objects/info/packs", "shop.git/info/refs/x",
              "x/shop.git/info/refs?service=git-upload-pack", ".git/info/refs?service=git-upload-pack",
              "%2e%2e/shop.git/info/refs?service=git-upload-pack", "shop.git.git/info/refs?service=git-upload-pack",
              "..%2fshop.git/info/refs?service=git-upload-pack", "shop.git/info/refs")) {
        var request = HttpRequest.newBuilder(URI.create(url + path)).build();
        int status = http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        assertThat(status).as(path).isIn(400, 404, 403, 406);
      }
    }
  }

  @Test
  void an_empty_repository_can_be_cloned_and_filled() throws Exception {
    Worktree bob = Worktree.clone(url + "shop.git", folder.resolve("bob"));
    bob.file("b.txt", "b").commit("From Bob");
    bob.git("push", "origin", "HEAD:main");
    assertThat(repositories.branch(SHOP, MAIN)).map(Commit::subject).contains("From Bob");
  }

  @Test
  void forty_megabytes_can_be_pushed_and_fetched() throws Exception {
    byte[] noise = new byte[40 << 20];
    new Random(1).nextBytes(noise);
    Files.write(ada.folder().resolve("noise"), noise);
    ada.git("config", "core.compression", "0"); // it does not get smaller
    ada.commit("Noise");
    ada.git("push", "origin", "main");
    Worktree bob = Worktree.clone(url + "shop.git", folder.resolve("bob"));
    assertThat(Files.mismatch(bob.folder().resolve("noise"), ada.folder().resolve("noise"))).isEqualTo(-1);
  }

  @Test
  void pushes_side_by_side_all_arrive_and_for_one_branch_one_wins() throws Exception {
    ada.git("push", "origin", "main");
    var others = new ArrayList<Worktree>();
    for (int i = 0; i < 4; i++) {
      Worktree other = Worktree.clone(url + "shop.git", folder.resolve("other" + i));
      other.file("file" + i, "x").commit("By " + i);
      others.add(other);
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var own = new ArrayList<Callable<Worktree.Ended>>();
      others.forEach(
          other -> own.add(() -> other.tryGit("push", "origin", "HEAD:for/" + other.folder().getFileName())));
      for (var push : threads.invokeAll(own)) {
        assertThat(push.get().code()).as(push.get().output()).isZero();
      }
      var same = new ArrayList<Callable<Worktree.Ended>>();
      others.forEach(other -> same.add(() -> other.tryGit("push", "origin", "HEAD:main")));
      int won = 0;
      for (var push : threads.invokeAll(same)) {
        won += push.get().code() == 0 ? 1 : 0;
      }
      assertThat(won).isEqualTo(1);
    }
    assertThat(repositories.branches(SHOP)).hasSize(5);
  }

  @Test
  void only_whole_or_unambiguous_commit_ids_name_a_commit() {
    ada.git("push", "origin", "main");
    CommitId head = ada.head();
    assertThat(repositories.find(SHOP, head.hex())).map(Commit::id).contains(head);
    assertThat(repositories.find(SHOP, head.abbreviated())).map(Commit::id).contains(head);
    assertThat(repositories.find(SHOP, "main")).isEmpty();
    assertThat(repositories.find(SHOP, "HEAD")).isEmpty();
    assertThat(repositories.find(SHOP, head + "^{tree}")).isEmpty();
    assertThat(repositories.find(SHOP, ada.git("rev-parse", "HEAD:a.txt"))).isEmpty();
    assertThat(repositories.find(SHOP, "0".repeat(40))).isEmpty();
  }
}
