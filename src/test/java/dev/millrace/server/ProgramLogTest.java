package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class ProgramLogTest {
  private final LoggerContext context = new LoggerContext();

  @Test
  void it_is_found_by_logback() {
    assertThat(ServiceLoader.load(Configurator.class)).hasAtLeastOneElementOfType(ProgramLog.class);
  }

  @Test
  void libraries_speak_from_warn_on_and_we_from_info_on() {
    new ProgramLog().configure(context);
    assertThat(context.getLogger("org.eclipse.jetty").isInfoEnabled()).isFalse();
    assertThat(context.getLogger("org.eclipse.jetty").isWarnEnabled()).isTrue();
    assertThat(context.getLogger("dev.millrace.web").isDebugEnabled()).isFalse();
    assertThat(context.getLogger("dev.millrace.web").isInfoEnabled()).isTrue();
  }

  @Test
  void a_line_has_the_time_the_level_the_short_name_and_the_beginning_of_a_stack_trace() {
    new ProgramLog().configure(context);
    var event =
        new LoggingEvent(
            "", context.getLogger("dev.millrace.web.Routes"), ch.qos.logback.classic.Level.WARN, "went {}",
            new IllegalStateException("away"), new Object[] {"wrong"});
    event.setInstant(Instant.parse("2026-01-02T03:04:05.678Z"));
    var console =
        (ConsoleAppender<ch.qos.logback.classic.spi.ILoggingEvent>)
            context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("console");
    assertThat(new String(console.getEncoder().encode(event), StandardCharsets.UTF_8))
        .matches("(?s)2026-01-0\\d \\d\\d:\\d4:05\\.678 WARN  Routes: went wrong\njava.lang.IllegalStateException: away\n\tat .*")
        .satisfies(text -> assertThat(text.lines().filter(line -> line.startsWith("\tat "))).hasSizeLessThanOrEqualTo(12));
  }
}
