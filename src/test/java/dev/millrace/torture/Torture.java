package dev.millrace.torture;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/// Round after round until the time is over or there were enough kills; `./zero torture`.
public final class Torture {
  private static final int KILLS_IN_A_ROUND = 8;

  private Torture() {}

  public static void main(String[] arguments) throws Exception {
    long seed = ThreadLocalRandom.current().nextInt(1, 1_000_000);
    double minutes = 10;
    int kills = Integer.MAX_VALUE;
    int rounds = Integer.MAX_VALUE;
    boolean faults = OwnEngine.possible();
    boolean clock = false;
    List<Moment> moments = List.of(Moment.values());
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--seed" -> seed = Long.parseLong(arguments[++i]);
        case "--minutes" -> minutes = Double.parseDouble(arguments[++i]);
        case "--kills" -> kills = Integer.parseInt(arguments[++i]);
        case "--rounds" -> rounds = Integer.parseInt(arguments[++i]);
        case "--no-faults" -> faults = false;
        case "--clock" -> clock = true;
        case "--moments" -> moments = Stream.of(arguments[++i].split(",")).map(Moment::valueOf).toList();
        default -> {
          System.err.println("./zero torture [--minutes N] [--seed S] [--kills N] [--rounds N] [--moments A,B] [--no-faults] [--clock]");
          System.exit(2);
        }
      }
    }
    long end = System.nanoTime() + (long) (minutes * 60e9);
    List<Round.Result> results = new ArrayList<>();
    int killed = 0;
    for (long next = seed; results.size() < rounds && killed < kills && System.nanoTime() < end; next++) {
      // an engine of one's own takes seconds to begin with, a small disk none
      Round.Faults its = new Round.Faults(faults && next % 4 == 0, faults && next % 4 == 1, clock);
      Round.Result result = new Round(next, moments, Math.min(kills - killed, KILLS_IN_A_ROUND), its).run();
      results.add(result);
      killed += result.killed();
      System.out.println(result.line());
    }
    table(results);
    System.exit(results.stream().allMatch(result -> result.findings().isEmpty()) ? 0 : 1);
  }

  private static void table(List<Round.Result> results) {
    Map<Moment, Integer> kills = new EnumMap<>(Moment.class);
    Map<Moment, Integer> missed = new EnumMap<>(Moment.class);
    results.forEach(
        result -> {
          result.kills().forEach((moment, count) -> kills.merge(moment, count, Integer::sum));
          result.missed().forEach((moment, count) -> missed.merge(moment, count, Integer::sum));
        });
    System.out.println();
    System.out.printf("%-14s %6s %6s  %s%n", "killed when", "kills", "missed", "");
    for (Moment moment : Moment.values()) {
      System.out.printf(
          "%-14s %6d %6d  %s%n", moment, kills.getOrDefault(moment, 0), missed.getOrDefault(moment, 0), moment.meaning);
    }
    Duration took = results.stream().map(Round.Result::took).reduce(Duration.ZERO, Duration::plus);
    System.out.printf(
        "%n%d kills in %d rounds, %d minutes; %d findings in %d rounds%n",
        results.stream().mapToInt(Round.Result::killed).sum(), results.size(), took.toMinutes(),
        results.stream().mapToInt(result -> result.findings().size()).sum(),
        results.stream().filter(result -> !result.findings().isEmpty()).count());
    results.stream()
        .filter(result -> !result.findings().isEmpty())
        .forEach(result -> System.out.println("seed " + result.seed() + ": " + String.join("; ", result.findings())));
  }
}
