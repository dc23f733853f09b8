package dev.millrace.web.view;

import java.util.List;
import java.util.stream.Stream;

/// What stands around a page's content.
///
/// @param title the title of the window; it says the state, because that is what one sees of a page in the background
/// @param trail where the page is, from the outside in; the last one is the page itself
/// @param trouble empty when all is well
/// @param now the server's time in milliseconds, for the clocks of the page
/// @param events where the page hears what moved; empty when nothing on it can
/// @param own what the page brings besides what all pages have: `log` is `log.css` and `log.js`; empty for nothing
public record Frame(String title, List<Crumb> trail, String trouble, long now, String events, String own) {
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
        events.isEmpty() ? "" : events + (events.contains("?") ? "&" : "?") + "after=" + site.moved(),
        "");
  }

  /// The same with a style sheet and a script of its own; both must be there.
  Frame with(String own) {
    return new Frame(title, trail, trouble, now, events, own);
  }

  public List<String> stylesheets() {
    return assets("millrace", ".css");
  }

  public List<String> scripts() {
    return assets("live", ".js");
  }

  private List<String> assets(String everywhere, String kind) {
    return Stream.of(everywhere, own).filter(name -> !name.isEmpty()).map(name -> Views.asset(name + kind)).toList();
  }
}
