package dev.millrace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Effect;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Method;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Remote;
import dev.millrace.pipeline.RemoteUrl;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Mirrors of a repository on another host, over HTTP with a token.
class MirrorsTest {
  private static final BranchName MAIN = new BranchName("main");
  static final BranchName TEA = new BranchName("integrate/tea");

  @TempDir Path folder;
  private Elsewhere elsewhere;
  private Repositories repositories;
  private Remotes remotes;
  private Mirrors mirrors;
  private Remote remote;
  private RepositoryName name;
  private Worktree ada;
  private final List<String> said = new ArrayList<>();

  @BeforeEach
  void begin() throws Exception {
    Worktree.settle();
    elsewhere = new Elsewhere(folder);
    ada = Worktree.begin(folder.resolve("ada"));
    ada.git("remote", "add", "origin", elsewhere.urlOfAda());
    ada.file("a.txt", "one\n").commit("First");
    ada.git("push", "-q", "origin", "main");
    credentials(elsewhere.credentials() + "\n", "rw-------");
    repositories = new Repositories(folder.resolve("git"));
    remotes = new Remotes(folder.resolve("ssh"), folder.resolve("credentials"), true, Duration.ofSeconds(1));
    mirrors = new Mirrors(repositories, remotes);
    remote = remote(elsewhere.url());
    name = remote.url().mirror();
    mirrors.create(name, remote);
  }

  @AfterEach
  void end() throws Exception {
    remotes.close();
    repositories.close();
    elsewhere.close();
  }

  private static Remote remote(String url) {
    return new Remote(new RemoteUrl(url), Remote.USUAL);
  }

  private void credentials(String text, String mode) throws Exception {
    Path file = folder.resolve("credentials");
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }

  private static FetchOutcome fetched() {
    return new FetchOutcome.Fetched();
  }

  private String host() {
    return remote.url().host();
  }

  @Test
  void a_mirror_has_what_its_remote_has() {
    ada.on("integrate/tea", "main").file("tea", "green\n").commit("Sell tea");
    ada.git("tag", "v1");
    ada.git("push", "-q", "origin", "integrate/tea", "v1");

    assertThat(mirrors.fetch(name)).isEqualTo(fetched());

    assertThat(repositories.branches(name)).isEqualTo(elsewhere.branches()).containsOnlyKeys(MAIN, TEA);
    assertThat(new Worktree(folder.resolve("git/" + name + ".git")).git("tag")).isEqualTo("v1");
    assertThat(mirrors.url(name)).contains(remote.url());
    assertThat(mirrors.create(name, remote)).as("it is new").isFalse();
  }

  @Test
  void what_is_gone_or_rewritten_there_is_so_here_and_what_is_kept_here_stays() {
    ada.on("integrate/tea", "main").file("tea", "green\n").commit("Sell tea");
    ada.git("push", "-q", "origin", "integrate/tea");
    mirrors.fetch(name);
    CommitId tea = ada.head();
    repositories.keep(name, change(), tea);
    ada.git("push", "-q", "origin", ":integrate/tea");
    ada.git("push", "-q", "origin", "main:integrate/tea/green");
    ada.on("main", "main").git("commit", "-q", "--amend", "-m", "First, again");
    ada.git("push", "-q", "--force", "origin", "main");

    assertThat(mirrors.fetch(name)).isEqualTo(fetched());

    assertThat(repositories.branches(name))
        .containsOnlyKeys(MAIN, new BranchName("integrate/tea/green"))
        .extractingByKey(MAIN)
        .extracting(Commit::subject)
        .isEqualTo("First, again");
    assertThat(repositories.find(name, tea.hex())).isPresent();
  }

