package dev.millrace.statistics;

import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a step costs.
///
/// @param share its part of the time that all steps of the pipeline worked, 0 to 1
/// @param last how often, of the trials of its stage, it was the last to end and the stage waited for it, 0 to 1; the
///     only step of a stage always is
/// @param flakes where it passed and failed on one and the same thing, newest first
public record StepFigures(
    StageName stage, StepName step, Tally figures, Duration worked, double share, double last, List<Flake> flakes) {
  public StepFigures {
    flakes = List.copyOf(flakes);
  }

  /// A step of one change that both passed and failed on the same commit by the same definition: nothing that is kept
  /// explains the difference.
  ///
  /// @param failed the number of the latest attempt that failed
  /// @param passed the number of the latest attempt that passed
  public record Flake(int change, String commit, int failed, int passed) {}

  private record Key(StageName stage, StepName step) {}

  private record Round(StageName stage, int change, int number) {}

  private record Subject(int change, String commit, String definition) {}

  /// All steps that have worked, those first that worked longest.
  public static List<StepFigures> of(List<Worked> worked) {
    var steps = new LinkedHashMap<Key, List<Worked>>();
    var last = new HashMap<Round, Worked>();
    Duration all = Duration.ZERO;
    for (Worked one : worked) {
      steps.computeIfAbsent(new Key(one.stage(), one.step()), _ -> new ArrayList<>()).add(one);
      last.merge(
          new Round(one.stage(), one.change(), one.number()),
          one,
          (a, b) -> b.finishedAt().isAfter(a.finishedAt()) ? b : a);
      all = all.plus(one.duration());
    }
    var rounds = new HashMap<StageName, Integer>();
    var lasts = new HashMap<Key, Integer>();
    last.forEach(
        (round, one) -> {
          rounds.merge(round.stage(), 1, Integer::sum);
          lasts.merge(new Key(one.stage(), one.step()), 1, Integer::sum);
        });
    double total = Math.max(1, all.toNanos());
    var figures = new ArrayList<StepFigures>();
    for (Map.Entry<Key, List<Worked>> entry : steps.entrySet()) {
      Key key = entry.getKey();
      List<Worked> its = entry.getValue();
      its.sort(Comparator.comparing(Worked::finishedAt));
      Duration sum = its.stream().map(Worked::duration).reduce(Duration.ZERO, Duration::plus);
      figures.add(
          new StepFigures(
              key.stage(),
              key.step(),
              Tally.of(its.stream().map(Worked::trial).toList()),
              sum,
              sum.toNanos() / total,
              (double) lasts.getOrDefault(key, 0) / rounds.getOrDefault(key.stage(), 1),
              flakes(its)));
    }
    figures.sort(Comparator.comparing(StepFigures::worked).reversed());
    return List.copyOf(figures);
  }

  private static List<Flake> flakes(List<Worked> worked) {
    var subjects = new LinkedHashMap<Subject, List<Worked>>();
    for (Worked one : worked) {
      subjects.computeIfAbsent(new Subject(one.change(), one.commit(), one.definition()), _ -> new ArrayList<>(1)).add(one);
    }
    var flakes = new ArrayList<Flake>();
    subjects.forEach(
        (subject, its) -> {
          int failed = its.stream().filter(one -> !one.passed()).mapToInt(Worked::number).max().orElse(0);
          int passed = its.stream().filter(Worked::passed).mapToInt(Worked::number).max().orElse(0);
          if (failed > 0 && passed > 0) {
            flakes.add(new Flake(subject.change(), subject.commit(), failed, passed));
          }
        });
    return flakes.reversed();
  }
}
