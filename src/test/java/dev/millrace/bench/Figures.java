package dev.millrace.bench;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// The table that a benchmark prints, as it stands in `docs/benchmarks.md`.
final class Figures {
  private Figures() {}

  static void head(String what) {
    System.out.println("| " + what + " | min | median |");
    System.out.println("|---|---|---|");
  }

  static void row(String name, List<Double> values) {
    System.out.printf(Locale.ROOT, "| %s | %.0f | %.0f |%n", name, min(values), median(values));
  }

  static void ratio(String name, List<Double> values, List<Double> beside) {
    System.out.printf(
        Locale.ROOT, "| %s | %.2f | %.2f |%n", name, min(values) / min(beside), median(values) / median(beside));
  }

  private static double min(List<Double> values) {
    return values.stream().min(Comparator.naturalOrder()).orElseThrow();
  }

  private static double median(List<Double> values) {
    return values.stream().sorted().toList().get(values.size() / 2);
  }
}
