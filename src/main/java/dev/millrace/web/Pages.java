package dev.millrace.web;

import dev.millrace.web.view.View;
import dev.millrace.web.view.Views;
import io.javalin.http.Context;

/// How views go out.
final class Pages {
  static final String HTML = "text/html;charset=utf-8";

  private Pages() {}

  static void show(Context context, Views views, View view) {
    context.contentType(HTML).header("Cache-Control", "no-cache").result(views.html(view));
  }
}
