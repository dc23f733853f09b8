package dev.millrace.web;

import dev.millrace.flow.Decision;
import dev.millrace.flow.InFlight;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import dev.millrace.store.DefinitionParser;
import dev.millrace.store.Store;
import dev.millrace.web.api.Tidings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// A store in which something moves when a test says so: a pipeline is defined, or removed if it was. One thread moves, as
/// in the server.
public final class Movements implements AutoCloseable {
  private static final DefinitionParser PARSER = (name, path, text) -> pipeline(name);

  private final Map<PipelineName, Definition> definitions = new HashMap<>();
  private final Store store = Store.open("jdbc:h2:mem:" + UUID.randomUUID(), PARSER);
  private final Tidings tidings = new Tidings(store);

  public Store store() {
    return store;
  }

  public Tidings tidings() {
    return tidings;
  }

  /// Stored and shown, and not told yet.
  public void save(String... pipelines) {
    for (String pipeline : pipelines) {
      var name = new PipelineName(pipeline);
      if (definitions.remove(name) == null) {
        definitions.put(name, new Definition(pipeline(name), "%040x".formatted(1), pipeline + ".yml", "text"));
      }
    }
    store.save(List.of(decision()));
  }

  public void tell() {
    tidings.arrive(decision());
  }

  public void move(String... pipelines) {
    save(pipelines);
    tell();
  }

  private Decision decision() {
    return new Decision(new InFlight(definitions, Map.of(), new TreeMap<>()), List.of(), List.of());
  }

  private static Pipeline pipeline(PipelineName name) {
    var stage = new Stage(new StageName("main"), List.of(), List.of(new Step.Promotion(new StepName("promote"))));
    return new Pipeline(name, new RepositoryName("code"), null, List.of(), List.of(stage));
  }

  @Override
  public void close() {
    tidings.close();
    store.close();
  }
}
