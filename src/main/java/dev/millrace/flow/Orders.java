package dev.millrace.flow;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidacy.State;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.StageState;
import dev.millrace.flow.Experience.TestedTree;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What has come of the candidates that were ordered: merged, in conflict, nothing new, or impossible.
final class Orders {
  private final TargetDraft onTarget;
  private final Draft draft;

  Orders(TargetDraft onTarget) {
    this.onTarget = onTarget;
    this.draft = onTarget.draft();
  }

  /// The one that was ordered, if it still is wanted so and stands where the target is.
  private Optional<Candidacy> ordered(Effect.Merge order, CommitId base) {
    if (wanted(order).isEmpty()) {
      return Optional.empty();
    }
    // made before the target moved on, as a rule; but when it says so twice, somebody has moved the target back
    if (draft.experience().left(onTarget.target(), base) && !draft.experience().doubted().contains(order)) {
      draft.learn(draft.experience().doubting(order));
      return Optional.empty();
    }
    if (draft.experience().head(onTarget.target()).filter(head -> !head.equals(base)).isPresent()) {
      new Heads(onTarget).moved(base, "somebody else");
    }
    draft.learn(draft.experience().at(onTarget.target(), base));
    return wanted(order);
  }

  /// The candidate, if it still is owed in just this way.
  private Optional<Candidacy> wanted(Effect.Merge order) {
    Change change = draft.find(order.change());
    if (change == null || order.candidate() > change.candidacies().size()) {
      return Optional.empty();
    }
    Candidacy candidacy = change.candidacies().get(order.candidate() - 1);
    return Owed.merge(draft.all(), change, candidacy).filter(order::equals).map(_ -> candidacy);
  }

  void merged(Event.Merged merged) {
    Optional<Candidacy> found = ordered(merged.order(), merged.candidate().base());
    if (found.isEmpty()) {
      return;
    }
    Candidacy candidacy = found.get();
    Change change = draft.get(merged.order().change());
    Candidate candidate = merged.candidate();
    Change on = change.on(candidate);
    Optional<StageName> from =
        Optional.ofNullable(TargetDraft.from(change)).filter(stage -> change.on(candidate).stage(stage) != StageState.PENDING);
    boolean before = change.attempts().stream().anyMatch(attempt -> attempt.commit().equals(candidate.commit()));
    ChangeId like = draft.experience().passed().get(TestedTree.of(change, merged.tree()));
    State next =
        before || like == null
            ? new State.Testing(draft.at(), candidate, merged.tree())
            : new State.Passed(draft.at(), candidate, merged.tree(), like);
    if (before) {
      on = from.isPresent() ? Flow.plan(on, from.get(), draft.at()) : again(on);
      draft.note(
          change.id(),
          "the candidate on " + TargetDraft.ground(candidacy, candidate) + " is kept; "
              + from.map(stage -> "runs again from " + stage).orElse("what had failed or was stopped runs again"));
    } else if (like != null) {
      draft.note(
          change.id(),
          "merged with " + TargetDraft.ground(candidacy, candidate) + ": the same files passed as " + like + ", so nothing has to run again");
    } else {
      draft.note(
          change.id(),
          "merged with " + TargetDraft.ground(candidacy, candidate) + ": candidate " + candidate.commit().abbreviated()
              + ", made by " + merged.by());
    }
    draft.change(on.on(change.candidate()).with(candidacy.standing(candidacy.open(), true).in(next)));
  }

  /// Plans once more the steps of its test that have ended without passing, or are about to.
  private Change again(Change on) {
    Change next = on;
    Set<StageName> tests = on.pipeline().tests();
    for (Stage stage : on.pipeline().stages().stream().filter(stage -> tests.contains(stage.name())).toList()) {
      int number = next.latestNumber(stage.name()) + 1;
      for (Attempt attempt : on.counting(stage.name()).values()) {
        if (!attempt.passed() && !running(attempt)) {
          next = Draft.planned(next, stage.name(), stage.step(attempt.id().step()), number, draft.at());
        }
      }
    }
    return next;
  }

