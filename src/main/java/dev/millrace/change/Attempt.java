package dev.millrace.change;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One execution of a step for a change. Never overwritten: running again makes a new one.
///
/// @param round how often the change had been sent round when this was planned, from 1; see [Change#stands]
/// @param commit the commit it works on
/// @param definition the commit of the pipeline repository whose definition it follows
/// @param image what it ran in; null before it began, and for what needs none
public record Attempt(
    AttemptId id,
    int round,
    CommitId commit,
    String definition,
    Instant plannedAt,
    AttemptState state,
    @Nullable Image image) {

  /// One of which it is not known what it runs in.
  public Attempt(AttemptId id, int round, CommitId commit, String definition, Instant plannedAt, AttemptState state) {
    this(id, round, commit, definition, plannedAt, state, null);
  }

  public Attempt in(AttemptState next) {
    return new Attempt(id, round, commit, definition, plannedAt, next, image);
  }

  public Attempt in(@Nullable Image found) {
    return new Attempt(id, round, commit, definition, plannedAt, state, found);
  }

  public boolean ended() {
    return state instanceof AttemptState.Ended;
  }

  public boolean passed() {
    return state instanceof AttemptState.Passed;
  }

  /// When its process began, if that is known.
  public Optional<Instant> startedAt() {
    return switch (state) {
      case AttemptState.Planned _ -> Optional.empty();
      case AttemptState.Running(Instant startedAt) -> Optional.of(startedAt);
      case AttemptState.Stopping stopping -> Optional.ofNullable(stopping.startedAt());
      case AttemptState.Passed passed -> Optional.of(passed.startedAt());
      case AttemptState.Failed failed -> Optional.of(failed.startedAt());
      case AttemptState.Errored errored -> Optional.ofNullable(errored.startedAt());
      case AttemptState.Cancelled cancelled -> Optional.ofNullable(cancelled.startedAt());
    };
  }

  public Optional<Instant> finishedAt() {
    return state instanceof AttemptState.Ended ended ? Optional.of(ended.finishedAt()) : Optional.empty();
  }

  /// How long it ran; empty while it has not ended or when it never started. Never negative, however clocks were set.
  public Optional<Duration> duration() {
    return startedAt()
        .flatMap(started -> finishedAt().map(finished -> Duration.between(started, finished)))
        .map(its -> its.isNegative() ? Duration.ZERO : its);
  }
}
