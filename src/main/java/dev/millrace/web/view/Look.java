package dev.millrace.web.view;

import dev.millrace.change.AttemptState;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import java.util.Locale;

/// How a state looks. Each has a colour, a shape and a word of its own, so that no one of the three is needed.
public enum Look {
  PENDING("not yet run"),
  QUEUED("queued"),
  MERGING("merging"),
  RUNNING("running"),
  STOPPING("stopping"),
  WAITING("waiting"),
  PASSED("passed"),
  FAILED("failed"),
  ERRORED("errored"),
  CANCELLED("cancelled"),
  SKIPPED("skipped"),
  /// The change follows a definition that has no such stage.
  ABSENT("not in its definition");

  private final String word;

  Look(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /// The class in the style sheet and the icon in the layout: `passed`.
  public String css() {
    return name().toLowerCase(Locale.ROOT);
  }

  public boolean moving() {
    return this == RUNNING || this == STOPPING || this == MERGING;
  }

  static Look of(StageState state) {
    return switch (state) {
      case PENDING -> PENDING;
      case RUNNING -> RUNNING;
      case WAITING -> WAITING;
      case PASSED -> PASSED;
      case FAILED -> FAILED;
      case ERRORED -> ERRORED;
      case CANCELLED -> CANCELLED;
      case SKIPPED -> SKIPPED;
    };
  }

  static Look of(ChangeState state) {
    return switch (state) {
      case ChangeState.Queued _ -> QUEUED;
      case ChangeState.Merging _ -> MERGING;
      case ChangeState.Moving _ -> RUNNING;
      case ChangeState.Leaving _ -> STOPPING;
      case ChangeState.Passed _ -> PASSED;
      case ChangeState.Failed _ -> FAILED;
      case ChangeState.Cancelled _ -> CANCELLED;
    };
  }

  static Look of(AttemptState state) {
    return switch (state) {
      case AttemptState.Planned _ -> QUEUED;
      case AttemptState.Running _ -> RUNNING;
      case AttemptState.Stopping _ -> STOPPING;
      case AttemptState.Passed _ -> PASSED;
      case AttemptState.Failed _ -> FAILED;
      case AttemptState.Errored _ -> ERRORED;
      case AttemptState.Cancelled _ -> CANCELLED;
    };
  }
}