  private static boolean running(Attempt attempt) {
    return attempt.state() instanceof AttemptState.Planned || attempt.state() instanceof AttemptState.Running;
  }

  /// Like [#ordered]; but what is found out of a change that lands at this moment comes too late.
  private Optional<Candidacy> unlessLanding(Effect.Merge order, CommitId base, ChangeId which) {
    Optional<Candidacy> candidacy = ordered(order, base);
    if (candidacy.isPresent() && onTarget.lands(which)) {
      tooLate(order, candidacy.get(), which);
      return Optional.empty();
    }
    return candidacy;
  }

  void conflicted(Event.Conflicted event) {
    unlessLanding(event.order(), event.base(), event.change())
        .ifPresent(
            candidacy -> {
              var below = below(candidacy, event.change());
              String files = String.join(", ", event.files());
              blocked(
                  candidacy,
                  event.order().change(),
                  event.change(),
                  below.isEmpty()
                      ? "conflicts with " + event.base().abbreviated() + " in " + files
                      : "conflicts with " + TargetDraft.names(below) + " ahead of it in " + files);
            });
  }

  void nothingToIntegrate(Event.NothingToIntegrate event) {
    unlessLanding(event.order(), event.base(), event.change())
        .ifPresent(
            candidacy -> {
              var below = below(candidacy, event.change());
              if (below.isEmpty()) {
                String sentence =
                    "nothing to integrate: the target, at " + event.base().abbreviated() + ", contains this commit already";
                onTarget.done(draft.get(event.change()), sentence);
              } else {
                blocked(
                    candidacy, event.order().change(), event.change(),
                    "adds nothing to " + TargetDraft.names(below) + " ahead of it: it waits for what becomes of "
                        + (below.size() == 1 ? "it" : "them"));
              }
            });
  }

  void notMergeable(Event.NotMergeable event) {
    Optional<Candidacy> wanted = wanted(event.order());
    Change change = draft.find(event.change());
    if (wanted.isEmpty() || change == null) {
      return;
    }
    List<ChangeId> below = below(wanted.get(), event.change());
    if (onTarget.lands(event.change())) {
      tooLate(event.order(), wanted.get(), event.change());
    } else if (below.isEmpty()) {
      onTarget.fail(change, event.because());
    } else {
      blocked(
          wanted.get(),
          event.order().change(),
          event.change(),
          "does not go on top of " + TargetDraft.names(below) + ": " + event.because());
    }
  }

  private void tooLate(Effect.Merge order, Candidacy candidacy, ChangeId which) {
    Change change = draft.get(order.change());
    draft.change(onTarget.dropped(change, candidacy, which + " is about to land"));
  }

  private static List<ChangeId> below(Candidacy candidacy, ChangeId change) {
    return candidacy.open().subList(0, Math.max(0, candidacy.open().indexOf(change)));
  }

  /// The change does not go onto those below it. Where it is not the top, the candidate is given up, and what was found
  /// out is kept with the change it is about.
  private void blocked(Candidacy candidacy, ChangeId top, ChangeId which, String because) {
    Change change = draft.get(top);
    if (top.equals(which)) {
      // one that conflicts with the target itself is out, which is told then
      if (candidacy.open().size() > 1) {
        draft.note(top, because);
      }
      draft.change(change.with(candidacy.in(new State.Conflicted(draft.at(), because))));
      return;
    }
    draft.change(change.with(candidacy.in(new State.Dropped(draft.at(), null, which + " " + because))));
    Change inner = draft.get(which);
    var stack = new ArrayList<>(below(candidacy, which));
    stack.add(which);
    boolean known =
        inner.candidacies().stream()
            .anyMatch(its -> its.open().equals(stack) && (its.running() || its.state() instanceof State.Conflicted));
    if (!known) {
      draft.note(which, because);
      draft.change(
          inner.with(
              Candidacy.begun(inner.candidacies().size() + 1, stack, draft.at())
                  .in(new State.Conflicted(draft.at(), because))));
    }
  }
}
