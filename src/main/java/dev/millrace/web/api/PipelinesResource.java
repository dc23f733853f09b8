package dev.millrace.web.api;

import dev.millrace.engine.Engine;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Step;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Window;
import dev.millrace.store.Store;
import io.javalin.http.Context;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/api/v1/pipelines`: what is defined, how it does, and who waits. Durations are seconds.
public final class PipelinesResource {
  private final Store store;
  private final Engine engine;
  private final Names names;
  private final Clock clock;

  public PipelinesResource(Store store, Engine engine, Names names, Clock clock) {
    this.store = store;
    this.engine = engine;
    this.names = names;
    this.clock = clock;
  }

  public void list(Context context) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("pipelines");
    store.definitions().forEach(definition -> list.add(pipeline(definition)));
    context.contentType("application/json").result(json.toString());
  }

  public void show(Context context) {
    PipelineName name = names.pipeline(context);
    Optional<Definition> definition = store.definition(name);
    if (definition.isEmpty()) {
      Problems.answer(
          context, 410, "Gone", "Pipeline " + name + " is no longer defined; its changes are still there.");
      return;
    }
    context.contentType("application/json").result(pipeline(definition.get()).toString());
  }

  /// Of the last 100 trials of each stage and step, or of the `?window=` that is asked for.
  public void statistics(Context context) {
    PipelineName name = names.pipeline(context);
    Window window = Names.window(context);
    Instant now = clock.instant();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("pipeline", name.text());
    json.put("window", window.text());
    ArrayNode stages = json.putArray("stages");
    store.stageStatistics(name, window, now)
        .forEach((stage, figures) -> put(stages.addObject().put("name", stage.text()), figures));
    ArrayNode steps = json.putArray("steps");
    store.stepStatistics(name, window, now)
        .forEach(
            (key, figures) ->
                put(steps.addObject().put("stage", key.stage().text()).put("name", key.step().text()), figures));
    context.contentType("application/json").result(json.toString());
  }

  /// The queues of the targets that this pipeline's changes wait for, other pipelines' changes included.
  public void queue(Context context) {
    PipelineName name = names.pipeline(context);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode queues = json.putArray("queues");
    for (IntegrationQueue queue : IntegrationQueue.of(engine.now().changes().values()).values()) {
      if (queue.entries().stream().anyMatch(entry -> entry.change().pipeline().equals(name))) {
        ObjectNode one = queues.addObject();
        one.put("repository", queue.target().repository().text());
        one.put("into", queue.target().branch().text());
        ArrayNode entries = one.putArray("entries");
        for (IntegrationQueue.Entry entry : queue.entries()) {
          ObjectNode its = entries.addObject();
          its.put("pipeline", entry.change().pipeline().text());
          its.put("change", entry.change().number());
          its.put("standing", entry.standing().name().toLowerCase(java.util.Locale.ROOT));
          its.put("ahead", queue.ahead(entry.change()));
        }
      }
    }
    context.contentType("application/json").result(json.toString());
  }

  private static ObjectNode pipeline(Definition definition) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", definition.name().text());
    json.put("repository", definition.pipeline().repository().text());
    json.put("remote", definition.pipeline().remote() == null ? null : definition.pipeline().remote().url().text());
    json.put("definition", definition.commit());
    json.put("path", definition.path());
    Integration integration = definition.pipeline().integration();
    if (integration == null) {
      json.putNull("integrate");
    } else {
      ObjectNode integrate = json.putObject("integrate");
      ArrayNode branches = integrate.putArray("branches");
      integration.branches().stream().map(BranchPattern::text).forEach(branches::add);
      integrate.put("into", integration.into().text());
      integrate.put("method", integration.method().toString());
      integrate.put("parallel", integration.parallel());
      integrate.put("batch", integration.batch());
      integrate.put("everyCommit", integration.everyCommit());
    }
    ArrayNode stages = json.putArray("stages");
    definition
        .pipeline()
        .stages()
        .forEach(
            stage -> {
              ObjectNode one = stages.addObject();
              one.put("name", stage.name().text());
              one.put("promotes", stage.promotes());
              if (stage.steps().getFirst() instanceof Step.Promotion(var _, BranchName to, var method) && to != null) {
                one.put("to", to.text());
                one.put("method", method.toString());
              }
              ArrayNode needs = one.putArray("needs");
              stage.needs().forEach(need -> needs.add(need.text()));
              ArrayNode steps = one.putArray("steps");
              stage.steps().forEach(step -> steps.add(step.name().text()));
            });
    return json;
  }

  private static void put(ObjectNode json, Figures figures) {
    json.put("trials", figures.count());
    json.put("failures", figures.failures());
    json.put("failureRate", figures.failureRate().orElse(null));
    json.put("median", seconds(figures.median()));
    json.put("percentile95", seconds(figures.percentile95()));
  }

  private static @Nullable Double seconds(@Nullable Duration duration) {
    return duration == null ? null : duration.toMillis() / 1000.0;
  }
}
