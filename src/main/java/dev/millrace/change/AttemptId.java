package dev.millrace.change;

import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.util.Comparator;

/// Which attempt: the change, the stage, the step, and which time it is tried, counted from 1 for each stage.
/// Its text, `shop/42/verify/unit/1`, is its locator everywhere: in logs, in paths, in the container's label.
public record AttemptId(ChangeId change, StageName stage, StepName step, int number)
    implements Comparable<AttemptId> {
  private static final Comparator<AttemptId> ORDER =
      Comparator.comparing(AttemptId::change)
          .thenComparing(AttemptId::stage)
          .thenComparing(AttemptId::step)
          .thenComparingInt(AttemptId::number);

  public AttemptId {
    if (number < 1) {
      throw new IllegalArgumentException("attempts are counted from 1, not " + number);
    }
  }

  @Override
  public int compareTo(AttemptId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return change.pipeline() + "/" + change.number() + "/" + stage + "/" + step + "/" + number;
  }
}
