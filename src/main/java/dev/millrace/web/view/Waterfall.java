package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Every attempt of every step on one time axis, and the same as a table.
///
/// @param lanes one for the time before anything could be tried, if that is worth a look, and one for each step that has
///     been tried
/// @param longest what made it take this long, in a sentence; empty when only one thing did
public record Waterfall(List<Lane> lanes, List<Mark> marks, String longest, List<Row> rows) {
  /// @param first whether it is the first of its stage
  public record Lane(String stage, String step, boolean first, List<Stretch> stretches) {}

  /// One attempt. Places and widths are percent.
  ///
  /// @param idle how much of it was waiting to be started
  /// @param critical whether it is on the longest way: had it been shorter, all would have been over sooner
  /// @param place where its text has room: behind it, else in it, else before it
  public record Stretch(
      String left, String width, String idle, Look look, Clock clock, String attempt, boolean counts, boolean critical, String place, String href, String says) {}

  public record Mark(String left, String text, boolean pause) {}

  /// @param began how long after the change came it was planned
  public record Row(String step, int attempt, Look look, String began, String waited, String worked, boolean critical, boolean counts) {}

  /// Less waiting than this is not drawn.
  private static final Duration WORTH_A_LOOK = Duration.ofSeconds(2);

  static Waterfall of(Change change, Standing standing, Instant now) {
    if (change.attempts().isEmpty()) {
      return new Waterfall(List.of(), List.of(), "", List.of());
    }
    Instant begun = change.attempts().stream().map(Attempt::plannedAt).min(Comparator.naturalOrder()).orElse(change.createdAt());
    boolean waited = Duration.between(change.createdAt(), begun).compareTo(WORTH_A_LOOK) >= 0;
    var spans = new ArrayList<TimeAxis.Span>();
    if (waited) {
      spans.add(new TimeAxis.Span(change.createdAt(), begun));
    }
    for (Attempt attempt : change.attempts()) {
      spans.add(new TimeAxis.Span(attempt.plannedAt(), end(attempt, now)));
    }
    TimeAxis axis = TimeAxis.of(spans);
    List<Attempt> critical = critical(change, standing, now);
    Set<Attempt> onTheWay = new HashSet<>(critical);
    var lanes = new ArrayList<Lane>();
    if (waited) {
      lanes.add(new Lane("queue", "and merge", true, List.of(queue(change, begun, axis))));
    }
    for (Stage stage : change.pipeline().stages()) {
      boolean first = true;
      for (Step step : stage.steps()) {
        List<Stretch> stretches =
            change.attempts(stage.name()).stream()
                .filter(attempt -> attempt.id().step().equals(step.name()))
                .map(attempt -> stretch(standing, attempt, step, onTheWay.contains(attempt), axis, now))
                .toList();
        if (!stretches.isEmpty()) {
          lanes.add(new Lane(stage.name().text(), step.name().text(), first, stretches));
          first = false;
        }
      }
    }
    return new Waterfall(
        List.copyOf(lanes),
        axis.ticks().stream().map(tick -> new Mark(tick.left(), tick.text(), tick.pause())).toList(),
        longest(critical, waited ? Optional.of(Duration.between(change.createdAt(), begun)) : Optional.empty(), now),
        change.attempts().stream().map(attempt -> row(change, standing, attempt, onTheWay.contains(attempt), now)).toList());
  }

  private static Stretch queue(Change change, Instant begun, TimeAxis axis) {
    double left = axis.at(change.createdAt());
    double width = Math.max(0, axis.at(begun) - left);
    Clock clock = Clock.stopped(Duration.between(change.createdAt(), begun));
    return new Stretch(
        TimeAxis.percent(left), TimeAxis.percent(width), TimeAxis.percent(100), Look.QUEUED, clock, "", true, false, left + width <= 82 ? "" : " inside", "",
        "Waited for its turn and was merged: " + clock.text());
  }

  /// Backwards from the attempt that ended last: each stage could begin when the last of those it needs had ended.
  private static List<Attempt> critical(Change change, Standing standing, Instant now) {
    var way = new ArrayDeque<Attempt>();
    Optional<Attempt> last =
        standing.attempts().values().stream().flatMap(attempts -> attempts.values().stream()).max(Comparator.comparing(attempt -> end(attempt, now)));
    while (last.isPresent()) {
      way.addFirst(last.get());
      List<StageName> needs = change.pipeline().find(last.get().id().stage()).map(Stage::needs).orElse(List.of());
      last =
          needs.stream()
              .flatMap(need -> standing.counting(need).values().stream())
              .max(Comparator.comparing(attempt -> end(attempt, now)));
    }
    return List.copyOf(way);
  }

