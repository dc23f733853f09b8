package dev.millrace.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.AttemptState;
import dev.millrace.change.AttemptState.Cancelled;
import dev.millrace.change.AttemptState.Errored;
import dev.millrace.change.AttemptState.Failed;
import dev.millrace.change.AttemptState.Passed;
import dev.millrace.change.AttemptState.Planned;
import dev.millrace.change.AttemptState.Running;
import dev.millrace.change.AttemptState.StopReason;
import dev.millrace.change.AttemptState.Stopping;
import dev.millrace.change.Fault;
import dev.millrace.flow.AttemptEvent.Broke;
import dev.millrace.flow.AttemptEvent.Faulted;
import dev.millrace.flow.AttemptEvent.NeverStarted;
import dev.millrace.flow.AttemptEvent.Started;
import dev.millrace.flow.AttemptEvent.StopWanted;
import dev.millrace.flow.AttemptEvent.Succeeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The table, printed: `docs/attempt.md` is what this test prints, and it fails when the file differs.
class AttemptTableTest {
  private static final Instant T = Instant.EPOCH;
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final Path PAGE = Path.of("docs/attempt.md");

  private static final Map<String, AttemptState> STATES = new LinkedHashMap<>();
  private static final Map<String, AttemptEvent> EVENTS = new LinkedHashMap<>();

  static {
    STATES.put("planned", new Planned());
    STATES.put("running", new Running(T));
    STATES.put("stopping (cancelled)", new Stopping(T, new StopReason.Cancelled("why")));
    STATES.put("stopping (timed out)", new Stopping(T, new StopReason.TimedOut(LIMIT)));
    STATES.put("passed", new Passed(T, T));
    STATES.put("failed", new Failed(T, T, new Fault.ExitCode(1)));
    STATES.put("errored", new Errored(T, T, "why", true));
    STATES.put("cancelled", new Cancelled(T, T, "why"));
    EVENTS.put("started", new Started(T));
    EVENTS.put("succeeded", new Succeeded(T));
    EVENTS.put("faulted in time", new Faulted(T, new Fault.ExitCode(1)));
    EVENTS.put("faulted after it", new Faulted(T.plus(LIMIT), new Fault.ExitCode(1)));
    EVENTS.put("broke", new Broke(T, "why", true));
    EVENTS.put("stop wanted", new StopWanted(T, new StopReason.Cancelled("why")));
    EVENTS.put("never started", new NeverStarted(T));
  }

  @Test
  void the_page_shows_the_table_as_it_is() throws IOException {
    String printed = print();
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(PAGE, printed);
    }
    assertThat(Files.readString(PAGE))
        .as("docs/attempt.md is printed by this test: run it with -Ddocs.write=true")
        .isEqualTo(printed);
  }

  @Test
  void every_state_and_every_event_is_in_it() {
    assertThat(leaves(AttemptState.class))
        .isEqualTo(new LinkedHashSet<>(STATES.values().stream().map(Object::getClass).map(Class::getSimpleName).toList()));
    assertThat(leaves(AttemptEvent.class))
        .isEqualTo(new LinkedHashSet<>(EVENTS.values().stream().map(Object::getClass).map(Class::getSimpleName).toList()));
  }

  private static Set<String> leaves(Class<?> type) {
    var names = new LinkedHashSet<String>();
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      if (permitted.isSealed()) {
        names.addAll(leaves(permitted));
      } else {
        names.add(permitted.getSimpleName());
      }
    }
    return names;
  }

  private static String print() {
    var page = new StringBuilder("# What becomes of an attempt\n\n");
    page.append("Printed by `AttemptTableTest` from `AttemptTable`; an ended attempt never changes.\n\n");
    page.append("| state \\ event | ").append(String.join(" | ", EVENTS.keySet())).append(" |\n");
    page.append("|---".repeat(EVENTS.size() + 1)).append("|\n");
    STATES.forEach(
        (name, state) -> {
          List<String> cells = EVENTS.values().stream().map(event -> cell(state, AttemptTable.next(state, event))).toList();
          page.append("| **").append(name).append("** | ").append(String.join(" | ", cells)).append(" |\n");
        });
    return page.toString();
  }

  private static String cell(AttemptState before, AttemptState after) {
    if (before.equals(after)) {
      return "-";
    }
    String name = after.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    return after instanceof Failed(var _, var _, Fault.TimedOut _) ? name + " (timed out)" : name;
  }
}
