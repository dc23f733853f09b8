package dev.millrace.flow;

import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidacy.State;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.CommitId;
import dev.millrace.queue.IntegrationQueue;
import java.util.ArrayList;
import java.util.List;

/// The target's head moves: by a landing, or by somebody else.
final class Heads {
  private final TargetDraft onTarget;
  private final Draft draft;

  Heads(TargetDraft onTarget) {
    this.onTarget = onTarget;
    this.draft = onTarget.draft();
  }

  /// A candidate of ours has become the target's head.
  void landed(Change change, CommitId head) {
    Candidacy landed =
        change.candidacies().reversed().stream()
            .filter(candidacy -> candidacy.of(head))
            .filter(candidacy -> !candidacy.open().isEmpty())
            .findFirst()
            .orElseThrow(() -> new IllegalStateException(change.id() + " was promoted to a commit that was none of its candidates"));
    List<ChangeId> members = landed.open();
    draft.learn(draft.experience().at(onTarget.target(), head));
    draft.note(change.id(), "promoted: " + onTarget.target().branch() + " is now " + head.abbreviated());
    for (ChangeId id : members) {
      Change member = draft.find(id);
      if (member != null) {
        land(member, landed, change.id());
      }
    }
    for (Change other : draft.changes()) {
      if (onTarget.belongs(other) && !members.contains(other.id())) {
        Change next = other;
        for (Candidacy candidacy : other.candidacies()) {
          next = onto(next, candidacy, members, head);
        }
        draft.change(next);
      }
    }
  }

  private void land(Change member, Candidacy landed, ChangeId with) {
    Candidate candidate = landed.candidate().orElseThrow();
    boolean own = member.id().equals(with);
    if (!own) {
      draft.note(
          member.id(), "landed with " + with + ", whose candidate " + candidate.commit().abbreviated() + " holds it and passed");
    }
    Change quiet =
        onTarget.stopped(member, own ? "it has landed" : "it has landed with " + with, own ? candidate.commit() : null)
            .on(candidate);
    var state = new State.Landed(draft.at(), candidate, landed.tree().orElseThrow(), with, landed.like().orElse(null));
    Candidacy one =
        own
            ? landed.in(state)
            : new Candidacy(quiet.candidacies().size() + 1, landed.changes(), landed.open(), true, state);
    Change next = quiet.with(one);
    boolean cancelling = next.state() instanceof ChangeState.Cancelling;
    draft.change(cancelling ? next : next.in(new ChangeState.Moving(IntegrationQueue.since(next))));
    draft.learn(draft.experience().ended(member, false));
  }

  /// What the landing of others leaves of a candidate: one that holds them below is on the head now.
  private Change onto(Change change, Candidacy candidacy, List<ChangeId> landed, CommitId head) {
    List<ChangeId> open = candidacy.open();
    if (open.isEmpty()) {
      return change;
    }
    if (candidacy.state() instanceof State.Conflicted) {
      // asked once more on the new head, which says for sure and costs next to nothing
      return change.with(candidacy.standing(List.of(), false));
    }
    boolean prefix = open.size() > landed.size() && open.subList(0, landed.size()).equals(landed);
    if (prefix && candidacy.current()) {
      Candidacy next =
          candidacy
              .standing(open.subList(landed.size(), open.size()), true)
              .rebased(candidate -> new Candidate(head, candidate.commit()));
      Change with = change.with(next);
      Candidate shown = change.candidate();
      return shown != null && candidacy.of(shown.commit()) ? with.on(new Candidate(head, shown.commit())) : with;
    }
    var still = new ArrayList<>(open);
    still.removeAll(landed);
    return change.with(candidacy.standing(still, candidacy.state() instanceof State.Merging));
  }

  /// Somebody else has moved the target: what was tested stands on a head that is no more.
  void moved(CommitId head, String by) {
    draft.learn(draft.experience().at(onTarget.target(), head));
    for (Change change : draft.changes()) {
      if (onTarget.belongs(change)) {
        Change next = change;
        boolean hit = false;
        for (Candidacy candidacy : change.candidacies()) {
          boolean made = !(candidacy.state() instanceof State.Merging);
          hit |= made && candidacy.current() && (candidacy.running() || candidacy.state() instanceof State.Passed);
          next = made ? next.with(candidacy.standing(candidacy.open(), false)) : next;
        }
        if (hit) {
          draft.note(change.id(), onTarget.target().branch() + " moved to " + head.abbreviated() + " (" + by + "): merged with it again");
        }
        draft.change(next);
      }
    }
  }
}
