package dev.millrace.torture;

import dev.millrace.git.Worktree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A Docker engine for this torture alone, so that nobody else is harmed when it is killed. Only root can have one.
final class OwnEngine implements AutoCloseable {
  private final Path folder;
  private final boolean liveRestore;
  private Process process;

  /// @param liveRestore whether its containers go on while it is gone
  OwnEngine(Path folder, boolean liveRestore) throws IOException, InterruptedException {
    this.folder = Files.createDirectories(folder);
    this.liveRestore = liveRestore;
    start();
  }

  static boolean possible() {
    return "root".equals(System.getProperty("user.name"))
        && Worktree.run(Path.of("/"), "sh", "-c", "command -v dockerd && command -v containerd && unshare --net true")
                .code()
            == 0;
  }

  Path socket() {
    return folder.resolve("sock");
  }

  /// Copies it from the machine's engine.
  void take(String image) throws IOException {
    Worktree.Ended ended =
        Worktree.run(
            folder, "sh", "-c", "docker save " + image + " | docker -H unix://" + socket() + " load");
    if (ended.code() != 0) {
      throw new IOException(ended.output());
    }
  }

  void start() throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                // in a network of its own: an engine without a bridge takes away the one that another engine has
                "unshare", "--net", "dockerd", "--data-root", folder.resolve("data").toString(), "--exec-root",
                folder.resolve("exec").toString(), "-p", folder.resolve("pid").toString(), "-H", "unix://" + socket(),
                "--bridge=none", "--iptables=false", "--ip6tables=false"));
    if (liveRestore) {
      command.add("--live-restore");
    }
    for (int trials = 0; ; trials++) {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()))
              .start();
      if (answers()) {
        return;
      }
      if (trials == 3) {
        throw new IOException("no engine of our own: see " + folder.resolve("log"));
      }
      kill();
    }
  }

  private boolean answers() throws InterruptedException {
    for (int i = 0; i < 200 && process.isAlive(); i++) {
      if (Engines.containers(socket(), "").stream().noneMatch(name -> name.startsWith("("))) {
        return true;
      }
      Thread.sleep(100);
    }
    return false;
  }

  /// `kill -9`. Its containerd goes as well, though not at once.
  void kill() throws IOException, InterruptedException {
    process.destroyForcibly().waitFor();
    Path containerd = folder.resolve("exec/containerd/containerd.pid");
    if (Files.exists(containerd)) {
      ProcessHandle.of(Long.parseLong(Files.readString(containerd).strip()))
          .filter(handle -> handle.info().command().orElse("").endsWith("containerd"))
          .ifPresent(
              handle -> {
                handle.destroyForcibly();
                handle.onExit().join();
              });
    }
    Files.deleteIfExists(containerd);
    Files.deleteIfExists(folder.resolve("pid"));
  }

  @Override
  public void close() throws IOException, InterruptedException {
    Engines.remove(socket(), Engines.containers(socket(), ""));
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      kill();
    }
    String mounts = "awk '$2 ~ \"^" + folder + "/\" {print $2}' /proc/mounts";
    Worktree.run(Path.of("/"), "sh", "-c", mounts + " | sort -r | xargs -r -n 1 umount -l");
    delete(folder);
  }

  static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
