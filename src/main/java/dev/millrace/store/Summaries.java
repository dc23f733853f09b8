package dev.millrace.store;

import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Summary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What was last read of the trials of stages. Every page asks for it, it is the most that is read for one, and it
/// changes only when an attempt moves: then what was known of its stage is forgotten.
final class Summaries {
  /// How many are kept, those that were asked for last; each is a hundred trials of some eighty bytes.
  private static final int MOST = 2_000;

  private record Key(PipelineName pipeline, StageName stage, int last) {}

  private record Place(PipelineName pipeline, StageName stage) {}

  private final Map<Key, Summary> kept =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Summary> eldest) {
          return size() > MOST;
        }
      };

  /// How often an attempt of a pipeline has moved since the start.
  private final Map<PipelineName, Long> commits = new HashMap<>();

  /// @param read asked for those that are not known, without holding anybody up
  Map<StageName, Summary> of(
      PipelineName pipeline, List<Stage> stages, int last, Function<List<Stage>, Map<StageName, Summary>> read) {
    var found = new LinkedHashMap<StageName, Summary>();
    var missing = new ArrayList<Stage>();
    long before;
    synchronized (this) {
      before = commits.getOrDefault(pipeline, 0L);
      for (Stage stage : stages) {
        Summary summary = kept.get(new Key(pipeline, stage.name(), last));
        found.put(stage.name(), summary == null ? Summary.NONE : summary);
        if (summary == null) {
          missing.add(stage);
        }
      }
    }
    if (!missing.isEmpty()) {
      Map<StageName, Summary> fresh = read.apply(missing);
      found.putAll(fresh);
      synchronized (this) {
        // what was committed meanwhile may not have been read
        if (commits.getOrDefault(pipeline, 0L) == before) {
          fresh.forEach((stage, summary) -> kept.put(new Key(pipeline, stage, last), summary));
        }
      }
    }
    return found;
  }

  /// Comes after each commit, with what moved by it.
  synchronized void committed(List<Moved> moved) {
    var tried = new HashSet<Place>();
    for (Moved row : moved) {
      if (row.attempt() != null) {
        tried.add(new Place(row.pipeline(), row.attempt().stage()));
      }
    }
    for (Place place : tried) {
      commits.merge(place.pipeline(), 1L, Long::sum);
    }
    if (!tried.isEmpty()) {
      kept.keySet().removeIf(key -> tried.contains(new Place(key.pipeline(), key.stage())));
    }
  }
}
