package dev.millrace.web.api;

import io.javalin.http.Context;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Errors as RFC 9457 has them.
public final class Problems {
  private Problems() {}

  /// @param detail a sentence: what is wrong and what to do
  public static void answer(Context context, int status, String title, String detail) {
    ObjectNode problem = JsonNodeFactory.instance.objectNode();
    problem.put("type", "about:blank");
    problem.put("title", title);
    problem.put("status", status);
    problem.put("detail", detail);
    problem.put("instance", context.path());
    context.status(status).contentType("application/problem+json").result(problem.toString());
  }
}
