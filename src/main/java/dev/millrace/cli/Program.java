package dev.millrace.cli;

import dev.millrace.server.Server;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// All commands.
@Command(
    name = "millrace",
    description = "Changes flow through pipelines onto main.",
    mixinStandardHelpOptions = true,
    subcommands = {Serve.class, Trigger.class, Wait.class, Check.class, Backup.class, Restore.class, Prove.class})
public final class Program {
  /// Runs a command and gives the exit code of the process.
  public static int run(String[] arguments) {
    if (arguments.length > 0 && arguments[0].equals("serve")) {
      Server.prepare();
      // without the models of all other commands, for a start should be short
      return new CommandLine(new Serve())
          .setCommandName("millrace serve")
          .execute(Arrays.copyOfRange(arguments, 1, arguments.length));
    }
    var line = new CommandLine(new Program());
    if (arguments.length == 0) {
      line.usage(System.out);
      return 0;
    }
    return line.execute(arguments);
  }
}
