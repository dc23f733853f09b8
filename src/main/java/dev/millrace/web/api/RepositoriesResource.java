package dev.millrace.web.api;

import dev.millrace.engine.Engine;
import dev.millrace.engine.Fetcher;
import dev.millrace.engine.MirrorState;
import dev.millrace.engine.Movement;
import dev.millrace.pipeline.NameRule;
import dev.millrace.pipeline.RepositoryName;
import io.javalin.http.ConflictResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/api/v1/repositories`: the mirrors of remote repositories, and a look at a remote on demand.
public final class RepositoriesResource {
  /// How long who wishes a look waits for what it has seen.
  private static final long PATIENCE_SECONDS = 10;

  private final Fetcher fetcher;
  private final Engine engine;

  public RepositoriesResource(Fetcher fetcher, Engine engine) {
    this.fetcher = fetcher;
    this.engine = engine;
  }

  public void list(Context context) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ArrayNode list = json.putArray("repositories");
    fetcher.states().forEach(state -> list.add(json(state)));
    context.contentType("application/json").result(json.toString());
  }

  public void show(Context context) {
    MirrorState state = fetcher.state(mirror(context)).orElseThrow(() -> missing(context));
    context.contentType("application/json").result(json(state).toString());
  }

  /// Answers with what moved; with 202 when that takes longer than one waits.
  public void fetch(Context context) {
    RepositoryName name = mirror(context);
    CompletableFuture<Fetcher.Report> wish = fetcher.fetch(name).orElseThrow(() -> missing(context));
    Optional<Fetcher.Report> seen = within(wish);
    if (seen.isEmpty()) {
      MirrorState state = fetcher.state(name).orElseThrow(() -> missing(context));
      context.status(202).contentType("application/json").result(json(state).toString());
      return;
    }
    MirrorState state = seen.get().state();
    if (!state.trouble().isEmpty()) {
      Problems.answer(context, 502, "Not fetched", state.trouble() + ". It is tried again by itself; nothing is lost.");
      return;
    }
    ObjectNode json = json(state);
    ArrayNode moved = json.putArray("moved");
    for (Movement movement : seen.get().moved()) {
      ObjectNode one = moved.addObject();
      one.put("branch", movement.branch().text());
      one.put("from", movement.from() == null ? null : movement.from().hex());
      one.put("to", movement.to() == null ? null : movement.to().hex());
      one.put("rewritten", movement.rewritten());
    }
    context.contentType("application/json").result(json.toString());
  }

  /// What a look has seen, when it is over in time.
  public static Optional<Fetcher.Report> within(CompletableFuture<Fetcher.Report> wish) {
    try {
      return Optional.of(wish.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException | InterruptedException | ExecutionException e) {
      return Optional.empty();
    }
  }

  private RepositoryName mirror(Context context) {
    String text = context.pathParam("repository");
    if (!NameRule.REPOSITORY.allows(text)) {
      throw missing(context);
    }
    var name = new RepositoryName(text);
    boolean ours =
        fetcher.state(name).isEmpty()
            && engine.now().definitions().values().stream()
                .anyMatch(definition -> definition.pipeline().repository().equals(name));
    if (ours) {
      throw new ConflictResponse(name + " is hosted here: what is pushed to it is known at once.");
    }
    return name;
  }

  private static NotFoundResponse missing(Context context) {
    return new NotFoundResponse("There is no mirror \"" + context.pathParam("repository") + "\" that a pipeline of today uses.");
  }

  private static ObjectNode json(MirrorState state) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("name", state.name().text());
    json.put("url", state.url().text());
    json.put("poll", state.poll().toMillis() / 1000.0);
    json.put("fetching", state.fetching());
    json.put("fetchedAt", text(state.fetchedAt()));
    json.put("trouble", state.trouble().isEmpty() ? null : state.trouble());
    json.put("since", text(state.since()));
    json.put("nextAt", text(state.nextAt()));
    return json;
  }

  private static @Nullable String text(@Nullable Instant at) {
    return at == null ? null : at.toString();
  }
}
