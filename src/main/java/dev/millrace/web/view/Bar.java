package dev.millrace.web.view;

import dev.millrace.change.Confidence;
import dev.millrace.change.StageState;
import java.util.ArrayList;
import java.util.List;

/// Confidence: one segment for each stage, so that even a hundred of them can be seen at a glance.
///
/// @param runs neighbours that look the same, together
public record Bar(List<Run> runs, int percent, String text) {
  public record Run(String look, int stages) {}

  static Bar of(Standing standing) {
    var runs = new ArrayList<Run>();
    for (StageState state : standing.states().values()) {
      String look = Look.of(state).css();
      if (!runs.isEmpty() && runs.getLast().look().equals(look)) {
        runs.set(runs.size() - 1, new Run(look, runs.getLast().stages() + 1));
      } else {
        runs.add(new Run(look, 1));
      }
    }
    int passed = (int) standing.states().values().stream().filter(StageState.PASSED::equals).count();
    var confidence = new Confidence(passed, standing.states().size());
    return new Bar(runs, confidence.percent(), confidence.passed() + " of " + Prose.count(confidence.of(), "stage") + " passed");
  }
}