  @Test
  void a_remote_that_suddenly_shows_nothing_is_not_followed() throws Exception {
    mirrors.fetch(name);
    new Worktree(folder.resolve("elsewhere/acme.git")).git("update-ref", "-d", "refs/heads/main");

    assertThat(mirrors.fetch(name))
        .isEqualTo(
            new FetchOutcome.Failed(
                host() + " shows no branches of " + elsewhere.url() + " any more; the mirror stays as it was", true));
    assertThat(repositories.branches(name)).containsOnlyKeys(MAIN);
  }

  @Test
  void who_has_no_token_is_told_where_to_put_it_and_a_wrong_one_is_called_so() throws Exception {
    credentials("https://somebody:else@git.example.org\n", "rw-------");
    assertThat(mirrors.fetch(name))
        .isEqualTo(
            new FetchOutcome.Failed(
                host() + " asks who is there; put a line https://user:token@" + host() + " into "
                    + folder.resolve("credentials"),
                false));

    credentials("# ours\n" + elsewhere.credentials().replace(Elsewhere.TOKEN, "wrong") + "\n", "rw-------");
    assertThat(mirrors.fetch(name))
        .isEqualTo(new FetchOutcome.Failed(host() + " does not take the credentials that Millrace has for it", false));

    credentials("https://ada@127.0.0.1\n", "rw-------");
    assertThat(mirrors.fetch(name))
        .isEqualTo(
            new FetchOutcome.Failed(
                "line 1 of " + folder.resolve("credentials") + " is not like https://user:token@host", false));

    credentials(elsewhere.credentials() + "\n", "rw-r-----");
    assertThat(mirrors.fetch(name))
        .isEqualTo(
            new FetchOutcome.Failed(
                "the credentials in " + folder.resolve("credentials")
                    + " can be read by others on this machine: chmod 600 " + folder.resolve("credentials"),
                false));

    credentials(elsewhere.credentials() + "\n", "rw-------");
    assertThat(mirrors.fetch(name)).isEqualTo(fetched());
  }

  @Test
  void a_token_is_for_its_host_scheme_port_and_path_and_the_longest_path_wins() throws Exception {
    String at = elsewhere.credentials().replace("ada:s3cret", "ada:wrong");
    credentials(at + "\n" + at + "/other\n" + elsewhere.credentials() + "/git/acme.git\n" + at + "/git\n", "rw-------");
    assertThat(mirrors.fetch(name)).isEqualTo(fetched());

    credentials(elsewhere.credentials().replace("http:", "https:") + "\n", "rw-------");
    assertThat(mirrors.fetch(name)).isInstanceOf(FetchOutcome.Failed.class);
    credentials(elsewhere.credentials() + "1\n", "rw-------");
    assertThat(mirrors.fetch(name)).isInstanceOf(FetchOutcome.Failed.class);
  }

  @Test
  void a_remote_that_is_down_or_unknown_is_called_so() throws Exception {
    elsewhere.stop();
    assertThat(mirrors.fetch(name))
        .isEqualTo(new FetchOutcome.Failed(host() + " cannot be reached (connection refused)", true));

    assertThat(fetch("http://nowhere.invalid/x.git"))
        .isEqualTo(new FetchOutcome.Failed("nowhere.invalid cannot be found (no address is known for it)", true));
    assertThat(fetch("ssh://git@nowhere.invalid/x.git"))
        .isEqualTo(new FetchOutcome.Failed("nowhere.invalid cannot be found (no address is known for it)", true));
  }

  /// JGit alone gives an ssh host two minutes once it has taken the connection.
  @Test
  @Timeout(60)
  void a_remote_that_takes_connections_and_says_nothing_or_no_more_is_given_up_in_time() throws Exception {
    try (var silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String at = "127.0.0.1:" + silent.getLocalPort();
      var unanswered = new FetchOutcome.Failed(at + " does not answer (waited 1 s)", true);
      assertThat(fetch("http://" + at + "/x.git")).isEqualTo(unanswered);
      assertThat(fetch("ssh://git@" + at + "/x.git")).isEqualTo(unanswered);
    }
    try (var halting = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      var named = new CountDownLatch(1);
      Thread.ofVirtual().start(() -> name(halting, named));
      String at = "127.0.0.1:" + halting.getLocalPort();
      do { // on a busy machine the second may be over before anybody has come
        assertThat(fetch("ssh://git@" + at + "/x.git"))
            .isEqualTo(new FetchOutcome.Failed(at + " does not answer (waited 1 s)", true));
      } while (named.getCount() > 0);
    }
  }

