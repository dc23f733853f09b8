package dev.millrace.store;

import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Window;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/// What was last read of the trials of stages. Every page asks for it, it is the most that is read for one, and it
/// changes only when an attempt moves: then what was known of its stage is forgotten.
final class KnownFigures {
  /// How many are kept, those that were asked for last; each is thirty trials of some hundred bytes.
  private static final int MOST = 2_000;

  /// @param until when a window of days ends, to the minute; of no matter for others
  private record Key(PipelineName pipeline, StageName stage, Window window, Instant until) {}

  private record Place(PipelineName pipeline, StageName stage) {}

  private final Map<Key, Figures> kept =
      new LinkedHashMap<>(64, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Figures> eldest) {
          return size() > MOST;
        }
      };

  /// How often an attempt of a pipeline has moved since the start.
  private final Map<PipelineName, Long> commits = new HashMap<>();

  /// @param read asked for those that are not known, without holding anybody up
  Map<StageName, Figures> of(
      PipelineName pipeline, List<Stage> stages, Window window, Instant now, Function<List<Stage>, Map<StageName, Figures>> read) {
    Instant until =
        switch (window) {
          case Window.Last _ -> Instant.EPOCH;
          case Window.Days _ -> now.truncatedTo(ChronoUnit.MINUTES);
        };
    var found = new LinkedHashMap<StageName, Figures>();
    var missing = new ArrayList<Stage>();
    long before;
    synchronized (this) {
      before = commits.getOrDefault(pipeline, 0L);
      for (Stage stage : stages) {
        Figures known = kept.get(new Key(pipeline, stage.name(), window, until));
        found.put(stage.name(), known == null ? Figures.NONE : known);
        if (known == null) {
          missing.add(stage);
        }
      }
    }
    if (!missing.isEmpty()) {
      Map<StageName, Figures> fresh = read.apply(missing);
      found.putAll(fresh);
      synchronized (this) {
        // what was committed meanwhile may not have been read
        if (commits.getOrDefault(pipeline, 0L) == before) {
          fresh.forEach((stage, figures) -> kept.put(new Key(pipeline, stage, window, until), figures));
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
