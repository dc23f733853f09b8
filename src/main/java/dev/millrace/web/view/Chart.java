package dev.millrace.web.view;

import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.statistics.Tally;
import dev.millrace.statistics.Grain;
import dev.millrace.statistics.Period;
import dev.millrace.statistics.Series;
import dev.millrace.statistics.Shift;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A picture over time and the table with the same numbers: a line for the medians in a band up to the 95th percentiles,
/// and below it bars. All places are percent of the picture, which stretches.
///
/// @param says the picture in words
/// @param area the band as an SVG path in a square of 100
/// @param line the line as an SVG path in a square of 100
/// @param barsWord what the bars count
/// @param barsCss `failed` or `count`
/// @param columns the heads of the table behind its first column
public record Chart(
    String says,
    List<Mark> up,
    List<Mark> across,
    String area,
    String line,
    List<Dot> dots,
    List<Flag> flags,
    String barsWord,
    String barsCss,
    List<Mark> barsUp,
    List<Bar> bars,
    String caption,
    List<String> columns,
    List<Row> rows) {

  /// A place on an axis.
  public record Mark(String place, String text) {}

  /// @param href the slowest change of the bucket
  public record Dot(String left, String top, String href, String says) {}

  /// @param href a change of the bucket; empty when there is none to show
  public record Bar(String left, String width, String height, String href, String says) {}

  /// Where something became different.
  public record Flag(String left, String css, String word, boolean late) {}

  /// One bucket in the table.
  ///
  /// @param href the slowest change; empty when there is none
  public record Row(String iso, String when, List<String> cells, String href, String number) {}

  private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("MMM", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter DAY_AND_YEAR = DateTimeFormatter.ofPattern("EEE d MMM uuuu", Locale.ENGLISH).withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter WITH_HOUR = DateTimeFormatter.ofPattern("EEE d MMM, HH:mm", Locale.ENGLISH).withZone(ZoneOffset.UTC);

  /// Durations and failure rates of a stage or step.
  static Chart ofTrials(PipelineName pipeline, String what, Series series, Period period) {
    double worst = series.buckets().stream().mapToDouble(bucket -> bucket.failureRate().orElse(0.0)).max().orElse(0);
    Scale rates = Scale.ofPercents(worst);
    var bars = new ArrayList<Bar>();
    for (int at = 0; at < period.buckets(); at++) {
      Tally figures = series.buckets().get(at);
      if (figures.failed() > 0) {
        double rate = figures.failureRate().orElse(0.0);
        String says = when(period, at) + ": " + Prose.share(rate) + " failed, " + figures.failed() + " of " + figures.trials();
        bars.add(bar(period, at, rates.up(rate * 100), Links.change(new ChangeId(pipeline, figures.failing())), says));
      }
    }
    return of(
        pipeline, series, period, saysOfTrials(what, series), "failed", "failed", rates.marks(), bars,
        what + " by " + grain(period), List.of("Attempts", "Failed", "Failure rate", "Median", "95th percentile"),
        at -> {
          Tally figures = series.buckets().get(at);
          return figures.trials() == 0
              ? List.of()
              : List.of(
                  Integer.toString(figures.trials()), Integer.toString(figures.failed()), figures.failureRate().map(Prose::share).orElse(""),
                  duration(figures.median()), duration(figures.percentile95()));
        });
  }

  /// Lead times, and how often there was a promotion.
  static Chart ofPromotions(PipelineName pipeline, Series lead, Series queueing, List<Integer> judged, List<Integer> failed, Period period) {
    Scale counts = Scale.ofCounts(lead.buckets().stream().mapToInt(Tally::trials).max().orElse(0));
    var bars = new ArrayList<Bar>();
    for (int at = 0; at < period.buckets(); at++) {
      int many = lead.buckets().get(at).trials();
      if (many > 0) {
        bars.add(bar(period, at, counts.up(many), "", when(period, at) + ": " + Prose.count(many, "promotion")));
      }
    }
    Tally whole = lead.whole();
    String says =
        whole.median() == null
            ? "Lead time: no promotions"
            : "Lead time from push to promotion: median " + duration(whole.median()) + ", 95th percentile " + duration(whole.percentile95())
                + ", " + Prose.count(whole.trials(), "promotion");
    return of(
        pipeline, lead, period, says, "promoted", "count", counts.marks(), bars, "Delivery by " + grain(period),
        List.of("Promotions", "Lead time, median", "95th percentile", "Queue time, median", "Passed or failed", "Failed"),
        at -> {
          Tally figures = lead.buckets().get(at);
          Tally queue = queueing.buckets().get(at);
          return figures.trials() + queue.trials() + judged.get(at) == 0
              ? List.of()
              : List.of(
                  Integer.toString(figures.trials()), duration(figures.median()), duration(figures.percentile95()), duration(queue.median()),
                  Integer.toString(judged.get(at)), Integer.toString(failed.get(at)));
        });
  }

  private interface Cells {
    List<String> at(int bucket);
  }

  private static Chart of(
      PipelineName pipeline, Series series, Period period, String says, String barsWord, String barsCss, List<Mark> barsUp, List<Bar> bars,
      String caption, List<String> columns, Cells cells) {
    Duration largest =
        series.buckets().stream().map(Tally::percentile95).filter(Objects::nonNull).max(Duration::compareTo).orElse(Duration.ofSeconds(1));
    Scale scale = Scale.ofDurations(largest);
    var dots = new ArrayList<Dot>();
    var rows = new ArrayList<Row>();
    var area = new StringBuilder();
    var line = new StringBuilder();
    var stretch = new ArrayList<Integer>();
    for (int at = 0; at < period.buckets(); at++) {
      Tally figures = series.buckets().get(at);
      Instant start = period.start(at);
      Duration median = figures.median();
      if (median == null) {
        draw(series, period, scale, stretch, area, line);
      } else {
        stretch.add(at);
        dots.add(
            new Dot(
                place(middle(period, at)), place(scale.down(median.toMillis())), Links.change(new ChangeId(pipeline, figures.slowest())),
                when(period, at) + ": median " + duration(median) + ", 95th percentile " + duration(figures.percentile95()) + " of "
                    + (figures.trials() - figures.failed()) + ", slowest #" + figures.slowest()));
      }
      List<String> its = cells.at(at);
      if (!its.isEmpty()) {
        boolean any = figures.slowest() > 0;
        rows.add(
            new Row(
                start.toString(), when(period, at), its, any ? Links.change(new ChangeId(pipeline, figures.slowest())) : "", any ? "#" + figures.slowest() : ""));
      }
    }
    draw(series, period, scale, stretch, area, line);
    return new Chart(
        says, scale.marks(), across(period), area.toString(), line.toString(), List.copyOf(dots), flags(series, period), barsWord, barsCss, barsUp,
        List.copyOf(bars), caption, columns, List.copyOf(rows.reversed()));
  }

  /// One stretch of buckets without a gap: along the 95th percentiles, back along the medians.
  private static void draw(Series series, Period period, Scale scale, List<Integer> stretch, StringBuilder area, StringBuilder line) {
    if (stretch.isEmpty()) {
      return;
    }
    String upper = stretch.stream().map(at -> point(period, at, scale, series.buckets().get(at).percentile95())).collect(Collectors.joining("L"));
    String lower = stretch.stream().map(at -> point(period, at, scale, series.buckets().get(at).median())).collect(Collectors.joining("L"));
    String back = stretch.reversed().stream().map(at -> point(period, at, scale, series.buckets().get(at).median())).collect(Collectors.joining("L"));
    area.append('M').append(upper).append('L').append(back).append('Z');
    if (stretch.size() > 1) {
      line.append('M').append(lower);
    }
    stretch.clear();
  }

  private static String point(Period period, int at, Scale scale, @Nullable Duration value) {
    return place(middle(period, at)) + " " + place(scale.down(value == null ? 0 : value.toMillis()));
  }

  private static Bar bar(Period period, int at, double height, String href, String says) {
    double width = 100.0 / period.buckets();
    return new Bar(place(width * (at + 0.15)), place(width * 0.7), place(height), href, says);
  }

  private static double middle(Period period, int at) {
    return 100 * (at + 0.5) / period.buckets();
  }

  private static List<Flag> flags(Series series, Period period) {
    double whole = period.grain().length().multipliedBy(period.buckets()).toMillis();
    return series.shifts().stream()
        .map(
            shift -> {
              double left = 100 * Duration.between(period.from(), shift.at()).toMillis() / whole;
              return new Flag(place(left), css(shift.kind()), mark(shift.kind()) + " " + word(shift.kind()), left > 80);
            })
        .toList();
  }

  static String word(Shift.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  static String mark(Shift.Kind kind) {
    return switch (kind) {
      case SLOWER, FLAKIER -> "▲";
      case FASTER, STEADIER -> "▼";
    };
  }

  /// Worse or better.
  static String css(Shift.Kind kind) {
    return switch (kind) {
      case SLOWER, FLAKIER -> "worse";
      case FASTER, STEADIER -> "better";
    };
  }

  /// What a shift was, without its stage: `1m 30s → 2m 10s`, `3 % → 25 % failed`.
  static String difference(Shift shift) {
    return switch (shift) {
      case Shift.OfDuration its -> Prose.duration(its.from()) + " → " + Prose.duration(its.to());
      case Shift.OfFailures its -> Prose.share(its.from()) + " → " + Prose.share(its.to()) + " failed";
    };
  }

  private static String saysOfTrials(String what, Series series) {
    Tally whole = series.whole();
    if (whole.trials() == 0) {
      return what + ": no attempts";
    }
    String rate = whole.failureRate().map(Prose::share).orElse("0 %") + " of " + Prose.count(whole.trials(), "attempt") + " failed";
    String duration = whole.median() == null ? "none passed" : "median " + duration(whole.median()) + ", 95th percentile " + duration(whole.percentile95());
    String shifts =
        series.shifts().stream()
            .map(shift -> ", " + word(shift.kind()) + " since " + day(shift.at()) + " (" + difference(shift) + ")")
            .collect(Collectors.joining());
    return what + ": " + duration + ", " + rate + shifts;
  }

  private static List<Mark> across(Period period) {
    var marks = new ArrayList<Mark>();
    for (int at = 0; at < period.buckets(); at++) {
      ZonedDateTime start = period.start(at).atZone(ZoneOffset.UTC);
      boolean marked =
          switch (period.grain()) {
            case QUARTER_DAY -> start.getHour() == 0;
            case DAY -> start.getDayOfWeek() == DayOfWeek.MONDAY;
            case WEEK -> start.getDayOfMonth() <= 7 && (period.buckets() < 20 || start.getMonthValue() % 2 == 1);
          };
      double left = 100.0 * at / period.buckets();
      if (marked && left < 94) {
        boolean month = period.grain() == Grain.WEEK && period.buckets() > 20;
        marks.add(new Mark(place(left), (month ? MONTH : DAY).format(start)));
      }
    }
    return List.copyOf(marks);
  }

  static String day(Instant at) {
    return DAY.format(at);
  }

  static String fullDay(Instant at) {
    return DAY_AND_YEAR.format(at);
  }

  static String grain(Period period) {
    return switch (period.grain()) {
      case QUARTER_DAY -> "six hours";
      case DAY -> "day";
      case WEEK -> "week";
    };
  }

  private static String when(Period period, int at) {
    Instant start = period.start(at);
    return switch (period.grain()) {
      case QUARTER_DAY -> WITH_HOUR.format(start);
      case DAY -> DAY_AND_YEAR.format(start);
      case WEEK -> "week of " + DAY_AND_YEAR.format(start).substring(4);
    };
  }

  static String duration(@Nullable Duration duration) {
    return duration == null ? "–" : Prose.duration(duration);
  }

  private static String place(double place) {
    // a page has thousands of them, and String.format takes ten times as long
    long hundredths = Math.round(place * 100);
    long digits = Math.abs(hundredths);
    return (hundredths < 0 ? "-" : "") + digits / 100 + (digits % 100 < 10 ? ".0" : ".") + digits % 100;
  }
}
