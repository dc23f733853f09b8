package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Pipeline;
import java.util.List;
import java.util.stream.Collectors;

/// The page of a pipeline: its map, its queue, and its changes under the map.
///
/// @param tracks the columns of the map and of every row
/// @param narrowest the width below which they scroll instead of shrinking
/// @param takes which branches come by themselves; may be empty
/// @param refusal why what the reader wanted was refused; empty when nothing was
public record PipelineView(
    Frame frame,
    String name,
    String repository,
    String takes,
    String definition,
    String commit,
    String tracks,
    String narrowest,
    MapView map,
    QueueView queue,
    StreamView stream,
    String changes,
    String refusal,
    String branch,
    BadgeText badge)
    implements View.Page {

  @Override
  public String template() {
    return "pipeline";
  }

  /// @param more whether there are changes older than those of the flow
  public static PipelineView of(Flow flow, FlowMap map, boolean more, Site site) {
    return of(flow, map, flow.changes(), more, "", "", site);
  }

  /// The same page with an earlier part of the stream, or with the sentence that refused what its reader wanted.
  ///
  /// @param shown the changes to show, newest first
  /// @param branch what was in the form
  public static PipelineView of(
      Flow flow, FlowMap map, List<Change> shown, boolean more, String refusal, String branch, Site site) {
    Pipeline pipeline = flow.pipeline();
    return new PipelineView(
        Frame.of(
            site,
            TabView.of(flow),
            Links.events(pipeline.name()),
            new Frame.Crumb("Pipelines", Links.HOME),
            new Frame.Crumb(pipeline.name().text(), "")),
        pipeline.name().text(),
        pipeline.repository().text(),
        takes(pipeline),
        Links.definition(pipeline.name()),
        abbreviated(flow.definition().commit()),
        map.tracks(),
        FlowMap.number(map.narrowest()),
        MapView.of(flow, map),
        QueueView.of(flow, site.now()),
        StreamView.of(flow, map, shown, more, site),
        Links.changes(pipeline.name()),
        refusal,
        branch,
        BadgeText.of(pipeline.name(), site));
  }

  /// What is going on, in a few words: `2 in motion`, `passed`.
  static String standing(Flow flow) {
    long moving = flow.changes().stream().filter(change -> !change.ended()).count();
    if (moving > 0) {
      return moving + " in motion";
    }
    return flow.changes().isEmpty() ? "no changes yet" : Look.of(flow.changes().getFirst().state()).word();
  }

  static String abbreviated(String commit) {
    return commit.substring(0, Math.min(8, commit.length()));
  }

  private static String takes(Pipeline pipeline) {
    if (pipeline.integration() != null) {
      return pipeline.integration().branches().stream().map(BranchPattern::text).collect(Collectors.joining(", "))
          + " → " + pipeline.integration().into();
    }
    return pipeline.pushes().stream().map(BranchPattern::text).collect(Collectors.joining(", "));
  }
}
