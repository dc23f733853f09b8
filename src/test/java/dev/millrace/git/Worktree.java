package dev.millrace.git;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.CommitId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jgit.util.FS;

/// A developer's clone, worked on with the real git, shut off from the settings of who runs the tests.
public record Worktree(Path folder) {
  /// What a command printed, both streams together.
  public record Ended(int code, String output) {}

  /// JGit measures a file system in the folder where it meets it first, in the background and only once: let that not be
  /// one that a test deletes.
  public static void settle() {
    FS.FileStoreAttributes.setBackground(true);
    FS.FileStoreAttributes.get(Path.of(System.getProperty("java.io.tmpdir")));
  }

  public static Worktree begin(Path folder) {
    var worktree = new Worktree(folder);
    Ended ended = run(folder.getParent(), "git", "init", "-q", "-b", "main", folder.toString());
    assertThat(ended.code()).as(ended.output()).isZero();
    return worktree;
  }

  public static Worktree clone(String url, Path folder) {
    Ended ended = run(folder.getParent(), "git", "clone", "-q", "--template=", url, folder.toString());
    assertThat(ended.code()).as(ended.output()).isZero();
    return new Worktree(folder);
  }

  /// Runs git, which must succeed, and answers what it printed, without white space around it.
  public String git(String... arguments) {
    Ended ended = tryGit(arguments);
    assertThat(ended.code()).as("git %s: %s", String.join(" ", arguments), ended.output()).isZero();
    return ended.output().strip();
  }

  public Ended tryGit(String... arguments) {
    var command = new ArrayList<>(List.of("git", "-c", "protocol.version=2"));
    command.addAll(List.of(arguments));
    return run(folder, command.toArray(String[]::new));
  }

  public Worktree file(String path, String content) {
    try {
      Path file = folder.resolve(path);
      Files.createDirectories(file.getParent());
      Files.writeString(file, content);
      return this;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Worktree on(String branch, String from) {
    git("checkout", "-q", "-B", branch, from);
    return this;
  }

  public CommitId commit(String subject) {
    git("add", "-A");
    git("commit", "-q", "--allow-empty", "-m", subject);
    return head();
  }

  public CommitId head() {
    return new CommitId(git("rev-parse", "HEAD"));
  }

  public static Ended run(Path folder, String... command) {
    try {
      Process process = start(folder, command);
      try {
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), output);
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  public static Process start(Path folder, String... command) throws IOException {
    // `timeout` bounds the reading too
    var bounded = new ArrayList<>(List.of("timeout", "60"));
    bounded.addAll(List.of(command));
    var builder = new ProcessBuilder(bounded).directory(folder.toFile()).redirectErrorStream(true);
    builder.redirectInput(new java.io.File("/dev/null"));
    Map<String, String> environment = builder.environment();
    String path = environment.get("PATH");
    environment.clear();
    environment.putAll(
        Map.of(
            "PATH", path, "HOME", "/nonexistent", "LC_ALL", "C.UTF-8", "GIT_CONFIG_GLOBAL", "/dev/null",
            "GIT_CONFIG_NOSYSTEM", "1", "GIT_TERMINAL_PROMPT", "0", "GIT_AUTHOR_NAME", "Ada", "GIT_AUTHOR_EMAIL",
            "ada@example.org", "GIT_COMMITTER_NAME", "Ada"));
    environment.put("GIT_COMMITTER_EMAIL", "ada@example.org");
    environment.put("TZ", "UTC");
    return builder.start();
  }
}
