package dev.millrace.web;

import dev.millrace.web.view.View;
import dev.millrace.web.view.Views;
import io.javalin.http.Context;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// How views go out.
final class Pages {
  static final String HTML = "text/html;charset=utf-8";

  private Pages() {}

  /// What pages have to know of the server while they are open: what it makes them of now, and its trouble.
  static String server(String trouble) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("version", Views.version());
    json.put("trouble", trouble);
    return json.toString();
  }

  static void show(Context context, Views views, View view) {
    context.contentType(HTML).header("Cache-Control", "no-cache").result(views.page(view).reading());
  }
}
