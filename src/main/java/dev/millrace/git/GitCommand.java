package dev.millrace.git;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The `git` binary, shut off from who started this server: no configuration but the repository's own, no prompts, and
/// an end to every wait.
final class GitCommand {
  private static final long LIMIT_SECONDS = 120;
  private static final Pattern VERSION = Pattern.compile("git version (\\d+)\\.(\\d+).*", Pattern.DOTALL);

  /// How a call ended.
  record Ended(int code, String output, String errors) {}

  private GitCommand() {}

  /// `merge-tree --write-tree` is there since git 2.38.
  static boolean canMergeTrees() {
    try {
      Ended ended = run(Path.of("."), "version");
      Matcher version = VERSION.matcher(ended.output());
      if (ended.code() != 0 || !version.matches()) {
        return false;
      }
      int major = Integer.parseInt(version.group(1));
      return major > 2 || major == 2 && Integer.parseInt(version.group(2)) >= 38;
    } catch (InterruptedIOException interrupted) {
      throw new UncheckedIOException(interrupted);
    } catch (IOException notInstalled) {
      return false;
    }
  }

  static Ended run(Path repository, String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("git", "-c", "safe.directory=*", "-c", "core.fsync=loose-object"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command);
    var environment = builder.environment();
    Optional<String> path = Optional.ofNullable(environment.get("PATH"));
    environment.clear();
    path.ifPresent(folders -> environment.put("PATH", folders));
    environment.put("LC_ALL", "C");
    environment.put("GIT_DIR", repository.toAbsolutePath().toString());
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("GIT_CONFIG_GLOBAL", "/dev/null");
    environment.put("GIT_ATTR_NOSYSTEM", "1");
    environment.put("GIT_TERMINAL_PROMPT", "0");
    environment.put("GIT_NO_LAZY_FETCH", "1");
    Process process = builder.start();
    try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        process.getOutputStream().close();
        var output = CompletableFuture.supplyAsync(() -> text(process.getInputStream()), readers);
        var errors = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()), readers);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
          throw new GitTrouble("git " + arguments[0] + " took longer than " + LIMIT_SECONDS + " s and was ended");
        }
        return new Ended(process.exitValue(), output.get(), errors.get());
      } finally {
        // before the readers are waited for: they read until the process has gone
        process.destroyForcibly();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while git " + arguments[0] + " ran");
    } catch (ExecutionException unreadable) {
      throw new IOException("what git " + arguments[0] + " printed could not be read", unreadable.getCause());
    }
  }

  private static String text(InputStream from) {
    try (from) {
      var bytes = new ByteArrayOutputStream();
      from.transferTo(bytes);
      return bytes.toString(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
