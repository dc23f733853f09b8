package dev.millrace.web.view;

import dev.millrace.pipeline.PipelineName;
import java.util.List;

/// What one sees of a page in the background: the title and the icon of its tab.
///
/// @param live what it listens to; empty when the page follows something else or nothing
/// @param href where it is fetched again; empty like it
/// @param title says the state first, because tabs are narrow
/// @param icon says it by shape and colour
public record TabView(String live, String href, String title, String icon) implements View.Fragment {
  private static final String PRODUCT = " · Millrace";

  @Override
  public String template() {
    return "tab";
  }

  /// The tab of a pipeline.
  public static TabView of(Flow flow) {
    PipelineName name = flow.pipeline().name();
    Glance glance = Glance.of(flow);
    return new TabView(name.text(), Links.tab(name), glance.words() + " · " + name + PRODUCT, icon(glance.look()));
  }

  /// The tab of all of them.
  public static TabView of(List<Flow> flows) {
    Glance glance = Glance.of(flows);
    return new TabView("*", Links.TAB, glance.words() + " · Pipelines" + PRODUCT, icon(glance.look()));
  }

  /// A tab that says the same as long as its page does.
  static TabView still(String title, Look look) {
    return new TabView("", "", title + PRODUCT, icon(look));
  }

  TabView showing(Look look) {
    return new TabView(live, href, title, icon(look));
  }

  /// The address of the icon that shows a state.
  static String icon(Look look) {
    return Views.asset(
        switch (look) {
          case PASSED -> "favicon-passed.svg";
          case FAILED, ERRORED -> "favicon-failed.svg";
          case RUNNING, MERGING, STOPPING -> "favicon-running.svg";
          case QUEUED, WAITING -> "favicon-waiting.svg";
          case PENDING, CANCELLED, SKIPPED, ABSENT -> "favicon.svg";
        });
  }
}
