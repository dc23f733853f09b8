package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Change;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Every attempt of every step on one time axis.
///
/// @param lanes one for each step that has been tried
public record Waterfall(List<Lane> lanes, List<Mark> marks) {
  /// @param first whether it is the first of its stage
  public record Lane(String stage, String step, boolean first, List<Stretch> stretches) {}

  /// One attempt. Places and widths are percent.
  ///
  /// @param idle how much of it was waiting to be started
  /// @param place where its text has room: behind it, else in it, else before it
  public record Stretch(
      String left, String width, String idle, Look look, Clock clock, String attempt, boolean counts, String place, String href, String says) {}

  public record Mark(String left, String text, boolean pause) {}

  static Waterfall of(Change change, Standing standing, Instant now) {
    var spans = new ArrayList<TimeAxis.Span>();
    for (Attempt attempt : change.attempts()) {
      spans.add(new TimeAxis.Span(attempt.plannedAt(), end(attempt, now)));
    }
    TimeAxis axis = TimeAxis.of(spans);
    var lanes = new ArrayList<Lane>();
    for (Stage stage : change.pipeline().stages()) {
      boolean first = true;
      for (Step step : stage.steps()) {
        List<Stretch> stretches =
            change.attempts(stage.name()).stream()
                .filter(attempt -> attempt.id().step().equals(step.name()))
                .map(attempt -> stretch(standing, attempt, step, axis, now))
                .toList();
        if (!stretches.isEmpty()) {
          lanes.add(new Lane(stage.name().text(), step.name().text(), first, stretches));
          first = false;
        }
      }
    }
    return new Waterfall(
        List.copyOf(lanes), axis.ticks().stream().map(tick -> new Mark(tick.left(), tick.text(), tick.pause())).toList());
  }

  private static Instant end(Attempt attempt, Instant now) {
    Instant end = attempt.finishedAt().orElse(now);
    return end.isBefore(attempt.plannedAt()) ? attempt.plannedAt() : end;
  }

  private static Stretch stretch(Standing standing, Attempt attempt, Step step, TimeAxis axis, Instant now) {
    double left = axis.at(attempt.plannedAt());
    double right = axis.at(end(attempt, now));
    double width = Math.max(right - left, 0);
    double wait = attempt.startedAt().map(started -> Math.max(0, axis.at(started) - left)).orElse(width);
    Look look = Look.of(attempt.state());
    Clock clock = clock(attempt, now);
    String why = Headline.why(attempt);
    return new Stretch(
        TimeAxis.percent(left),
        TimeAxis.percent(width),
        TimeAxis.percent(width == 0 ? 0 : 100 * wait / width),
        look,
        clock,
        attempt.id().number() > 1 ? "×" + attempt.id().number() : "",
        attempt.equals(standing.counting(attempt.id().stage()).get(attempt.id().step())),
        right <= 82 ? "" : width > 16 ? " inside" : " before",
        step instanceof Step.Promotion ? "" : Links.log(attempt.id()),
        attempt.id().stage() + "/" + attempt.id().step() + ", attempt " + attempt.id().number() + ": " + look.word()
            + (clock.text().isEmpty() ? "" : ", " + clock.text()) + (why.isEmpty() ? "" : ", " + why));
  }

  static Clock clock(Attempt attempt, Instant now) {
    return attempt.startedAt()
        .map(started -> attempt.finishedAt().map(finished -> Clock.stopped(Duration.between(started, finished))).orElseGet(() -> Clock.running(started, now)))
        .orElse(Clock.NONE);
  }
}
