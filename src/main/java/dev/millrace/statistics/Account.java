package dev.millrace.statistics;

import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// All that the past of a pipeline says.
///
/// @param only the stage that was asked for; null for all
/// @param stages those of the pipeline in its order, then those that it no longer has
/// @param steps of the stage that was asked for, in its order; empty when none was
/// @param working what each step costs, those first that worked longest
public record Account(
    Pipeline pipeline,
    Past past,
    @Nullable StageName only,
    Map<StageName, Series> stages,
    Map<StepName, Series> steps,
    List<StepFigures> working,
    Delivery delivery) {

  /// A shift and the stage that it happened in.
  public record Told(StageName stage, Shift shift) {}

  public static Account of(Pipeline pipeline, Past past, @Nullable StageName only) {
    List<StageName> stages = stages(pipeline, past).stream().filter(stage -> only == null || stage.equals(only)).toList();
    return new Account(
        pipeline,
        past,
        only,
        past.stages(stages),
        only == null ? Map.of() : steps(pipeline, past, only),
        StepFigures.of(past.worked()),
        Delivery.of(past, afterPromotion(pipeline)));
  }

  /// The stages of the pipeline in its order, then those that only its past has.
  public static List<StageName> stages(Pipeline pipeline, Past past) {
    var stages = new ArrayList<>(pipeline.stages().stream().map(Stage::name).toList());
    new TreeSet<>(past.trials().keySet()).stream().filter(stage -> !stages.contains(stage)).forEach(stages::add);
    return stages;
  }

  private static Map<StepName, Series> steps(Pipeline pipeline, Past past, StageName only) {
    var trials = new LinkedHashMap<StepName, List<ChangeTrial>>();
    pipeline.find(only).ifPresent(stage -> stage.steps().forEach(step -> trials.put(step.name(), new ArrayList<>())));
    var gone = new TreeMap<StepName, List<ChangeTrial>>(Comparator.comparing(StepName::text));
    for (Worked one : past.worked()) {
      if (one.stage().equals(only)) {
        List<ChangeTrial> known = trials.get(one.step());
        (known == null ? gone.computeIfAbsent(one.step(), _ -> new ArrayList<>()) : known).add(one.trial());
      }
    }
    trials.putAll(gone);
    var series = new LinkedHashMap<StepName, Series>();
    trials.forEach((step, its) -> series.put(step, Series.of(its, past.period())));
    return series;
  }

  /// The stages that need a promotion, directly or by others.
  static List<StageName> afterPromotion(Pipeline pipeline) {
    var promoted = new HashSet<StageName>();
    var after = new ArrayList<StageName>();
    for (Stage stage : pipeline.stages()) {
      boolean behind = stage.needs().stream().anyMatch(promoted::contains);
      if (behind && !stage.promotes()) {
        after.add(stage.name());
      }
      if (behind || stage.promotes()) {
        promoted.add(stage.name());
      }
    }
    return after;
  }

  /// What became slower, faster, flakier or steadier, newest first.
  public List<Told> told() {
    return stages.entrySet().stream()
        .flatMap(entry -> entry.getValue().shifts().stream().map(shift -> new Told(entry.getKey(), shift)))
        .sorted(Comparator.comparing((Told told) -> told.shift().at()).reversed())
        .collect(Collectors.toUnmodifiableList());
  }
}
