package dev.millrace.web.api;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.engine.Desk;
import dev.millrace.engine.Engine;
import dev.millrace.flow.Answer;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.store.Filter;
import dev.millrace.store.Store;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
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
  private static final JsonMapper JSON = new JsonMapper();
  private static final int MOST = 200;
  private static final String BY = "the API";

  private final Store store;
  private final Engine engine;
  private final Desk desk;
  private final Names names;

  public ChangesResource(Store store, Engine engine, Desk desk, Names names) {
    this.store = store;
    this.engine = engine;
    this.desk = desk;
    this.names = names;
  }

  /// `?state=&before=&limit=`: newest first.
  public void list(Context context) {
    PipelineName pipeline = names.pipeline(context);
    int limit = Math.clamp(Names.number(context, "limit", 30), 1, MOST);
    List<Change> changes = changes(pipeline, context.queryParam("state"), Names.number(context, "before", 0), limit);
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("changes");
    changes.forEach(change -> list.add(ChangeJson.of(change)));
    json.put(
        "next",
        changes.size() < limit
            ? null
            : "/api/v1/pipelines/" + pipeline + "/changes?before=" + changes.getLast().id().number() + "&limit=" + limit
                + (context.queryParam("state") == null ? "" : "&state=" + context.queryParam("state")));
    context.contentType("application/json").result(json.toString());
  }

  private List<Change> changes(PipelineName pipeline, @Nullable String state, int before, int limit) {
    return switch (state) {
      case null -> store.changes(pipeline, new Filter(null, before, limit));
      case "passed", "failed", "cancelled" -> store.changes(pipeline, new Filter(state, before, limit));
      case "queued", "running" ->
          engine.now().changes().values().stream()
              .filter(change -> change.id().pipeline().equals(pipeline) && ChangeJson.word(change.state()).equals(state))
              .filter(change -> before == 0 || change.id().number() < before)
              .sorted(Comparator.comparing(Change::id).reversed())
              .limit(limit)
              .toList();
      default ->
          throw new BadRequestResponse(
              "No change is ever \"" + state + "\"; it is queued, running, passed, failed or cancelled.");
    };
  }

  public void show(Context context) {
    Change change = names.change(context);
    context.contentType("application/json").result(ChangeJson.of(change).toString());
  }

  /// `{"branch": "…"}` or `{"commit": "…"}`.
  public void start(Context context) {
    PipelineName pipeline = names.pipeline(context);
    JsonNode body = body(context, "branch", "commit");
    String branch = text(body, "branch");
    String commit = text(body, "commit");
    if ((branch == null) == (commit == null)) {
      throw new BadRequestResponse("Give either \"branch\" or \"commit\".");
    }
    Answer answer =
        branch != null
            ? desk.triggerBranch(pipeline, branch(branch), BY)
            : desk.triggerCommit(pipeline, String.valueOf(commit), BY);
    answer(context, answer);
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

  private void answer(Context context, Answer answer) {
    switch (answer) {
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
      body = context.body().isBlank() ? JsonNodeFactory.instance.objectNode() : JSON.readTree(context.body());
    } catch (JacksonException e) {
      throw new BadRequestResponse(
          "The body is not JSON from line " + e.getLocation().getLineNr() + ", column " + e.getLocation().getColumnNr()
              + " on.");
    }
    if (!body.isObject()) {
      throw new BadRequestResponse("The body is a JSON object with " + String.join(" or ", known) + ".");
    }
    var unknown = new TreeSet<>(body.propertyNames());
    unknown.removeAll(Arrays.asList(known));
    if (!unknown.isEmpty()) {
      throw new BadRequestResponse(
          "Unknown: " + String.join(", ", unknown) + "; this takes " + String.join(" and ", known) + ".");
    }
    return body;
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
}
