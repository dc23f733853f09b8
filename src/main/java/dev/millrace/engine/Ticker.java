package dev.millrace.engine;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.StageState;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.StageName;
import dev.millrace.queue.Carrier;
import dev.millrace.statistics.Estimate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Tells a change line by line: shown one picture of it after the other, it says what is new in each.
///
/// A stage is told when it begins and when it ends, a step only when it fails.
final class Ticker {
  /// A line to be shown.
  sealed interface Line {
    record Plain(String text) implements Line {}

    /// The end of what a failed attempt has printed.
    record TailOf(AttemptId attempt) implements Line {}
  }

  private record Timed(Instant at, Line line) {}

  /// One go at a stage, or at some of its steps.
  private record Go(StageName stage, int number) {
    @Override
    public String toString() {
      return number == 1 ? stage.text() : stage + " (attempt " + number + ")";
    }
  }

  /// How the sentence of a landing begins.
  private static final String PROMOTED = "promoted: ";

  private final Set<Go> begun = new HashSet<>();
  private final Set<Go> ended = new HashSet<>();
  private final Set<AttemptId> failed = new HashSet<>();
  private int notes;
  private int ahead;
  private @Nullable ChangeId carriedBy;

  /// @param notes how many of its history's sentences are known already
  /// @param ahead how many are known to be ahead of it; -1 when nothing is known
  Ticker(int notes, int ahead) {
    this.notes = notes;
    this.ahead = ahead;
  }

  /// What is new, in the order in which it happened.
  ///
  /// @param history all of it
  /// @param nowAhead how many are ahead of it in its queue; -1 when it is in none
  /// @param carrier what it is tested in while it has no candidate of its own
  List<Line> news(Change change, List<Note> history, int nowAhead, Optional<Carrier> carrier) {
    var lines = new ArrayList<Timed>();
    var goes = new TreeMap<Go, List<Attempt>>(Comparator.comparing((Go go) -> go.stage().text()).thenComparingInt(Go::number));
    for (Attempt attempt : change.attempts()) {
      goes.computeIfAbsent(new Go(attempt.id().stage(), attempt.id().number()), _ -> new ArrayList<>()).add(attempt);
    }
    goes.forEach((go, attempts) -> tell(change, go, attempts, lines));
    // behind them: where both are of the same time, the sentence is about what happened
    for (Note note : history.subList(Math.min(notes, history.size()), history.size())) {
      if (!toldAnyway(change, note)) {
        lines.add(new Timed(note.at(), new Line.Plain(note.sentence())));
      }
    }
    notes = Math.max(notes, history.size());
    List<Line> sorted =
        lines.stream().sorted(Comparator.comparing(Timed::at)).map(Timed::line).collect(Collectors.toCollection(ArrayList::new));
    if (nowAhead >= 0 && nowAhead != ahead) {
      sorted.add(new Line.Plain(nowAhead == 0 ? "next in the queue" : nowAhead + " ahead of it in the queue"));
    }
    ahead = nowAhead >= 0 ? nowAhead : ahead;
    // whoever else comes into the same candidate is no news
    ChangeId by = carrier.map(Carrier::change).orElse(null);
    if (by != null && !by.equals(carriedBy)) {
      sorted.add(new Line.Plain(carrier.get().toString()));
    }
    carriedBy = by;
    return sorted;
  }

  /// Whether the sentence says what [Outcome] says.
  private static boolean toldAnyway(Change change, Note note) {
    String sentence = note.sentence();
    if (change.state() instanceof ChangeState.Ended end) {
      String whole = word(end) + (end.because().isEmpty() ? "" : ": " + end.because());
      if (sentence.equals(end.because()) || sentence.equals(whole)) {
        return true;
      }
    }
    return sentence.startsWith(PROMOTED)
        && Outcome.of(change, Outcome.Until.LANDED)
            .filter(outcome -> outcome.because().startsWith(sentence.substring(PROMOTED.length())))
            .isPresent();
  }

  private static String word(ChangeState.Ended end) {
    return switch (end) {
      case ChangeState.Passed _ -> "passed";
      case ChangeState.Failed _ -> "failed";
      case ChangeState.Cancelled _ -> "cancelled";
    };
  }

