package dev.millrace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The demo's branches are patches to the demo's projects: who changes a project has to carry them along.
class DemoTest {
  private static final Path BRANCHES = Path.of("demo/branches");

  static List<Path> patches() throws IOException {
    try (Stream<Path> files = Files.walk(BRANCHES)) {
      return files.filter(Files::isRegularFile).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("patches")
  void every_branch_applies_to_its_project(Path patch, @TempDir Path directory) throws Exception {
    copy(Path.of("demo").resolve(BRANCHES.relativize(patch).getName(0)), directory);

    Process git =
        new ProcessBuilder("git", "apply", "--check", patch.toAbsolutePath().toString())
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();

    assertThat(new String(git.getInputStream().readAllBytes())).isEmpty();
    assertThat(git.waitFor()).isZero();
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }
}
