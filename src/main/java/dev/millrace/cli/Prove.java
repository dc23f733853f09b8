package dev.millrace.cli;

import dev.millrace.server.Proof;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `prove`: whether this version can take over from the one that wrote a backup.
@Command(
    name = "prove",
    description = "Try this version on a copy of what a backup holds; the exit code is 0 if it is good.",
    mixinStandardHelpOptions = true)
final class Prove implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "What backup has written; it stays as it is.")
  Path file = Path.of("");

  @Option(names = "--in", description = "A directory with room for a copy of everything; that of FILE if left out.")
  @Nullable Path within;

  @Override
  public Integer call() throws InterruptedException {
    Path folder = within == null ? file.toAbsolutePath().resolveSibling(".").normalize() : within;
    try {
      Proof.of(file, folder, Clock.systemUTC(), sentence -> System.out.println("good: " + sentence));
      System.out.println("This version can take over.");
      return 0;
    } catch (Proof.NotGood bad) {
      System.err.println("not good: " + bad.getMessage());
      return 1;
    }
  }
}