  /// Says who it is, as an ssh server does first, and waits until the other hangs up.
  private static void name(ServerSocket server, CountDownLatch named) {
    try (var one = server.accept()) {
      one.getOutputStream().write("SSH-2.0-halting\r\n".getBytes(StandardCharsets.US_ASCII));
      named.countDown();
      one.getInputStream().transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FetchOutcome fetch(String url) {
    Remote other = remote(url);
    mirrors.create(other.url().mirror(), other);
    return mirrors.fetch(other.url().mirror());
  }

  @Test
  void a_repository_that_is_not_there_is_called_so() {
    String url = elsewhere.url().replace("acme", "nothing");
    assertThat(fetch(url))
        .isEqualTo(
            new FetchOutcome.Failed(host() + " has no repository " + url + ", or none that Millrace may see", false));
  }

  @Test
  void a_repository_on_the_disk_is_followed_only_where_that_is_allowed() throws Exception {
    String url = "file://" + folder.resolve("ada/.git");
    assertThat(fetch(url)).isEqualTo(fetched());
    assertThat(repositories.branches(remote(url).url().mirror())).containsOnlyKeys(MAIN);

    try (var strict = new Remotes(folder.resolve("ssh"), folder.resolve("credentials"), false)) {
      assertThat(new Mirrors(repositories, strict).fetch(remote(url).url().mirror()))
          .isEqualTo(
              new FetchOutcome.Failed("this server takes no file:// URLs; it does when started with --file-remotes", false));
    }
  }

  @Test
  void a_mirror_does_not_take_the_place_of_a_repository_of_ours() {
    Remote other = remote("https://git.example.org/acme/shop.git");
    RepositoryName taken = other.url().mirror();
    repositories.create(taken);
    ada.git("push", "-q", folder.resolve("git/" + taken + ".git").toString(), "main");

    assertThatThrownBy(() -> mirrors.create(taken, other))
        .isInstanceOf(GitTrouble.class)
        .hasMessage(
            "there is a repository git.example.org-acme-shop of our own already; a mirror of"
                + " https://git.example.org/acme/shop.git has no room");
  }

  // -- promotion

  private static ChangeId change() {
    return new ChangeId(new PipelineName("shop"), 1);
  }

  /// What main would become with the branch, when the mirror has both.
  private Effect.Promote tea() {
    ada.on("integrate/tea", "main").file("tea", "green\n").commit("Sell tea");
    ada.git("push", "-q", "origin", "integrate/tea");
    assertThat(mirrors.fetch(name)).isEqualTo(fetched());
    return order(repositories, name, ada.head());
  }

  static Effect.Promote order(Repositories repositories, RepositoryName name, CommitId tip) {
    var commit = new Commit(tip, "Sell tea", "Ada");
    var piece = new Effect.Piece(change(), commit, TEA, Instant.parse("2026-01-01T10:00:00Z"));
    var merge = new Effect.Merge(change(), 1, name, List.of(piece), MAIN, Method.MERGE);
    var stacked = (MergeOutcome.Stacked) repositories.stack(merge);
    var attempt = new AttemptId(change(), new StageName("main"), new StepName("promote"), 1);
    return new Effect.Promote(
        attempt, name, new Candidate(stacked.base(), stacked.commit()), List.of(new Effect.Tip(TEA, tip)), MAIN);
  }

  private PromotionOutcome promote(Effect.Promote order) {
    return mirrors.promote(order, said::add);
  }

  private static PromotionOutcome promoted(BranchName... gone) {
    return new PromotionOutcome.Promoted(List.of(gone));
  }

  private CommitId mainThere() {
    return elsewhere.branches().get(MAIN).id();
  }

  private CommitId mainHere() {
    return repositories.branch(name, MAIN).orElseThrow().id();
  }

  @Test
  void a_candidate_lands_there_and_here_and_its_branch_is_gone_and_again_is_the_same() {
    Effect.Promote order = tea();

    assertThat(promote(order)).isEqualTo(promoted(TEA));

    assertThat(List.of(mainThere(), mainHere())).containsOnly(order.candidate().commit());
    assertThat(elsewhere.branches()).containsOnlyKeys(MAIN).isEqualTo(repositories.branches(name));
    assertThat(promote(order)).isEqualTo(promoted(TEA));
    assertThat(mirrors.fetch(name)).isEqualTo(fetched());
    assertThat(said).isEmpty();
  }

  @Test
  void a_copy_says_nothing_to_the_others() {
    Effect.Promote order = tea();
    CommitId before = mainThere();
    remotes.silence();
    String because = host() + " is not talked with: this server works on a copy";
    assertThat(mirrors.fetch(name)).isEqualTo(new FetchOutcome.Failed(because, true));
    assertThat(promote(order)).isEqualTo(new PromotionOutcome.Unreachable(because));
    assertThat(mainThere()).isEqualTo(before);
  }

  @Test
  void what_a_crash_left_half_done_is_finished() {
    Effect.Promote order = tea();
    // pushed there, and then the server died
    Worktree disk = new Worktree(folder.resolve("git/" + name + ".git"));
    disk.git("push", "-q", elsewhere.urlOfAda(), order.candidate().commit().hex() + ":refs/heads/main");
    assertThat(mainHere()).isEqualTo(order.candidate().base());

    assertThat(promote(order)).isEqualTo(promoted(TEA));
    assertThat(mainHere()).isEqualTo(order.candidate().commit());
    assertThat(elsewhere.branches()).containsOnlyKeys(MAIN);
  }

  @Test
  void it_counts_as_landed_when_others_have_gone_on_from_it_already() {
    Effect.Promote order = tea();
    Worktree disk = new Worktree(folder.resolve("git/" + name + ".git"));
    disk.git("push", "-q", elsewhere.urlOfAda(), order.candidate().commit().hex() + ":refs/heads/main");
    ada.git("fetch", "-q", "origin");
    ada.on("main", "origin/main").file("b.txt", "two\n").commit("Second");
    ada.git("push", "-q", "origin", "main");

    assertThat(promote(order)).isEqualTo(promoted(TEA));
    assertThat(mainHere()).isEqualTo(ada.head());
  }

  @Test
  void a_target_that_somebody_has_moved_is_left_and_fetched() {
    Effect.Promote order = tea();
    ada.on("main", "main").file("b.txt", "two\n").commit("Second");
    ada.git("push", "-q", "origin", "main");

    assertThat(promote(order)).isEqualTo(new PromotionOutcome.Moved(ada.head()));
    assertThat(List.of(mainThere(), mainHere())).containsOnly(ada.head());
    assertThat(elsewhere.branches()).containsKey(TEA);
  }

  @Test
  void a_target_that_somebody_has_rewritten_is_left_and_fetched() {
    Effect.Promote order = tea();
    ada.on("main", "main").git("commit", "-q", "--amend", "-m", "First, again");
    ada.git("push", "-q", "--force", "origin", "main");

    assertThat(promote(order)).isEqualTo(new PromotionOutcome.Moved(ada.head()));
    assertThat(mainHere()).isEqualTo(ada.head());
  }

  @Test
  void a_branch_that_was_pushed_again_meanwhile_stays() {
    Effect.Promote order = tea();
    ada.file("tea", "black\n").commit("Sell black tea");
    ada.git("push", "-q", "origin", "integrate/tea");

    assertThat(promote(order)).isEqualTo(promoted());
    assertThat(mainThere()).isEqualTo(order.candidate().commit());
    assertThat(elsewhere.branches().get(TEA).id()).isEqualTo(ada.head());
    assertThat(said).isEmpty();
  }

  @Test
  void a_refusal_is_told_in_the_words_of_the_remote() {
    Effect.Promote order = tea();
    elsewhere.hook(_ -> List.of("main is protected", "ask the owners of acme"));

    assertThat(promote(order))
        .isEqualTo(
            new PromotionOutcome.Impossible(
                host() + " refuses to move main: main is protected (ask the owners of acme)"));
    assertThat(List.of(mainThere(), mainHere())).containsOnly(order.candidate().base());
  }

  @Test
  void a_branch_that_cannot_be_deleted_does_not_keep_the_candidate_from_landing() {
    Effect.Promote order = tea();
    elsewhere.hook(moves -> moves.stream().anyMatch(move -> move.to() == null) ? List.of("nothing is deleted here") : List.of());

    assertThat(promote(order)).isEqualTo(promoted());
    assertThat(mainThere()).isEqualTo(order.candidate().commit());
    assertThat(repositories.branches(name)).as("as there").containsKey(TEA);
    assertThat(said)
        .containsExactly(
            "integrate/tea could not be deleted: " + host()
                + " says: nothing is deleted here");
  }

  @Test
  void a_remote_that_is_down_can_be_tried_again() throws Exception {
    Effect.Promote order = tea();
    elsewhere.stop();
    assertThat(promote(order))
        .isEqualTo(new PromotionOutcome.Unreachable(host() + " cannot be reached (connection refused)"));

    elsewhere.start();
    assertThat(promote(order)).isEqualTo(promoted(TEA));
  }

  @Test
  void a_token_that_is_taken_no_longer_is_not_the_changes_fault() {
    Effect.Promote order = tea();
    elsewhere.changeToken("another");
    assertThat(promote(order))
        .isEqualTo(new PromotionOutcome.NotAllowed(host() + " does not take the credentials that Millrace has for it"));
  }

  @Test
  void another_branch_follows_there_before_it_does_here() throws Exception {
    Effect.Promote landed = tea();
    promote(landed);
    var production = new BranchName("production");
    CommitId commit = landed.candidate().commit();
    var order =
        new Effect.Advance(landed.attempt(), name, commit, production, Method.FAST_FORWARD, Instant.EPOCH);

    elsewhere.stop();
    assertThat(mirrors.advance(order))
        .isEqualTo(new AdvanceOutcome.Unreachable(host() + " cannot be reached (connection refused)"));
    assertThat(repositories.branches(name)).doesNotContainKey(production);
    elsewhere.start();
    elsewhere.hook(_ -> List.of("frozen"));
    assertThat(mirrors.advance(order))
        .isEqualTo(new AdvanceOutcome.Impossible(host() + " refuses to move production: frozen"));
    assertThat(repositories.branches(name)).doesNotContainKey(production);
    elsewhere.hook(_ -> List.of());

    Commit head = repositories.find(name, commit.hex()).orElseThrow();
    assertThat(mirrors.advance(order)).isEqualTo(new AdvanceOutcome.Advanced(head, true));
    assertThat(mirrors.advance(order)).isEqualTo(new AdvanceOutcome.Advanced(head, false));
    assertThat(elsewhere.branches()).isEqualTo(repositories.branches(name)).containsOnlyKeys(MAIN, production);
  }

  @Test
  void what_is_promoted_already_asks_nobody() {
    Effect.Promote order = tea();
    promote(order);
    int before = elsewhere.requests();
    var checked = new Effect.Promote(order.attempt(), name, order.candidate(), List.of(), MAIN);
    assertThat(promote(checked)).isEqualTo(promoted());
    assertThat(elsewhere.requests()).isEqualTo(before);
  }
}
