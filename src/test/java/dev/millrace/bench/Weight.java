package dev.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Gives this process, and those that it starts from now on, ten times the share of the processors that others have where
/// they are short, as `packaging/systemd/millrace.service` gives it to the server. For root, on a machine with control
/// groups.
final class Weight {
  private static final Path GROUPS = Path.of("/sys/fs/cgroup");

  private Weight() {}

  /// Whether it could.
  static boolean join() {
    boolean second = Files.exists(GROUPS.resolve("cgroup.controllers"));
    Path parent = second ? GROUPS : GROUPS.resolve("cpu");
    Path group = parent.resolve("millrace-bench");
    try {
      if (second) {
        Files.writeString(parent.resolve("cgroup.subtree_control"), "+cpu");
      }
      Files.createDirectories(group);
      Files.writeString(group.resolve(second ? "cpu.weight" : "cpu.shares"), second ? "1000" : "10240");
      enter(group);
      Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> leave(group, parent)));
      return true;
    } catch (IOException cannot) {
      return false;
    }
  }

  private static void enter(Path group) throws IOException {
    Files.write(group.resolve("cgroup.procs"), List.of(String.valueOf(ProcessHandle.current().pid())));
  }

  private static void leave(Path group, Path parent) {
    try {
      enter(parent);
      Files.delete(group);
    } catch (IOException cannot) {
      System.err.println(group + " is left behind: " + cannot.getMessage());
    }
  }
}
