package dev.millrace.engine;

import dev.millrace.change.Aim;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import java.util.Locale;
import java.util.Optional;

/// What has become of a change, for somebody who waited for it.
///
/// @param because a sentence for people, which names the change
public record Outcome(ChangeId change, End end, String because) {
  /// How it ended.
  public enum End {
    PASSED,
    FAILED,
    CANCELLED,
    /// It has not ended, and nobody waits any longer.
    OPEN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// Until when somebody waits.
  public enum Until {
    /// Until it is on the target, or will never be; what is not to be integrated until its end.
    LANDED,
    /// Until the last of its stages has ended.
    ENDED
  }

  /// Empty as long as there is something to wait for.
  static Optional<Outcome> of(Change change, Until until) {
    boolean landed = change.aim() instanceof Aim.Integrate && change.landed();
    if (landed && (until == Until.LANDED || change.state() instanceof ChangeState.Passed)) {
      return Optional.of(new Outcome(change.id(), End.PASSED, landing(change)));
    }
    return switch (change.state()) {
      case ChangeState.Passed(var _, String because) ->
          Optional.of(new Outcome(change.id(), End.PASSED, sentence(change, End.PASSED, because)));
      case ChangeState.Failed(var _, String because) ->
          Optional.of(new Outcome(change.id(), End.FAILED, sentence(change, End.FAILED, because)));
      case ChangeState.Cancelled(var _, String because) ->
          Optional.of(new Outcome(change.id(), End.CANCELLED, sentence(change, End.CANCELLED, because)));
      case ChangeState.Queued _,
          ChangeState.Merging _,
          ChangeState.Moving _,
          ChangeState.Leaving _ ->
          Optional.empty();
    };
  }

  static Outcome open(ChangeId change, String because) {
    return new Outcome(change, End.OPEN, because);
  }

  /// Whether nothing is left to be put right.
  public boolean good() {
    return end == End.PASSED;
  }

  /// `main is now 0123abcd (shop#42)`
  private static String landing(Change change) {
    String into = change.aim() instanceof Aim.Integrate(var _, var target) ? target.text() : "";
    var with = change.landedWith();
    String head =
        change.candidacies().stream()
            .filter(candidacy -> candidacy.state() instanceof Candidacy.State.Landed)
            .flatMap(candidacy -> candidacy.candidate().stream())
            .findFirst()
            .or(() -> Optional.ofNullable(change.candidate()))
            .map(Candidate::commit)
            .map(commit -> commit.abbreviated())
            .orElse("");
    return into + " is now " + head + " (" + change.id() + with.map(id -> ", landed with " + id).orElse("") + ")";
  }

  private static String sentence(Change change, End end, String because) {
    return change.id() + " " + end + (because.isEmpty() ? "" : ": " + because);
  }
}
