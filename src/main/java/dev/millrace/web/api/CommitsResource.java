package dev.millrace.web.api;

import dev.millrace.change.Commit;
import dev.millrace.engine.Desk;
import dev.millrace.engine.Whereabouts;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.NotFoundResponse;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `/api/v1/commits/{sha}`: where a commit is.
public final class CommitsResource {
  private static final int MOST = 20;

  private final Desk desk;

  public CommitsResource(Desk desk) {
    this.desk = desk;
  }

  public void show(Context context) {
    String name = context.pathParam("sha");
    if (!name.matches("[0-9a-fA-F]{4,40}")) {
      throw new BadRequestResponse("A commit is named by 4 to 40 of its hexadecimal digits, not by \"" + name + "\".");
    }
    List<Commit> commits = desk.commits(name, MOST);
    if (commits.isEmpty()) {
      throw new NotFoundResponse("No change has commit " + name + " and no repository here.");
    }
    if (commits.size() > 1) {
      Problems.answer(
          context, 409, "Ambiguous",
          "Several commits begin with " + name + ": " + String.join(", ", commits.stream().map(one -> one.id().hex()).toList()) + ".");
      return;
    }
    context.contentType("application/json").result(json(desk.whereabouts(commits.getFirst())).toString());
  }

  private static ObjectNode json(Whereabouts found) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("commit", found.commit().id().hex());
    json.put("subject", found.commit().subject());
    json.put("author", found.commit().author());
    ArrayNode repositories = json.putArray("repositories");
    found.repositories().forEach(name -> repositories.add(name.text()));
    ArrayNode on = json.putArray("on");
    found.on().forEach(branch -> on.add(branch.text()));
    ArrayNode changes = json.putArray("changes");
    for (Whereabouts.Sighting sighting : found.sightings()) {
      ObjectNode change = ChangeJson.of(sighting.change());
      change.put("contains", sighting.how().name().toLowerCase(Locale.ROOT));
      changes.add(change);
    }
    return json;
  }
}
