package dev.millrace.git;

import dev.millrace.pipeline.RemoteUrl;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.apache.sshd.common.SshException;
import org.eclipse.jgit.errors.NoRemoteRepositoryException;
import org.eclipse.jgit.lib.EmptyProgressMonitor;
import org.eclipse.jgit.lib.ProgressMonitor;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.SshTransport;
import org.eclipse.jgit.transport.Transport;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/// The way to repositories that others host, and who Millrace is there. Knows what goes wrong on it by name.
///
/// No wait is without an end: a host that says nothing for a while, and a transfer that takes more than an hour, are
/// given up.
public final class Remotes implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LONGEST = Duration.ofHours(1);

  private final Path folder;
  private final Credentials credentials;
  private final boolean files;
  private final Duration patience;
  private final SshKey key;
  private final KnownHosts hosts;
  private @Nullable PromptSessions sessions;
  private volatile boolean silent;
  private volatile boolean closed;

  /// @param folder where the key and the known hosts are kept; made when it is needed
  /// @param credentials the file with tokens; need not be there
  /// @param files whether a repository on the server's own disk may be one
  public Remotes(Path folder, Path credentials, boolean files) {
    this(folder, credentials, files, PATIENCE);
  }

  /// @param patience how long a host may say nothing; whole seconds
  Remotes(Path folder, Path credentials, boolean files, Duration patience) {
    Isolation.begin();
    this.folder = folder.toAbsolutePath();
    this.credentials = new Credentials(credentials);
    this.files = files;
    this.patience = patience;
    this.key = new SshKey(this.folder);
    this.hosts = new KnownHosts(this.folder);
  }

  /// The public half of the key for ssh, in one line.
  public String publicKey() {
    return key.publicHalf();
  }

  /// From now on nobody is talked with, as if nobody could be reached: what is known here is a copy, and what it would
  /// say is not for others.
  public void silence() {
    silent = true;
  }

  @FunctionalInterface
  interface Talk<T> {
    T with(Transport transport, ProgressMonitor bounds) throws IOException;
  }

  /// Talks with a remote.
  ///
  /// @throws RemoteTrouble when nothing came of it
  <T> T talk(Repository local, RemoteUrl url, Talk<T> talk) {
    if (silent) {
      throw new RemoteTrouble(url.host() + " is not talked with: this server works on a copy", true, new IOException());
    }
    if (url.scheme() == RemoteUrl.Scheme.FILE && !files) {
      throw new RemoteTrouble("this server takes no file:// URLs; it does when started with --file-remotes", false, new IOException());
    }
    try (Transport transport = Transport.open(local, uri(url))) {
      transport.setTimeout((int) patience.toSeconds());
      if (url.scheme() == RemoteUrl.Scheme.SSH) {
        ((SshTransport) transport).setSshSessionFactory(sessions());
      } else {
        transport.setCredentialsProvider(credentials.of(url));
      }
      return talk.with(transport, new Bounds());
    } catch (IOException | URISyntaxException | UnresolvedAddressException e) {
      throw trouble(url, e);
    } catch (GitTrouble e) {
      throw new RemoteTrouble(String.valueOf(e.getMessage()), false, e);
    }
  }

  private static URIish uri(RemoteUrl url) throws URISyntaxException {
    var uri = new URIish(url.text());
    return url.scheme() == RemoteUrl.Scheme.SSH && uri.getUser() == null ? uri.setUser("git") : uri;
  }

  private synchronized PromptSessions sessions() throws IOException {
    PromptSessions known = sessions;
    if (known == null) {
      Files.createDirectories(folder);
      // nothing of who runs the server counts: no configuration, no keys, no agent
      SshdSessionFactory ours =
          new SshdSessionFactoryBuilder()
              .setHomeDirectory(folder.toFile())
              .setSshDirectory(folder.toFile())
              .setConfigStoreFactory((_, _, _) -> null)
              .setDefaultKnownHostsFiles(_ -> List.of())
              .setDefaultKeysProvider(_ -> List.of(key.pair()))
              .setServerKeyDatabase((_, _) -> hosts)
              .setPreferredAuthentications("publickey")
              .setConnectorFactory(null)
              .build(null);
      known = new PromptSessions(ours);
      sessions = known;
    }
    return known;
  }

  private RemoteTrouble trouble(RemoteUrl url, Exception e) {
    String host = url.scheme() == RemoteUrl.Scheme.FILE ? url.text() : url.host();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case UnknownHostException _, UnresolvedAddressException _ -> {
          return new RemoteTrouble(host + " cannot be found (no address is known for it)", true, e);
        }
        case ConnectException _, NoRouteToHostException _ -> {
          String said = lower(cause, "no connection");
          return new RemoteTrouble(
              host + " cannot be reached (" + (said.contains("refused") ? "connection refused" : said) + ")", true, e);
        }
        case SocketTimeoutException _, TimeoutException _, InterruptedIOException _ -> {
          return new RemoteTrouble(host + " does not answer (waited " + patience.toSeconds() + " s)", true, e);
        }
        case SSLException _ -> {
          return new RemoteTrouble("no safe connection to " + host + " can be made (" + lower(cause, "TLS") + ")", false, e);
        }
        case NoRemoteRepositoryException _ -> {
          return new RemoteTrouble(host + " has no repository " + url + ", or none that Millrace may see", false, e);
        }
        default -> {}
      }
    }
    String said = String.valueOf(e.getMessage());
    if (url.scheme() == RemoteUrl.Scheme.SSH) {
      var refused = hosts.refusal(pattern(url));
      if (refused.isPresent()) {
        return new RemoteTrouble(refused.get(), false, e);
      }
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof SshException && String.valueOf(cause.getMessage()).contains("authentication")) {
          return new RemoteTrouble(
              host + " does not take Millrace's key; give it the public half, which is at /ssh-key", false, e);
        }
      }
    }
    if (said.contains("not authorized") || said.contains("Authentication is required")) {
      return new RemoteTrouble(
          host
              + (credentials.has(url)
                  ? " does not take the credentials that Millrace has for it"
                  : " asks who is there; put a line https://user:token@" + host + " into " + credentials.file()),
          false,
          e);
    }
    if (said.contains("not permitted")) {
      return new RemoteTrouble(host + " does not permit that (" + words(url, said) + ")", false, e);
    }
    return new RemoteTrouble(host + " cannot be talked with (" + words(url, said) + ")", true, e);
  }

  /// As ssh calls a host in its lists.
  private static String pattern(RemoteUrl url) {
    String host = url.host();
    int colon = host.lastIndexOf(':');
    return colon < 0 || host.endsWith("]") ? host : "[" + host.substring(0, colon).replaceAll("[\\[\\]]", "") + "]" + host.substring(colon);
  }

  private static String lower(Throwable cause, String otherwise) {
    String said = cause.getMessage();
    return said == null || said.isBlank() ? otherwise : said.toLowerCase(Locale.ROOT).replaceFirst("^.*: ", "").strip();
  }

  /// JGit says the URL first.
  private static String words(RemoteUrl url, String said) {
    return said.replace(url.text() + ": ", "").lines().findFirst().orElse("it gives no reason");
  }

  /// Gives up what goes on now and begins nothing new.
  @Override
  public void close() {
    closed = true;
    synchronized (this) {
      if (sessions != null) {
        sessions.close();
        sessions = null;
      }
    }
  }

  /// Ends a transfer that takes too long, however lively it is.
  private final class Bounds extends EmptyProgressMonitor {
    private final long end = System.nanoTime() + LONGEST.toNanos();

    @Override
    public boolean isCancelled() {
      return closed || System.nanoTime() - end > 0;
    }
  }
}
