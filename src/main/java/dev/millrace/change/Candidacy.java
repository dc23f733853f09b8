package dev.millrace.change;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// One go of a change at becoming the target's head: the changes that its candidate is made of, and what came of it.
///
/// @param number which of its change's, from 1
/// @param changes what it is made of, in the order in which they are merged; the last one is the change itself
/// @param open those of them that have not landed since; empty when it tells nothing any more
/// @param current whether it stands on the target's present head, so that it can land; else it is evidence only
public record Candidacy(int number, List<ChangeId> changes, List<ChangeId> open, boolean current, State state) {
  public Candidacy {
    changes = List.copyOf(changes);
    open = List.copyOf(open);
    if (number < 1 || changes.isEmpty() || !changes.containsAll(open)) {
      throw new IllegalArgumentException("a candidate is made of changes, and counted from 1");
    }
  }

  /// How far it is.
  public sealed interface State {
    /// Its candidate is being made.
    record Merging(Instant since) implements State {}

    /// @param tree the id of its files
    record Testing(Instant since, Candidate candidate, TreeId tree) implements State {}

    /// All that comes before the promotion passed.
    ///
    /// @param like the change whose candidate had the same files and passed before, so that nothing had to run; null when
    ///     it was tested itself
    record Passed(Instant at, Candidate candidate, TreeId tree, @Nullable ChangeId like) implements State {}

    /// Something before the promotion failed.
    record Failed(Instant at, Candidate candidate, TreeId tree, String because) implements State {}

    /// It does not merge onto what it was to stand on.
    record Conflicted(Instant at, String because) implements State {}

    /// It was given up before it had come to anything.
    ///
    /// @param candidate null when it was not made yet
    record Dropped(Instant at, @Nullable Candidate candidate, String because) implements State {}

    /// It became the target's head, or what that stands on.
    ///
    /// @param with the change that was promoted; another one when its candidate held this change
    /// @param like as in [Passed]
    record Landed(Instant at, Candidate candidate, TreeId tree, ChangeId with, @Nullable ChangeId like) implements State {}
  }

  /// A new one, on the target's head.
  public static Candidacy begun(int number, List<ChangeId> changes, Instant at) {
    return new Candidacy(number, changes, changes, true, new State.Merging(at));
  }

  public Candidacy in(State next) {
    return new Candidacy(number, changes, open, current, next);
  }

  public Candidacy standing(List<ChangeId> still, boolean now) {
    return new Candidacy(number, changes, still, now, state);
  }

  /// Whether it is still to come to something.
  public boolean running() {
    return switch (state) {
      case State.Merging _, State.Testing _ -> true;
      case State.Passed _, State.Failed _, State.Conflicted _, State.Dropped _, State.Landed _ -> false;
    };
  }

  public Optional<Candidate> candidate() {
    return switch (state) {
      case State.Merging _, State.Conflicted _ -> Optional.empty();
      case State.Testing testing -> Optional.of(testing.candidate());
      case State.Passed passed -> Optional.of(passed.candidate());
      case State.Failed failed -> Optional.of(failed.candidate());
      case State.Dropped dropped -> Optional.ofNullable(dropped.candidate());
      case State.Landed landed -> Optional.of(landed.candidate());
    };
  }

  /// The id of its files, once they are there.
  public Optional<TreeId> tree() {
    return switch (state) {
      case State.Testing testing -> Optional.of(testing.tree());
      case State.Passed passed -> Optional.of(passed.tree());
      case State.Failed failed -> Optional.of(failed.tree());
      case State.Landed landed -> Optional.of(landed.tree());
      case State.Merging _, State.Conflicted _, State.Dropped _ -> Optional.empty();
    };
  }

  /// The change whose candidate had the same files and passed, so that nothing had to run.
  public Optional<ChangeId> like() {
    return switch (state) {
      case State.Passed passed -> Optional.ofNullable(passed.like());
      case State.Landed landed -> Optional.ofNullable(landed.like());
      case State.Merging _, State.Testing _, State.Failed _, State.Conflicted _, State.Dropped _ -> Optional.empty();
    };
  }

  /// When it came to be in its state.
  public Instant at() {
    return switch (state) {
      case State.Merging merging -> merging.since();
      case State.Testing testing -> testing.since();
      case State.Passed passed -> passed.at();
      case State.Failed failed -> failed.at();
      case State.Conflicted conflicted -> conflicted.at();
      case State.Dropped dropped -> dropped.at();
      case State.Landed landed -> landed.at();
    };
  }

  /// Why it is in its state, in a sentence for people; empty where that goes without saying.
  public String because() {
    return switch (state) {
      case State.Merging _, State.Testing _ -> "";
      case State.Passed _ -> like().map(other -> "the same files passed as " + other).orElse("");
      case State.Failed failed -> failed.because();
      case State.Conflicted conflicted -> conflicted.because();
      case State.Dropped dropped -> dropped.because();
      case State.Landed landed ->
          landed.with().equals(changes.getLast()) && like().isEmpty()
              ? ""
              : like().map(other -> "the same files passed as " + other).orElse("landed with " + landed.with());
    };
  }

  /// With another picture of the same candidate: what it stands on has landed meanwhile.
  public Candidacy rebased(UnaryOperator<Candidate> anew) {
    return switch (state) {
      case State.Testing(var since, var candidate, var tree) ->
          in(new State.Testing(since, anew.apply(candidate), tree));
      case State.Passed(var at, var candidate, var tree, var like) ->
          in(new State.Passed(at, anew.apply(candidate), tree, like));
      case State.Merging _, State.Failed _, State.Conflicted _, State.Dropped _, State.Landed _ -> this;
    };
  }

  /// Whether this is the candidate's commit.
  public boolean of(CommitId commit) {
    return candidate().filter(its -> its.commit().equals(commit)).isPresent();
  }
}
