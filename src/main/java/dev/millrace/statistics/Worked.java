package dev.millrace.statistics;

import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.time.Duration;
import java.time.Instant;

/// One attempt of a step that passed or failed, with what it worked on.
///
/// @param number which attempt of its stage, from 1
/// @param commit the commit it worked on
/// @param definition the commit of the definition it followed
public record Worked(
    int change,
    StageName stage,
    StepName step,
    int number,
    String commit,
    String definition,
    Instant startedAt,
    Instant finishedAt,
    boolean passed) {
  public Duration duration() {
    return Duration.between(startedAt, finishedAt);
  }

  ChangeTrial trial() {
    return ChangeTrial.of(change, startedAt, finishedAt, passed);
  }
}
