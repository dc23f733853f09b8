package dev.millrace.web.view;

import java.util.List;

/// The first page: every pipeline.
public record HomeView(Frame frame, FlowsView flows, String definitions) implements View.Page {
  @Override
  public String template() {
    return "home";
  }

  /// @param flows in the order to be shown
  public static HomeView of(List<Flow> flows, List<FlowMap> maps, Site site) {
    return of(flows, maps, "", site);
  }

  /// @param find what a name has to contain to be shown; empty for all
  public static HomeView of(List<Flow> flows, List<FlowMap> maps, String find, Site site) {
    return new HomeView(
        Frame.of(site, TabView.of(flows), Links.events(), new Frame.Crumb("Pipelines", "")).with("home"),
        FlowsView.of(flows, maps, find, site),
        site.remote(site.definitions()));
  }
}
