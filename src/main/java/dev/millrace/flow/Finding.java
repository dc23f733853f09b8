package dev.millrace.flow;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.Fault;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a candidate has come to, by what was tried on it.
sealed interface Finding {
  /// Something that it needs is still to be tried, and nothing has gone wrong.
  record Open() implements Finding {}

  record Green() implements Finding {}

  /// Something failed, be it one step of a stage that still runs others.
  record Red(String because) implements Finding {}

  /// Something could not be run at all, and trying again does not help.
  record Broken(String because) implements Finding {}

  /// @param on the change on the candidate in question
  static Finding of(Change on) {
    Set<StageName> tests = on.pipeline().tests();
    Map<StageName, Map<StepName, Attempt>> counting = on.counting();
    Map<StageName, StageState> stages = on.stages();
    List<Stage> wrong =
        on.pipeline().stages().stream()
            .filter(stage -> tests.contains(stage.name()))
            .filter(stage -> counting.getOrDefault(stage.name(), Map.of()).values().stream().anyMatch(attempt -> attempt.ended() && !attempt.passed()))
            .toList();
    if (wrong.isEmpty()) {
      return tests.stream().allMatch(stage -> stages.get(stage) == StageState.PASSED) ? new Green() : new Open();
    }
    boolean red =
        wrong.stream().flatMap(stage -> counting.getOrDefault(stage.name(), Map.of()).values().stream()).anyMatch(Finding::atFault);
    String because = Draft.why(on, wrong.getFirst());
    return red ? new Red(because) : new Broken(because);
  }

  /// What could not even be started never will be: a second look tells nothing.
  private static boolean atFault(Attempt attempt) {
    return attempt.state() instanceof AttemptState.Failed(var _, var _, Fault fault)
        && !(fault instanceof Fault.NotStartable);
  }
}
