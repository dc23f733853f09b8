package dev.millrace.web.view;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;

/// The upward axis of a picture: from nothing to a round number, with a few round numbers between.
final class Scale {
  private static final long[] MILLIS = {
    10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
    3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000, 172_800_000, 604_800_000, 2_419_200_000L
  };
  private static final long[] COUNTS = {
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000
  };
  private static final long[] PERCENTS = {5, 10, 25, 50};
  private static final int MARKS = 4;

  private final long top;
  private final List<Chart.Mark> marks;

  private Scale(long top, List<Chart.Mark> marks) {
    this.top = top;
    this.marks = marks;
  }

  static Scale ofDurations(Duration largest) {
    return of(largest.toMillis(), MILLIS, MARKS, Scale::brief);
  }

  static Scale ofCounts(long largest) {
    return of(largest, COUNTS, 2, Long::toString);
  }

  static Scale ofPercents(double largest) {
    return of((long) Math.ceil(largest * 100), PERCENTS, 2, percent -> percent + " %");
  }

  private static Scale of(long largest, long[] steps, int most, LongFunction<String> words) {
    long step = steps[steps.length - 1];
    for (int at = steps.length - 1; at >= 0 && largest <= steps[at] * most; at--) {
      step = steps[at];
    }
    long top = Math.max(1, (largest + step - 1) / step) * step;
    var marks = new ArrayList<Chart.Mark>();
    for (long value = 0; value <= top; value += step) {
      marks.add(new Chart.Mark(place(value, top), words.apply(value)));
    }
    return new Scale(top, List.copyOf(marks));
  }

  List<Chart.Mark> marks() {
    return marks;
  }

  /// How far from the upper edge, in percent.
  double down(long value) {
    return 100 - 100.0 * value / top;
  }

  /// How high, in percent.
  double up(double value) {
    return 100 * value / top;
  }

  private static String place(long value, long top) {
    return String.format(Locale.ROOT, "%.2f", 100 - 100.0 * value / top);
  }

  /// `0`, `50 ms`, `0.5s`, `30s`, `1m 30s`, `2h`, `3d`: no more than is needed.
  static String brief(long millis) {
    if (millis == 0) {
      return "0";
    }
    if (millis < 100) {
      return millis + " ms";
    }
    if (millis < 1000) {
      return String.format(Locale.ROOT, "%.1fs", millis / 1000.0);
    }
    if (millis < 10_000 && millis % 1000 != 0) {
      return String.format(Locale.ROOT, "%.1fs", millis / 1000.0);
    }
    long seconds = millis / 1000;
    if (seconds < 60) {
      return seconds + "s";
    }
    if (seconds < 3600) {
      return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : " " + seconds % 60 + "s");
    }
    if (seconds < 86_400) {
      return seconds / 3600 + "h" + (seconds % 3600 == 0 ? "" : " " + seconds % 3600 / 60 + "m");
    }
    return seconds / 86_400 + "d" + (seconds % 86_400 == 0 ? "" : " " + seconds % 86_400 / 3600 + "h");
  }
}
