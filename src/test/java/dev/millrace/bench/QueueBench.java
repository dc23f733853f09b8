package dev.millrace.bench;

import dev.millrace.queue.Contenders;
import dev.millrace.queue.Rules;
import dev.millrace.queue.Simulation;
import dev.millrace.queue.Simulation.Contender;
import dev.millrace.queue.Simulation.Load;
import dev.millrace.queue.Simulation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// How soon changes land, in simulated time: the queue's own policy, and the ways of others, over an oracle that knows
/// all results. Run by `./zero bench queue`; it needs neither Docker nor a quiet machine.
public final class QueueBench {
  private static final int SEEDS = 10;
  private static final int CHANGES = 400;

  private static final Load TEAM = Load.of("TEAM", 20, 8);
  private static final Load BUSY = Load.of("BUSY", 40, 16);
  private static final Load SHORT = Load.of("SHORT", 14, 2);

  private QueueBench() {}

  public static void main(String[] arguments) {
    long startedAt = System.nanoTime();
    System.out.println("| from push to landing, over the oracle | P50 | P95 | throughput | trials a landing | good refused, % |");
    System.out.println("|---|---|---|---|---|---|");
    for (Load load : List.of(TEAM, BUSY, SHORT, TEAM.flakes(0.05).named("TEAM, 5 % flakes"))) {
      Sum oracle = oracle(load);
      System.out.printf(
          Locale.ROOT,
          "| **%s**: %.0f an hour, room for %d; the oracle, minutes | %.1f | %.1f | | %.2f | 0.00 |%n",
          load.name(),
          load.perHour(),
          load.room(),
          oracle.at(50),
          oracle.at(95),
          oracle.trials());
      row("one at a time", Contenders::serial, load, new Rules(1, 1, false, load.flakes()), oracle);
      row("batch of 8, bisected", Contenders::batches, load, new Rules(1, 8, false, load.flakes()), oracle);
      row("optimistic chain with a window", Contenders::window, load, rules(load, 1, false), oracle);
      row("optimistic chain, a later green lands", Contenders::laterGreen, load, rules(load, 1, false), oracle);
      row("**Millrace**", Contenders::millrace, load, rules(load, 8, false), oracle);
      row("Millrace, every commit tested", Contenders::millrace, load, rules(load, 8, true), oracle);
      Load blind = load.hint(Double.POSITIVE_INFINITY);
      row("Millrace, no risk known beforehand", Contenders::millrace, blind, rules(load, 8, false), null);
    }
    System.out.println();
    System.out.println("| what each part is worth, BUSY | P50 | P95 | throughput | trials a landing | good refused, % |");
    System.out.println("|---|---|---|---|---|---|");
    Sum oracle = oracle(BUSY);
    Contenders.ablations()
        .forEach((name, contender) -> row(name, contender, BUSY, rules(BUSY, 8, false), oracle));
    System.out.printf(Locale.ROOT, "%nTaken in %.0f s.%n", (System.nanoTime() - startedAt) / 1e9);
  }

  private static Rules rules(Load load, int batch, boolean everyCommit) {
    return new Rules(load.room(), batch, everyCommit, load.flakes());
  }

  private static Sum oracle(Load load) {
    var sum = new Sum();
    for (int seed = 1; seed <= SEEDS; seed++) {
      sum.add(new Simulation(load, CHANGES, seed).oracle());
    }
    return sum;
  }

  private static void row(
      String name, Supplier<Contender> contender, Load load, Rules rules, @Nullable Sum known) {
    Sum oracle = known == null ? oracle(load) : known;
    var sum = new Sum();
    IntStream.rangeClosed(1, SEEDS)
        .parallel()
        .mapToObj(seed -> new Simulation(load, CHANGES, seed).run(contender.get(), rules))
        .toList()
        .forEach(sum::add);
    System.out.printf(
        Locale.ROOT,
        "| %s | %.2f | %.2f | %.2f | %.2f | %.2f |%n",
        name,
        sum.at(50) / oracle.at(50),
        sum.at(95) / oracle.at(95),
        sum.inTime / (double) oracle.inTime,
        sum.trials(),
        100.0 * sum.refusedGood / sum.good);
  }

  /// The outcomes of all seeds together.
  private static final class Sum {
    private final List<Double> minutes = new ArrayList<>();
    private int started;
    private int good;
    private int refusedGood;
    private int inTime;

    void add(Outcome outcome) {
      minutes.addAll(outcome.turnarounds());
      started += outcome.started();
      good += outcome.good();
      refusedGood += outcome.refusedGood();
      inTime += outcome.landedInTime();
    }

    double at(int percent) {
      return Simulation.percentile(minutes, percent);
    }

    double trials() {
      return started / (double) minutes.size();
    }
  }
}
