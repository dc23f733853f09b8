package dev.millrace.cli;

import dev.millrace.backup.BackupFile;
import dev.millrace.backup.BackupTrouble;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `backup`: all that a data directory keeps, in one file, while the server works or while it does not.
@Command(
    name = "backup",
    description = "Write all that the server keeps into one file; it may run meanwhile.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class Backup implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "The file, which must not be there yet.")
  Path file = Path.of("");

  @Option(names = "--data", defaultValue = "${env:MILLRACE_DATA:-data}", description = "Where everything is kept.")
  Path data = Path.of("data");

  @Override
  public Integer call() {
    try {
      var taken = new BackupFile(file).take(data, Clock.systemUTC());
      System.out.println(file + ": " + (taken.bytes() + 999_999) / 1_000_000 + " MB");
      if (!taken.secrets().isEmpty()) {
        System.out.println(
            "It holds secrets (" + String.join(", ", taken.secrets()) + "): keep it where nobody else can read it.");
      }
      return 0;
    } catch (BackupTrouble trouble) {
      System.err.println(trouble.getMessage());
      return 1;
    }
  }
}
