package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidacy.State;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.StageName;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Target;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A decision in the making, as far as it concerns what is on its way to one target: who that is, what lands at this
/// moment, and how candidates and changes come to an end.
record TargetDraft(Draft draft, Target target) {
  IntegrationQueue queue() {
    IntegrationQueue queue = IntegrationQueue.of(draft.changes()).get(target);
    return queue == null ? new IntegrationQueue(target, List.of(), List.of()) : queue;
  }

  /// The one that is being promoted.
  Optional<Change> landing() {
    return draft.changes().stream()
        .filter(this::belongs)
        .filter(change -> atGate(change).findAny().isPresent())
        .findFirst();
  }

  /// Whether this change is part of what is being promoted.
  boolean lands(ChangeId change) {
    return promoted().filter(candidacy -> candidacy.open().contains(change)).isPresent();
  }

  private Optional<Candidacy> promoted() {
    return landing()
        .flatMap(
            change ->
                atGate(change)
                    .flatMap(attempt -> change.candidacies().stream().filter(candidacy -> candidacy.of(attempt.commit())))
                    .reduce((_, later) -> later));
  }

  private static Stream<Attempt> atGate(Change change) {
    return change.pipeline().gate().stream()
        .flatMap(gate -> change.attempts(gate.name()).stream())
        .filter(attempt -> !attempt.ended());
  }

  /// Whether this is the commit of a candidate that is being promoted.
  boolean promotes(CommitId commit) {
    return promoted().filter(candidacy -> candidacy.of(commit)).isPresent();
  }

  /// Whether this change is on its way to this target.
  boolean belongs(Change change) {
    return change.aim() instanceof Aim.Integrate
        && !change.ended()
        && !change.landed()
        && IntegrationQueue.target(change).equals(target);
  }

  /// Gives up a candidate and says why.
  void drop(Change change, Candidacy candidacy, String because) {
    draft.note(change.id(), "given up on " + names(candidacy.open()) + ": " + because);
    draft.change(dropped(change, candidacy, because));
  }

  /// With this candidate given up and what it runs told to stop.
  Change dropped(Change change, Candidacy candidacy, String because) {
    Candidate candidate = candidacy.candidate().orElse(null);
    Change next = change.with(candidacy.in(new State.Dropped(draft.at(), candidate, because)));
    return candidate == null ? next : Flow.stopAttempts(next, candidate.commit(), draft.at(), because);
  }

  /// With all its candidates given up that still run.
  ///
  /// @param keep a candidate that goes on; null for none
  Change stopped(Change change, String because, @Nullable CommitId keep) {
    Change next = change;
    for (Candidacy candidacy : change.candidacies()) {
      if (candidacy.running() && (keep == null || !candidacy.of(keep))) {
        next = dropped(next, candidacy, because);
      }
    }
    return next;
  }

  /// The change is out: it ends as soon as nothing of it runs.
  void fail(Change change, String because) {
    draft.change(
        stopped(change, because, null).in(new ChangeState.Failing(IntegrationQueue.since(change), because)));
    draft.note(change.id(), because);
  }

  /// The change has nothing to do: it ends as soon as nothing of it runs.
  void done(Change change, String because) {
    draft.change(
        stopped(change, because, null).in(new ChangeState.Passing(IntegrationQueue.since(change), because)));
    draft.note(change.id(), because);
  }

  /// What a candidate stands on, for people: `1a2b3c4` or `1a2b3c4 and shop#41, shop#42`.
  static String ground(Candidacy candidacy, Candidate candidate) {
    List<ChangeId> below = candidacy.open().subList(0, Math.max(0, candidacy.open().size() - 1));
    return candidate.base().abbreviated() + (below.isEmpty() ? "" : " and " + names(below));
  }

  static String names(List<ChangeId> changes) {
    return changes.stream().map(ChangeId::toString).collect(Collectors.joining(", "));
  }

  /// The stage to run again from, if that was asked for.
  static @Nullable StageName from(Change change) {
    return switch (change.state()) {
      case ChangeState.Queued(var _, var from) -> from;
      case ChangeState.Merging(var _, var from) -> from;
      case ChangeState.Moving _, ChangeState.Leaving _, ChangeState.Ended _ -> null;
    };
  }
}
