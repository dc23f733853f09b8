package dev.millrace.web.view;

import dev.millrace.pipeline.PipelineName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The page for a screen in the room: every pipeline, or one, to be read from the other end of it.
///
/// @param theme the style sheet's class: dark unless the room is bright
/// @param tiles what is fetched again when something moves
/// @param time the time of the page, for who sees it without JavaScript
public record WallView(Frame frame, String theme, String home, Moment time, String clock, TilesView tiles) implements View.Page {
  @Override
  public String template() {
    return "wall";
  }

  /// @param flows in the order to be shown
  /// @param only the one pipeline that the wall is for; null for all
  /// @param light whether the room is bright
  public static WallView of(List<Flow> flows, @Nullable PipelineName only, boolean light, Site site) {
    TilesView tiles = TilesView.of(flows, only, site);
    long red = tiles.tiles().stream().filter(tile -> tile.look() == Look.FAILED).count();
    String subject = only == null ? "Wall" : only + " · Wall";
    String events = only == null ? Links.events() : Links.events(only);
    return new WallView(
        Frame.of(site, (red == 0 ? "" : red + " red · ") + subject, events, new Frame.Crumb("Pipelines", Links.HOME), new Frame.Crumb("Wall", "")).with("wall"),
        light ? "light" : "dark",
        only == null ? Links.HOME : Links.pipeline(only),
        Moment.of(site.now(), site.now()),
        Prose.clock(site.now()),
        tiles);
  }
}
