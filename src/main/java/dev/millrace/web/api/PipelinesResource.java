package dev.millrace.web.api;

import dev.millrace.queue.Policy;
import dev.millrace.queue.Plan;
import dev.millrace.queue.Carrier;
import dev.millrace.queue.Hold;
import dev.millrace.flow.InFlight;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Change;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
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
    InFlight inFlight = engine.now();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode queues = json.putArray("queues");
    for (IntegrationQueue queue : IntegrationQueue.of(inFlight.changes().values()).values()) {
      List<Change> all = Stream.concat(queue.changes().stream(), queue.leaving().stream()).toList();
      if (all.stream().anyMatch(change -> change.id().pipeline().equals(name))) {
        queues.add(queue(queue, all, inFlight));
      }
    }
    context.contentType("application/json").result(json.toString());
  }

  private ObjectNode queue(IntegrationQueue queue, List<Change> all, InFlight inFlight) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("repository", queue.target().repository().text());
    json.put("into", queue.target().branch().text());
    Hold hold = inFlight.holds().get(queue.target());
    if (hold == null) {
      json.putNull("hold");
    } else {
      json.putObject("hold").put("by", hold.by()).put("at", hold.at().toString()).put("reason", hold.because());
    }
    Map<ChangeId, Plan.Place> places =
        Policy.plan(queue.train(inFlight.experience().odds(), hold != null)).places();
    Map<ChangeId, String> last = store.lastNotes(all.stream().map(Change::id).toList());
    ArrayNode entries = json.putArray("entries");
    for (Change change : all) {
      ObjectNode its = entries.addObject();
      its.put("pipeline", change.id().pipeline().text());
      its.put("change", change.id().number());
      its.put("standing", IntegrationQueue.standing(change).toString());
      its.put("ahead", queue.ahead(change.id()));
      its.put("carrier", queue.carrier(change.id()).map(Carrier::toString).orElse(null));
      Plan.Place place = places.get(change.id());
      its.put("suspect", place != null && place.standing() == Plan.Standing.SUSPECT);
      its.put("risk", place == null ? null : Double.valueOf(place.risk()));
      its.put("priority", change.priority());
      its.put("last", last.getOrDefault(change.id(), ""));
      ArrayNode tested = its.putArray("tested");
      for (Candidacy candidacy : change.candidacies()) {
        if (candidacy.running()) {
          ArrayNode changes = tested.addArray();
          candidacy.open().forEach(one -> changes.add(one.toString()));
        }
      }
    }
    return json;
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
