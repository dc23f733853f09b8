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
    long moving = flows.stream().flatMap(flow -> flow.changes().stream()).filter(change -> !change.ended()).count();
    long red = flows.stream().filter(flow -> FlowsView.verdict(flow) == Look.FAILED).count();
    String title = flows.isEmpty() ? "Pipelines" : "Pipelines · " + (red == 0 ? "" : red + " red · ") + (moving == 0 ? "all at rest" : moving + " in motion");
    return new HomeView(
        Frame.of(site, title, Links.events(), new Frame.Crumb("Pipelines", "")).with("home"),
        FlowsView.of(flows, maps, find, site),
        site.remote(site.definitions()));
  }
}
