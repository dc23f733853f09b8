package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// How a pipeline stands. One that integrates branches is red when what landed broke afterwards, for then somebody has to
/// act; a branch that was refused leaves its target as green as it was. Any other is as its last change came out. What
/// was cancelled says nothing.
///
/// @param told the changes that tell, the last that ended first
record Verdict(List<Change> told) {
  static Verdict of(List<Change> changes) {
    return ofAll(
        changes.stream().filter(change -> change.pipeline().integration() == null || change.landed()).toList());
  }

  /// How these changes stand, whether they landed or not.
  static Verdict ofAll(List<Change> changes) {
    return new Verdict(
        changes.stream()
            .filter(
                change -> change.state() instanceof ChangeState.Passed || change.state() instanceof ChangeState.Failed)
            .sorted(Comparator.comparing(Verdict::ended).reversed())
            .toList());
  }

  /// [Look#PASSED], [Look#FAILED], or [Look#PENDING] while nothing tells.
  Look look() {
    return told.isEmpty() ? Look.PENDING : Look.of(told.getFirst().state());
  }

  boolean red() {
    return look() == Look.FAILED;
  }

  /// The change that it is so since: the one it broke with, be there failures after it, or the last that passed.
  Optional<Change> since() {
    return red()
        ? told.stream().takeWhile(change -> change.state() instanceof ChangeState.Failed).reduce((_, before) -> before)
        : told.stream().findFirst();
  }

  private static Instant ended(Change change) {
    return change.state() instanceof ChangeState.Ended ended ? ended.at() : change.createdAt();
  }
}
