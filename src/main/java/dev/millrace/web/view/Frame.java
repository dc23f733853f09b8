package dev.millrace.web.view;

import java.util.List;
import java.util.stream.Stream;

/// What stands around a page's content.
///
/// @param tab what is seen of the page in the background
/// @param trail where the page is, from the outside in; the last one is the page itself
/// @param trouble empty when all is well
/// @param now the server's time in milliseconds, for the clocks of the page
/// @param events where the page hears what moved; empty when nothing on it can
/// @param own what the page brings besides what all pages have: `log` is `log.css` and `log.js`; empty for nothing
public record Frame(TabView tab, List<Crumb> trail, String trouble, long now, String events, String own) {
  /// One place of the trail.
  ///
  /// @param href empty for the page itself
  public record Crumb(String text, String href) {}

  public Frame {
    trail = List.copyOf(trail);
  }

  /// @param title without the name of the product; the state stands first in it
  static Frame of(Site site, String title, String events, Crumb... trail) {
    return of(site, TabView.still(title, Look.PENDING), events, trail);
  }

  static Frame of(Site site, TabView tab, String events, Crumb... trail) {
    return new Frame(
        tab,
        List.of(trail),
        site.trouble() == null ? "" : site.trouble(),
        site.now().toEpochMilli(),
        events.isEmpty() ? "" : events + (events.contains("?") ? "&" : "?") + "after=" + site.moved(),
        "");
  }

  /// The same with a style sheet and a script of its own; both must be there.
  Frame with(String own) {
    return new Frame(tab, trail, trouble, now, events, own);
  }

  /// The same with the icon of a state in its tab.
  Frame showing(Look look) {
    return new Frame(tab.showing(look), trail, trouble, now, events, own);
  }

  public String title() {
    return tab.title();
  }

  public List<String> stylesheets() {
    return assets(List.of("millrace"), ".css");
  }

  public List<String> scripts() {
    return assets(List.of("live", "frame"), ".js");
  }

  private List<String> assets(List<String> everywhere, String kind) {
    return Stream.concat(everywhere.stream(), Stream.of(own)).filter(name -> !name.isEmpty()).map(name -> Views.asset(name + kind)).toList();
  }
}
