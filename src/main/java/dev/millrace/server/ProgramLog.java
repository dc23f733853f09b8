package dev.millrace.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import org.slf4j.Logger;

/// What the program itself says on the console: all of ours from `info` on, and of libraries from `warn` on; with
/// `MILLRACE_LOG` both from that level on. Java and not XML, whose parser took a twentieth of a start.
///
/// A file that is named by `logback.configurationFile`, or a `logback-test.xml`, goes before it.
@ConfiguratorRank(ConfiguratorRank.NOMINAL)
public final class ProgramLog extends ContextAwareBase implements Configurator {
  private static final String PATTERN = "%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{0}: %msg%n%ex{12}";

  /// Found by Logback as a service.
  public ProgramLog() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    context.getStatusManager().add(new NopStatusListener());
    var encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    var console = new ConsoleAppender<ILoggingEvent>();
    console.setContext(context);
    console.setName("console");
    console.setEncoder(encoder);
    console.start();
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(from(Level.WARN));
    root.addAppender(console);
    context.getLogger("dev.millrace").setLevel(from(Level.INFO));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static Level from(Level otherwise) {
    String wanted = System.getProperty("MILLRACE_LOG", System.getenv("MILLRACE_LOG"));
    return Level.toLevel(wanted, otherwise);
  }
}
