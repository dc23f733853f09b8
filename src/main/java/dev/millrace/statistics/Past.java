package dev.millrace.statistics;

import dev.millrace.pipeline.StageName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What is known of the changes of one pipeline that came in a period.
///
/// @param changes how many came
/// @param every 1 when all of them are here; else only those whose number it divides, because they are too many to look at
/// @param journeys of those that were to be integrated, oldest first
/// @param trials of their stages
/// @param worked of the steps of the stages that were asked for
public record Past(
    Period period, int changes, int every, List<Journey> journeys, Map<StageName, List<ChangeTrial>> trials, List<Worked> worked) {
  public Past {
    journeys = List.copyOf(journeys);
    trials = Map.copyOf(trials);
    worked = List.copyOf(worked);
  }

  public List<ChangeTrial> trials(StageName stage) {
    return trials.getOrDefault(stage, List.of());
  }

  /// The stages, each with its series, in this order.
  public Map<StageName, Series> stages(List<StageName> stages) {
    var series = new LinkedHashMap<StageName, Series>();
    stages.forEach(stage -> series.put(stage, Series.of(trials(stage), period)));
    return series;
  }
}
