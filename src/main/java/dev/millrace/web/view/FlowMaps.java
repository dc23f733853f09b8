package dev.millrace.web.view;

import dev.millrace.pipeline.Pipeline;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The maps that have been made, for as long as they are likely to be asked for again. Any number of threads may ask.
public final class FlowMaps {
  private static final int MOST = 500;

  private final Map<Pipeline, FlowMap> made = new ConcurrentHashMap<>();

  public FlowMap of(Pipeline pipeline) {
    FlowMap known = made.get(pipeline);
    if (known != null) {
      return known;
    }
    if (made.size() >= MOST) {
      made.clear();
    }
    FlowMap map = FlowMap.of(pipeline);
    made.put(pipeline, map);
    return map;
  }
}
