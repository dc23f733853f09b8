package dev.millrace.cli;

import dev.millrace.backup.BackupFile;
import dev.millrace.backup.BackupTrouble;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `restore`: makes a data directory of a backup.
@Command(
    name = "restore",
    description = "Bring a backup back into an empty directory.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class Restore implements Callable<Integer> {
  @Parameters(paramLabel = "FILE", description = "What backup has written.")
  Path file = Path.of("");

  @Option(names = "--data", defaultValue = "${env:MILLRACE_DATA:-data}", description = "Where all of it is to be kept.")
  Path data = Path.of("data");

  @Override
  public Integer call() {
    try {
      var restored = new BackupFile(file).restore(data, Clock.systemUTC());
      System.out.println(
          data + " is as it was at " + restored.takenAt() + ", with Millrace " + restored.version() + ". It is the"
              + " installation " + restored.now() + " now; the one before was " + restored.before() + ".");
      if (!restored.again().isEmpty()) {
        System.out.println("These steps ran then, and run again from their beginning when the server starts:");
        restored.again().forEach(attempt -> System.out.println("  " + attempt));
      }
      System.out.println(
          "If the server before is gone for good, remove what it has left:"
              + " docker ps -aq --filter label=millrace.installation=" + restored.before() + " | xargs -r docker rm -fv");
      return 0;
    } catch (BackupTrouble trouble) {
      System.err.println(trouble.getMessage());
      return 1;
    }
  }
}
