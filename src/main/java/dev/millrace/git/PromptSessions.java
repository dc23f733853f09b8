package dev.millrace.git;

import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.errors.TransportException;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.RemoteSession;
import org.eclipse.jgit.transport.SshSessionFactory;
import org.eclipse.jgit.transport.URIish;
import org.eclipse.jgit.transport.sshd.SshdSession;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.util.FS;
import org.jspecify.annotations.Nullable;

/// Ssh sessions that stand in time or are given up. JGit keeps to the time only until the connection stands: a host that
/// says nothing after that has the two minutes that are usual for a login.
final class PromptSessions extends SshSessionFactory implements AutoCloseable {
  private final SshdSessionFactory sessions;

  PromptSessions(SshdSessionFactory sessions) {
    this.sessions = sessions;
  }

  /// @param millis for all of it: connecting, agreeing on keys, being let in
  /// @throws TransportException because of a [java.util.concurrent.TimeoutException] when that was too short
  @Override
  public RemoteSession getSession(URIish uri, @Nullable CredentialsProvider credentials, FS fs, int millis)
      throws TransportException {
    var session = new CompletableFuture<SshdSession>();
    Thread opening = Thread.ofVirtual().name("ssh to " + uri.getHost()).start(() -> open(uri, credentials, fs, millis, session));
    try {
      return session.orTimeout(millis, TimeUnit.MILLISECONDS).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof TransportException known ? known : new TransportException(uri, "no session", e.getCause());
    } catch (InterruptedException e) {
      session.cancel(false);
      Thread.currentThread().interrupt();
      throw new TransportException(uri, "interrupted", new InterruptedIOException());
    } finally {
      // it ends by itself unless it is waiting for somebody who says nothing
      opening.interrupt();
    }
  }

  private void open(
      URIish uri, @Nullable CredentialsProvider credentials, FS fs, int millis, CompletableFuture<SshdSession> session) {
    try {
      SshdSession opened = sessions.getSession(uri, credentials, fs, millis);
      if (!session.complete(opened)) {
        opened.disconnect();
      }
    } catch (TransportException | RuntimeException e) {
      session.completeExceptionally(e);
    }
  }

  @Override
  public String getType() {
    return sessions.getType();
  }

  @Override
  public void close() {
    sessions.close();
  }
}
