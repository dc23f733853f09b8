package dev.millrace.statistics;

import java.time.Duration;
import java.time.Instant;

/// A trial, and the number of the change that made it.
public record ChangeTrial(int change, Trial trial) {
  public static ChangeTrial of(int change, Instant startedAt, Instant finishedAt, boolean passed) {
    return new ChangeTrial(change, new Trial(finishedAt, Duration.between(startedAt, finishedAt), passed));
  }

  public Instant at() {
    return trial.finishedAt();
  }

  public Duration duration() {
    return trial.duration();
  }

  public boolean passed() {
    return trial.passed();
  }
}
