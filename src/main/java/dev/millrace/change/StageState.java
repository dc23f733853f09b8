package dev.millrace.change;

import java.util.Locale;

/// What a stage is for one change; computed from the attempts of its steps.
public enum StageState {
  /// Has not run yet.
  PENDING,
  /// At least one step is planned or runs.
  RUNNING,
  /// Something has to happen first that is not this server's to do.
  WAITING,
  PASSED,
  /// The change is at fault.
  FAILED,
  /// We are at fault.
  ERRORED,
  CANCELLED,
  /// Will not run for this change.
  SKIPPED;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
