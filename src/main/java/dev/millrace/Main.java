package dev.millrace;

import dev.millrace.cli.Program;

/// The program.
public final class Main {
  /// How many virtual threads go on at the same time.
  private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";

  private Main() {}

  public static void main(String[] arguments) {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
    // otherwise Jetty asks for it by JMX, which is a tenth of a start
    System.setProperty("org.eclipse.jetty.util.referencesPerCacheLine", "16");
    if (System.getProperty(CARRIERS) == null) {
      // A push of gigabytes, its workspace, or a file on a disk that is busy hold a carrier without ever pausing. With as
      // many as processors, which is the default, two of them hold up every page and every log: let the system share the
      // processors out.
      System.setProperty(CARRIERS, String.valueOf(Math.max(64, 2 * Runtime.getRuntime().availableProcessors())));
    }
    System.exit(Program.run(arguments));
  }
}
