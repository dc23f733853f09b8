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
    return new HomeView(
        Frame.of(site, TabView.of(flows), Links.events(), new Frame.Crumb("Pipelines", "")),
        FlowsView.of(flows, maps, site),
        site.remote(site.definitions()));
  }
}
