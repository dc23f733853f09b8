package dev.millrace.web.view;

import java.util.List;

/// What stands around a page's content.
///
/// @param title the title of the window; it says the state, because that is what one sees of a page in the background
/// @param trail where the page is, from the outside in; the last one is the page itself
/// @param trouble empty when all is well
/// @param now the server's time in milliseconds, for the clocks of the page
/// @param events where the page hears what moved; empty when nothing on it can
public record Frame(String title, List<Crumb> trail, String trouble, long now, String events) {
  /// One place of the trail.
  ///
  /// @param href empty for the page itself
  public record Crumb(String text, String href) {}

  public Frame {
    trail = List.copyOf(trail);
  }

  static Frame of(Site site, String title, String events, Crumb... trail) {
    return new Frame(
        title + " · Millrace",
        List.of(trail),
        site.trouble() == null ? "" : site.trouble(),
        site.now().toEpochMilli(),
        events.isEmpty() ? "" : events + (events.contains("?") ? "&" : "?") + "after=" + site.moved());
  }

  public String stylesheet() {
    return Views.asset("millrace.css");
  }

  public String script() {
    return Views.asset("live.js");
  }
}
