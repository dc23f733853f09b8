package dev.millrace.change;

import dev.millrace.pipeline.PipelineName;
import java.util.Comparator;

/// Which change: the pipeline and the number in it, counted from 1. People write `shop#42`.
public record ChangeId(PipelineName pipeline, int number) implements Comparable<ChangeId> {
  private static final Comparator<ChangeId> ORDER =
      Comparator.comparing(ChangeId::pipeline).thenComparingInt(ChangeId::number);

  public ChangeId {
    if (number < 1) {
      throw new IllegalArgumentException("changes are counted from 1, not " + number);
    }
  }

  @Override
  public int compareTo(ChangeId other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return pipeline + "#" + number;
  }
}
