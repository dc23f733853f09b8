package dev.millrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Remote;
import dev.millrace.pipeline.RemoteUrl;
import dev.millrace.pipeline.RepositoryName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.UploadPack;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A mirror of a repository behind an ssh server, with Millrace's own key.
class SshRemoteTest {
  private static final RepositoryName ACME = new RepositoryName("acme");
  private static final BranchName MAIN = new BranchName("main");

  @TempDir Path folder;
  private Repositories theirs;
  private Repositories repositories;
  private Remotes remotes;
  private Mirrors mirrors;
  private SshServer server;
  private Worktree ada;
  private volatile String authorized = "";

  @BeforeEach
  void begin() throws Exception {
    Worktree.settle();
    theirs = new Repositories(folder.resolve("theirs"));
    theirs.create(ACME);
    ada = Worktree.begin(folder.resolve("ada"));
    ada.file("a.txt", "one\n").commit("First");
    ada.git("remote", "add", "origin", folder.resolve("theirs/acme.git").toString());
    ada.git("push", "-q", "origin", "main");
    repositories = new Repositories(folder.resolve("git"));
    remotes = new Remotes(folder.resolve("ssh"), folder.resolve("credentials"), false, Duration.ofSeconds(10));
    mirrors = new Mirrors(repositories, remotes);
    server = server(0);
  }

  @AfterEach
  void end() throws Exception {
    server.stop(true);
    remotes.close();
    repositories.close();
    theirs.close();
  }

  private SshServer server(int port) throws Exception {
    SshServer made = SshServer.setUpDefaultServer();
    made.setHost("127.0.0.1");
    made.setPort(port);
    var key = KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
    made.setKeyPairProvider(KeyPairProvider.wrap(key));
    made.setPublickeyAuthenticator((user, shown, _) -> user.equals("git") && isAuthorized(shown));
    made.setCommandFactory((_, command) -> new Git(command));
    made.start();
    return made;
  }

  private boolean isAuthorized(PublicKey shown) {
    try {
      return !authorized.isEmpty()
          && KeyUtils.compareKeys(
              shown,
              PublicKeyEntry.parsePublicKeyEntry(authorized).resolvePublicKey(null, null, PublicKeyEntryResolver.FAILING));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private RemoteUrl url() {
    return new RemoteUrl("ssh://127.0.0.1:" + server.getPort() + "/acme.git");
  }

  private RepositoryName mirror() {
    mirrors.create(url().mirror(), new Remote(url(), Remote.USUAL));
    return url().mirror();
  }

  /// What a forge runs for who has come in.
  private final class Git implements Command {
    private final String command;
    private InputStream in;
    private OutputStream out;
    private OutputStream err;
    private ExitCallback exit;

    Git(String command) {
      this.command = command;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
      Thread.ofVirtual().start(
          () -> {
            try (Repository repository = theirs.open(ACME)) {
              if (command.equals("git-upload-pack '/acme.git'")) {
                new UploadPack(repository).upload(in, out, err);
              } else if (command.equals("git-receive-pack '/acme.git'")) {
                new ReceivePack(repository).receive(in, out, err);
              } else {
                throw new IOException("not a command of git's: " + command);
              }
              exit.onExit(0);
            } catch (IOException e) {
              exit.onExit(1, String.valueOf(e.getMessage()));
            }
          });
    }

    @Override
    public void destroy(ChannelSession channel) {}

    @Override
    public void setInputStream(InputStream stream) {
      in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
      out = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
      err = stream;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
      exit = callback;
    }
  }

  @Test
  void the_key_is_made_once_and_only_its_owner_can_read_it() throws Exception {
    String key = remotes.publicKey();

    assertThat(key).matches("ssh-ed25519 AAAA[A-Za-z0-9+/=]+ millrace");
    Path file = folder.resolve("ssh/id_ed25519");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
    try (var again = new Remotes(folder.resolve("ssh"), folder.resolve("credentials"), false)) {
      assertThat(again.publicKey()).isEqualTo(key);
    }
    Worktree.Ended openssh = Worktree.run(folder, "ssh-keygen", "-y", "-f", file.toString());
    assertThat(openssh.output().strip()).as("as OpenSSH reads it").startsWith(key.replace(" millrace", ""));
  }

  @Test
  void a_host_that_does_not_know_the_key_is_called_so_until_it_does() {
    assertThat(mirrors.fetch(mirror()))
        .isEqualTo(
            new FetchOutcome.Failed(
                url().host() + " does not take Millrace's key; give it the public half, which is at /ssh-key", false));

    authorized = remotes.publicKey();
    assertThat(mirrors.fetch(mirror())).isEqualTo(new FetchOutcome.Fetched());
    assertThat(repositories.branches(mirror())).isEqualTo(theirs.branches(ACME)).containsOnlyKeys(MAIN);
  }

  @Test
  void a_candidate_lands_there() {
    authorized = remotes.publicKey();
    ada.on("integrate/tea", "main").commit("Sell tea");
    ada.git("push", "-q", "origin", "integrate/tea");
    mirrors.fetch(mirror());

    var order = MirrorsTest.order(repositories, mirror(), ada.head());
    assertThat(mirrors.promote(order, _ -> {})).isEqualTo(new PromotionOutcome.Promoted(List.of(MirrorsTest.TEA)));

    CommitId candidate = order.candidate().commit();
    assertThat(theirs.branches(ACME)).isEqualTo(repositories.branches(mirror())).containsOnlyKeys(MAIN);
    assertThat(theirs.branch(ACME, MAIN).orElseThrow().id()).isEqualTo(candidate);
  }

  @Test
  void a_host_is_believed_at_the_first_meeting_and_refused_when_its_key_has_changed() throws Exception {
    authorized = remotes.publicKey();
    assertThat(mirrors.fetch(mirror())).isEqualTo(new FetchOutcome.Fetched());
    Path known = folder.resolve("ssh/known_hosts");
    int port = server.getPort();
    assertThat(known).content().matches("\\[127\\.0\\.0\\.1]:" + port + " ssh-ed25519 \\S+\n");

    server.stop(true);
    server = server(port);
    assertThat(mirrors.fetch(mirror()))
        .isInstanceOfSatisfying(
            FetchOutcome.Failed.class,
            failed -> {
              assertThat(failed.passing()).isFalse();
              assertThat(failed.because())
                  .startsWith("the ssh key of [127.0.0.1]:" + port + " is not the one it had before: now SHA256:")
                  .endsWith("; if that is right, remove its line from " + known);
            });

    Files.delete(known);
    assertThat(mirrors.fetch(mirror())).isEqualTo(new FetchOutcome.Fetched());
  }
}