  private void tell(Change change, Go go, List<Attempt> attempts, List<Timed> lines) {
    Optional<Instant> start = attempts.stream().flatMap(its -> its.startedAt().stream()).min(Comparator.naturalOrder());
    boolean over = attempts.stream().allMatch(Attempt::ended);
    // promotions take no time
    boolean moves = change.pipeline().find(go.stage()).filter(stage -> stage.moves()).isPresent();
    if (start.isPresent() && begun.add(go) && !moves) {
      lines.add(new Timed(start.get(), new Line.Plain(go + " begins")));
    }
    boolean alone = attempts.size() == 1;
    for (Attempt attempt : attempts) {
      String because = fault(attempt);
      if (because != null && failed.add(attempt.id())) {
        Instant at = attempt.finishedAt().orElseThrow();
        String name = alone ? go.toString() : new Go(go.stage(), 1) + "/" + attempt.id().step() + (go.number() == 1 ? "" : " (attempt " + go.number() + ")");
        lines.add(new Timed(at, new Line.Plain(name + " " + state(List.of(attempt)) + took(attempt.duration()) + ": " + because)));
        if (attempt.startedAt().isPresent() && !moves) {
          lines.add(new Timed(at, new Line.TailOf(attempt.id())));
        }
      }
    }
    if (over && ended.add(go) && !(alone && failed.contains(attempts.getFirst().id()))) {
      Instant end = attempts.stream().flatMap(its -> its.finishedAt().stream()).max(Comparator.naturalOrder()).orElseThrow();
      Optional<Duration> took = start.map(from -> Duration.between(from, end));
      lines.add(new Timed(end, new Line.Plain(go + " " + state(attempts) + took(took))));
    }
  }

  private static @Nullable String fault(Attempt attempt) {
    return switch (attempt.state()) {
      case AttemptState.Failed(var _, var _, var fault) -> fault.sentence();
      case AttemptState.Errored(var _, var _, String because, var _) -> because;
      case AttemptState.Planned _,
          AttemptState.Running _,
          AttemptState.Stopping _,
          AttemptState.Passed _,
          AttemptState.Cancelled _ ->
          null;
    };
  }

  private static StageState state(Collection<Attempt> attempts) {
    Set<StageState> states =
        attempts.stream()
            .map(
                attempt ->
                    switch (attempt.state()) {
                      case AttemptState.Planned _, AttemptState.Running _, AttemptState.Stopping _ -> StageState.RUNNING;
                      case AttemptState.Passed _ -> StageState.PASSED;
                      case AttemptState.Failed _ -> StageState.FAILED;
                      case AttemptState.Errored _ -> StageState.ERRORED;
                      case AttemptState.Cancelled _ -> StageState.CANCELLED;
                    })
            .collect(Collectors.toSet());
    return List.of(StageState.RUNNING, StageState.FAILED, StageState.ERRORED, StageState.CANCELLED).stream()
        .filter(states::contains)
        .findFirst()
        .orElse(StageState.PASSED);
  }

  private static String took(Optional<Duration> took) {
    return took.filter(its -> its.toSeconds() > 0).map(its -> ", " + words(its)).orElse("");
  }

  /// `… still verify, 2 m 10 s, done in about 1 m`: for when nothing was new for a while.
  ///
  /// @param carrier as in [#news]
  /// @param left how long it will still take to land
  static String still(Change change, int ahead, Optional<Carrier> carrier, Estimate left, Instant now) {
    List<Attempt> running = change.attempts().stream().filter(attempt -> !attempt.ended() && attempt.startedAt().isPresent()).toList();
    var line = new StringBuilder("… still ");
    if (running.isEmpty() && carrier.isPresent()) {
      line.append(carrier.get());
    } else if (running.isEmpty()) {
      line.append(
          switch (change.state()) {
            case ChangeState.Queued _ -> ahead > 0 ? "waiting, " + ahead + " ahead of it" : "waiting";
            case ChangeState.Merging _ -> "merging";
            case ChangeState.Moving _ -> ahead > 0 ? "in the queue, " + ahead + " ahead of it" : "on its way";
            case ChangeState.Leaving _ -> "stopping";
            case ChangeState.Ended _ -> "here";
          });
    } else {
      line.append(running.stream().map(attempt -> attempt.id().stage().text()).distinct().collect(Collectors.joining(", ")));
      Instant since = running.stream().flatMap(its -> its.startedAt().stream()).min(Comparator.naturalOrder()).orElse(now);
      line.append(", ").append(words(Duration.between(since, now)));
    }
    return line.append(
            switch (left) {
              case Estimate.Known(Duration usual, var _) when change.state() instanceof ChangeState.Moving && !usual.isZero() ->
                  ", done in about " + about(usual);
              case Estimate.Known _, Estimate.Unknown _ -> "";
              case Estimate.Overdue _ -> ", longer than usual";
            })
        .toString();
  }

  private static String about(Duration left) {
    return left.toSeconds() < 60 ? Math.max(10, (left.toSeconds() + 9) / 10 * 10) + " s" : words(Duration.ofMinutes((left.toSeconds() + 30) / 60));
  }

  /// `2 m 10 s`
  static String words(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 60) {
      return seconds + " s";
    }
    long minutes = seconds / 60;
    String small = minutes < 60 ? rest(seconds % 60, "s") : rest(minutes % 60, "m");
    return Objects.toString(minutes < 60 ? minutes + " m" : minutes / 60 + " h") + small;
  }

  private static String rest(long number, String unit) {
    return number == 0 ? "" : " " + number + " " + unit;
  }
}
