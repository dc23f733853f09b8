package dev.millrace.statistics;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How one change that was to be integrated fared.
///
/// @param createdAt when it came
/// @param plannedAt when its first step was planned: it had waited for its turn and was merged; null before that
/// @param promotedAt when it was first promoted; null before that, or when it never was
public record Journey(
    int change, Instant createdAt, @Nullable Instant plannedAt, @Nullable Instant promotedAt, Ending ending, Instant endedAt) {
  /// What has become of it so far.
  public enum Ending {
    OPEN,
    PASSED,
    FAILED,
    CANCELLED
  }

  Optional<ChangeTrial> lead() {
    return promotedAt == null ? Optional.empty() : Optional.of(ChangeTrial.of(change, createdAt, promotedAt, true));
  }

  Optional<ChangeTrial> queueing() {
    return plannedAt == null ? Optional.empty() : Optional.of(ChangeTrial.of(change, createdAt, plannedAt, true));
  }

  /// Whether it counts for the failure rate.
  boolean judged() {
    return ending == Ending.PASSED || ending == Ending.FAILED;
  }

}
