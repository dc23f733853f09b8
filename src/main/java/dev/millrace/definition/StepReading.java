package dev.millrace.definition;

import dev.millrace.definition.Value.Entry;
import dev.millrace.definition.Value.Kind;
import dev.millrace.definition.Value.Mapping;
import dev.millrace.definition.Value.Scalar;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads a step.
final class StepReading {
  private final Scope outer;
  private final Problems problems;

  /// @param outer the variables it gets besides its own
  StepReading(Scope outer, Problems problems) {
    this.outer = outer;
    this.problems = problems;
  }

  /// The step; null when something in it is wrong.
  Step.@Nullable Container read(String name, Entry written) {
    if (!(written.value() instanceof Mapping map)) {
      problems.leaveToSchema();
      return null;
    }
    Scope scope = outer.with(map.get(Key.ENVIRONMENT));
    Template image = image(map.get(Key.IMAGE), scope);
    Template command = command(map.get(Key.RUN), scope);
    Duration timeout = timeout(map, scope);
    Limits limits = limits(map, scope);
    Boolean network = network(map, scope);
    boolean named = NameRule.LABEL.allows(name);
    if (!named || image == null || command == null || timeout == null || limits == null || network == null) {
      return null;
    }
    return new Step.Container(
        new StepName(name), image.text(), command.text(), scope.texts(), timeout, limits, network);
  }

  private @Nullable Template image(@Nullable Value value, Scope scope) {
    if (!(value instanceof Scalar scalar) || scalar.kind() != Kind.TEXT) {
      problems.leaveToSchema();
      return null;
    }
    Template image = scope.fill(scalar, Scope.Use.VALUE);
    if (image != null && (image.parts().isEmpty() || image.literal().chars().anyMatch(Character::isWhitespace))) {
      problems.add(
          scalar.place(),
          "\"" + image.text() + "\" is not an image; write its name as for docker run, such as alpine:3");
      return null;
    }
    return image;
  }

  /// `true` and `false` are commands as well.
  private @Nullable Template command(@Nullable Value value, Scope scope) {
    if (!(value instanceof Scalar scalar) || scalar.kind() != Kind.TEXT && scalar.kind() != Kind.BOOLEAN) {
      problems.leaveToSchema();
      return null;
    }
    Template command = scope.fill(scalar, Scope.Use.COMMAND);
    if (command != null && command.place().isEmpty() && command.literal().isBlank()) {
      problems.add(scalar.place(), "nothing to run");
      return null;
    }
    if (command != null) {
      refuseForeignCommands(scalar, command, scope);
    }
    return command;
  }

  /// Whoever pushes chooses these texts; in a command the shell would execute what they contain.
  private void refuseForeignCommands(Scalar scalar, Template command, Scope scope) {
    for (Template.Part part : command.parts()) {
      if (part instanceof Template.OfChange place && scope.free(place)) {
        String name = place.named();
        String variable = name.substring(name.indexOf('.') + 1).toUpperCase(Locale.ROOT);
        problems.forbid(
            scalar.place(),
            "the shell would execute what is in ${" + name + "}; write " + variable + ": ${" + name
                + "} under environment, and \"$" + variable + "\" here");
        return;
      }
    }
  }

  private @Nullable Duration timeout(Mapping map, Scope scope) {
    if (!map.has(Key.TIMEOUT)) {
      return Step.DEFAULT_TIMEOUT;
    }
    Setting timeout = Setting.of(map.get(Key.TIMEOUT), scope, problems);
    return timeout == null ? null : timeout.duration();
  }

  private @Nullable Boolean network(Mapping map, Scope scope) {
    if (!map.has(Key.NETWORK)) {
      return false;
    }
    Setting network = Setting.of(map.get(Key.NETWORK), scope, problems);
    return network == null ? null : network.flag();
  }

  private @Nullable Limits limits(Mapping map, Scope scope) {
    if (!map.has(Key.LIMITS)) {
      return Limits.DEFAULT;
    }
    if (!(map.get(Key.LIMITS) instanceof Mapping limits)) {
      problems.leaveToSchema();
      return null;
    }
    Setting cpu = Setting.of(limits.get(Key.CPU), scope, problems);
    Setting memory = Setting.of(limits.get(Key.MEMORY), scope, problems);
    Setting processes = Setting.of(limits.get(Key.PROCESSES), scope, problems);
    Double cpus = cpu == null ? null : cpu.cpus();
    Long bytes = memory == null ? null : memory.memory();
    Integer most = processes == null ? null : processes.count();
    // a limit that is written but wrong has its problem already; the default in its place only lets the reading go on
    return new Limits(
        Objects.requireNonNullElse(cpus, Limits.DEFAULT.cpus()),
        Objects.requireNonNullElse(bytes, Limits.DEFAULT.memory()),
        most == null ? Limits.DEFAULT.processes() : most);
  }
}