  private static String longest(List<Attempt> critical, Optional<Duration> queue, Instant now) {
    List<Attempt> worth =
        critical.stream().filter(attempt -> Duration.between(attempt.plannedAt(), end(attempt, now)).compareTo(WORTH_A_LOOK) >= 0).toList();
    if (critical.size() + (queue.isPresent() ? 1 : 0) < 2 || worth.isEmpty()) {
      return "";
    }
    var parts = new ArrayList<String>();
    queue.ifPresent(waited -> parts.add("queue " + Prose.duration(waited)));
    worth.stream()
        .sorted(Comparator.<Attempt, Duration>comparing(attempt -> Duration.between(attempt.plannedAt(), end(attempt, now))).reversed())
        .limit(5)
        .sorted(Comparator.comparing(Attempt::plannedAt))
        .forEach(
            attempt ->
                parts.add(
                    attempt.id().stage() + "/" + attempt.id().step() + " " + Prose.duration(Duration.between(attempt.plannedAt(), end(attempt, now)))));
    int more = worth.size() - Math.min(5, worth.size());
    return String.join(", ", parts) + (more > 0 ? " and " + more + " shorter" : "");
  }

  private static Instant end(Attempt attempt, Instant now) {
    Instant end = attempt.finishedAt().orElse(now);
    return end.isBefore(attempt.plannedAt()) ? attempt.plannedAt() : end;
  }

  private static Stretch stretch(Standing standing, Attempt attempt, Step step, boolean critical, TimeAxis axis, Instant now) {
    double left = axis.at(attempt.plannedAt());
    double right = axis.at(end(attempt, now));
    double width = Math.max(right - left, 0);
    double wait = attempt.startedAt().map(started -> Math.max(0, axis.at(started) - left)).orElse(width);
    Look look = Look.of(attempt.state());
    Clock clock = clock(attempt, now);
    String why = Headline.why(attempt);
    boolean counts = counts(standing, attempt);
    return new Stretch(
        TimeAxis.percent(left),
        TimeAxis.percent(width),
        TimeAxis.percent(width == 0 ? 0 : 100 * wait / width),
        look,
        clock,
        attempt.id().number() > 1 ? "×" + attempt.id().number() : "",
        counts,
        critical,
        right <= 82 ? "" : width > 16 ? " inside" : " before",
        step instanceof Step.Promotion ? "" : Links.log(attempt.id()),
        attempt.id().stage() + "/" + attempt.id().step() + ", attempt " + attempt.id().number() + ": " + look.word()
            + (clock.text().isEmpty() ? "" : ", " + clock.text())
            + attempt.startedAt().map(started -> Duration.between(attempt.plannedAt(), started)).filter(time -> time.compareTo(WORTH_A_LOOK) >= 0).map(time -> ", waited " + Prose.duration(time)).orElse("")
            + (why.isEmpty() ? "" : ", " + why)
            + (critical ? ", on the longest way" : "")
            + (counts ? "" : ", does not count any more"));
  }

  private static boolean counts(Standing standing, Attempt attempt) {
    return attempt.equals(standing.counting(attempt.id().stage()).get(attempt.id().step()));
  }

  private static Row row(Change change, Standing standing, Attempt attempt, boolean critical, Instant now) {
    return new Row(
        attempt.id().stage() + "/" + attempt.id().step(),
        attempt.id().number(),
        Look.of(attempt.state()),
        Prose.duration(Duration.between(change.createdAt(), attempt.plannedAt())),
        DifferencePage.waited(attempt),
        clock(attempt, now).text(),
        critical,
        counts(standing, attempt));
  }

  static Clock clock(Attempt attempt, Instant now) {
    return attempt.startedAt()
        .map(started -> attempt.finishedAt().map(finished -> Clock.stopped(Duration.between(started, finished))).orElseGet(() -> Clock.running(started, now)))
        .orElse(Clock.NONE);
  }
}
