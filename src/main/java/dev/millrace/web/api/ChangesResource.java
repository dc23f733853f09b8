package dev.millrace.web.api;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.engine.Desk;
import dev.millrace.engine.Engine;
import dev.millrace.flow.Answer;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Estimate;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Window;
import dev.millrace.store.Filter;
import dev.millrace.store.Found;
import dev.millrace.store.Store;
import dev.millrace.web.view.Flow;
import dev.millrace.web.view.Links;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/api/v1/pipelines/{pipeline}/changes`: start, list, show, run again, cancel.
public final class ChangesResource {
  private static final int MOST = 200;
  private static final String BY = "the API";

  private final Store store;
  private final Engine engine;
  private final Desk desk;
  private final Names names;
  private final Clock clock;

  public ChangesResource(Store store, Engine engine, Desk desk, Names names, Clock clock) {
    this.store = store;
    this.engine = engine;
    this.desk = desk;
    this.names = names;
    this.clock = clock;
  }

  /// `?state=&branch=&author=&text=&before=&limit=`: newest first.
  public void list(Context context) {
    PipelineName pipeline = names.pipeline(context);
    int limit = Math.clamp(Names.number(context, "limit", 30), 1, MOST);
    Filter filter = Wanted.of(context, limit);
    Found found = store.find(pipeline, filter);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("changes");
    Map<StageName, Summary> statistics = found.changes().stream().allMatch(Change::ended) ? Map.of() : statistics(pipeline);
    found.changes().forEach(change -> list.add(json(change, statistics)));
    String query = Links.query(filter);
    json.put(
        "next",
        found.older() == 0
            ? null
            : "/api/v1/pipelines/" + pipeline + "/changes"
                + Links.and(Links.and(query, "before=" + found.older()), "limit=" + limit));
    context.contentType("application/json").result(json.toString());
  }

  private Map<StageName, Summary> statistics(PipelineName pipeline) {
    return Flow.recent(store.stageStatistics(pipeline, Window.USUAL, clock.instant()));
  }

  private ObjectNode json(Change change, Map<StageName, Summary> statistics) {
    return ChangeJson.of(change, ended(change) ? Estimate.UNKNOWN : estimate(change, statistics), clock.instant());
  }

  private static boolean ended(Change change) {
    return change.ended() || change.state() instanceof ChangeState.Leaving;
  }

  private Estimate estimate(Change change, Map<StageName, Summary> statistics) {
    List<Change> inFlight = engine.now().changes().values().stream().filter(one -> one.id().pipeline().equals(change.id().pipeline())).toList();
    Change now = inFlight.stream().filter(one -> one.id().equals(change.id())).findFirst().orElse(change);
    return Flow.estimate(now, inFlight, statistics, clock.instant());
  }

  public void show(Context context) {
    Change change = names.change(context);
    context.contentType("application/json").result(json(change, change.ended() ? Map.of() : statistics(change.id().pipeline())).toString());
  }

  /// `{"branch": "…"}` or `{"commit": "…"}`, and `"parameters": {"target": "staging"}`.
  public void start(Context context) {
    PipelineName pipeline = names.pipeline(context);
    JsonNode body = body(context, "branch", "commit", "parameters");
    Map<String, String> parameters = parameters(body);
    String branch = text(body, "branch");
    String commit = text(body, "commit");
    if ((branch == null) == (commit == null)) {
      throw new BadRequestResponse("Give either \"branch\" or \"commit\".");
    }
    Answer answer =
        branch != null
            ? desk.triggerBranch(pipeline, branch(branch), parameters, BY)
            : desk.triggerCommit(pipeline, String.valueOf(commit), parameters, BY);
    answer(context, answer);
  }

  private static Map<String, String> parameters(JsonNode body) {
    JsonNode given = body.get("parameters");
    var parameters = new TreeMap<String, String>();
    if (given == null || given.isNull()) {
      return parameters;
    }
    if (!given.isObject() || given.propertyStream().anyMatch(its -> !its.getValue().isValueNode() || its.getValue().isNull())) {
      throw new BadRequestResponse("\"parameters\" is a JSON object with a text, a number, true or false for each name.");
    }
    given.propertyStream().forEach(its -> parameters.put(its.getKey(), its.getValue().asString()));
    return parameters;
  }

  private static BranchName branch(String text) {
    try {
      return new BranchName(text);
    } catch (IllegalArgumentException e) {
      throw new BadRequestResponse("\"branch\" is the short name of a branch, like main: " + e.getMessage() + ".");
    }
  }

  /// `{"from": "verify", "definition": "pinned" | "latest"}`.
  public void runAgain(Context context) {
    Change change = names.change(context);
    JsonNode body = body(context, "from", "definition");
    String from = text(body, "from");
    String definition = text(body, "definition");
    if (from == null || !NameRule.LABEL.allows(from)) {
      throw new BadRequestResponse("Give the stage to run again from: {\"from\": \"verify\"}.");
    }
    if (definition != null && !definition.equals("pinned") && !definition.equals("latest")) {
      throw new BadRequestResponse("\"definition\" is \"pinned\" or \"latest\", not \"" + definition + "\".");
    }
    answer(context, desk.runAgain(change.id(), new StageName(from), "latest".equals(definition), BY));
  }

  public void cancel(Context context) {
    answer(context, desk.cancel(names.change(context).id(), BY));
  }

  /// `{"reason": "…"}`, which may be left out.
  public void moveUp(Context context) {
    Change change = names.change(context);
    String reason = text(body(context, "reason"), "reason");
    answer(context, desk.moveUp(change.id(), reason == null ? "" : reason, BY));
  }

  /// `{"reason": "…"}`.
  public void hold(Context context) {
    PipelineName pipeline = names.pipeline(context);
    String reason = text(body(context, "reason"), "reason");
    answer(context, desk.hold(pipeline, reason == null ? "" : reason, BY));
  }

  public void release(Context context) {
    answer(context, desk.release(names.pipeline(context), BY));
  }

  private void answer(Context context, Answer answer) {
    switch (answer) {
      case Answer.Granted(var _, @Nullable ChangeId id) when id == null -> context.status(204);
      case Answer.Granted(var _, ChangeId id) -> {
        context.status(201).header("Location", "/api/v1/pipelines/" + id.pipeline() + "/changes/" + id.number());
        context.contentType("application/json").result(ChangeJson.of(store.change(id).orElseThrow()).toString());
      }
      case Answer.Refused(String because) -> Problems.answer(context, 409, "Refused", because);
    }
  }

  private static JsonNode body(Context context, String... known) {
    JsonNode body;
    try {
      body = context.body().isBlank() ? JsonNodeFactory.instance.objectNode() : Json.MAPPER.readTree(context.body());
    } catch (JacksonException e) {
      throw new BadRequestResponse(
          "The body is not JSON from line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr()
              + " on.");
    }
    if (!body.isObject()) {
      throw new BadRequestResponse("The body is a JSON object with " + words(known, "or") + ".");
    }
    var unknown = new TreeSet<>(body.propertyNames());
    unknown.removeAll(Arrays.asList(known));
    if (!unknown.isEmpty()) {
      throw new BadRequestResponse(
          "Unknown: " + String.join(", ", unknown) + "; this takes " + words(known, "and") + ".");
    }
    return body;
  }

  /// `branch, commit and parameters`
  private static String words(String[] words, String last) {
    String others = String.join(", ", Arrays.asList(words).subList(0, words.length - 1));
    return (others.isEmpty() ? "" : others + " " + last + " ") + words[words.length - 1];
  }

  private static @Nullable String text(JsonNode body, String name) {
    JsonNode value = body.get(name);
    if (value == null || value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw new BadRequestResponse("\"" + name + "\" is a text.");
    }
    return value.stringValue();
  }

  /// Made at the first request: it loads much.
  private static final class Json {
    static final JsonMapper MAPPER = new JsonMapper();
  }
}
