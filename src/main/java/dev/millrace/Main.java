package dev.millrace;

import dev.millrace.cli.Program;

/// The program.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
    System.exit(Program.run(arguments));
  }
}
