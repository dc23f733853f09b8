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
/// @param stylesheets the addresses of the style sheets, those of all pages first
/// @param scripts likewise
public record Frame(
    TabView tab, List<Crumb> trail, String trouble, long now, String events, List<String> stylesheets, List<String> scripts) {
  /// One place of the trail.
  ///
  /// @param href empty for the page itself
  public record Crumb(String text, String href) {}

  public Frame {
    trail = List.copyOf(trail);
    stylesheets = List.copyOf(stylesheets);
    scripts = List.copyOf(scripts);
  }

  /// What the page was made by, see [Views#version].
  public String version() {
    return Views.version();
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
        List.of(Views.asset("millrace.css")),
        List.of(Views.asset("live.js"), Views.asset("frame.js")));
  }

  /// The same with a style sheet and a script of its own: `log` is `log.css` and `log.js`; both must be there.
  Frame with(String own) {
    Frame styled = styled(own);
    return new Frame(tab, trail, trouble, now, events, styled.stylesheets, and(scripts, own + ".js"));
  }

  /// The same with one more style sheet.
  Frame styled(String sheet) {
    return new Frame(tab, trail, trouble, now, events, and(stylesheets, sheet + ".css"), scripts);
  }

  private static List<String> and(List<String> assets, String one) {
    return Stream.concat(assets.stream(), Stream.of(Views.asset(one))).toList();
  }

  /// The same with the icon of a state in its tab.
  Frame showing(Look look) {
    return new Frame(tab.showing(look), trail, trouble, now, events, stylesheets, scripts);
  }

  /// The script that must run before anything is painted; the others wait until the page is there.
  public String first() {
    return Views.asset("first.js");
  }

  public String title() {
    return tab.title();
  }
}
