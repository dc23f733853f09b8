package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.change.StageState;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.util.Collection;
import java.util.Map;

/// Where each stage of a change stands, worked out once for all that is drawn of it.
record Standing(Map<StageName, StageState> states, Map<StageName, Map<StepName, Attempt>> attempts) {
  static Standing of(Change change) {
    return new Standing(change.stages(), change.counting());
  }

  StageState state(Stage stage) {
    return states.getOrDefault(stage.name(), StageState.PENDING);
  }

  Map<StepName, Attempt> counting(StageName stage) {
    return attempts.getOrDefault(stage, Map.of());
  }

  Collection<Attempt> attempts(Stage stage) {
    return counting(stage.name()).values();
  }
}
