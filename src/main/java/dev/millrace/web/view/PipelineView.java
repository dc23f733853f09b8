package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Pipeline;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// The page of a pipeline: its map, its queue, and its changes under the map.
///
/// @param tracks the columns of the map and of every row
/// @param narrowest the width below which they scroll instead of shrinking
/// @param drawn the style sheet's classes for how much a box says, and for a map that is as wide as the page, however
///   little its boxes say then
/// @param windows what the figures can be of
/// @param zooms how large the map can be drawn; empty where it fits anyway
/// @param takes which branches come by themselves; may be empty
/// @param fields what else the form asks for: the parameters
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
    String drawn,
    List<Choice> windows,
    List<Choice> zooms,
    String statistics,
    String wall,
    Piece<MapView> map,
    QueueView queue,
    MirrorView mirror,
    StreamView stream,
    String changes,
    String refusal,
    String branch,
    List<Field> fields,
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
    return of(flow, map, StreamView.of(flow, map, shown, more, site), refusal, branch, Address.of(Links.pipeline(flow.pipeline().name())), site);
  }

  /// The same page with any part of the stream.
  ///
  /// @param at the page's address, whose parameters its links keep
  public static PipelineView of(
      Flow flow, FlowMap map, StreamView stream, String refusal, String branch, Address at, Site site) {
    return of(flow, map, MirrorView.NONE, stream, refusal, branch, at, site);
  }

  /// The same page with how its remote repository does.
  public static PipelineView of(
      Flow flow,
      FlowMap map,
      MirrorView mirror,
      StreamView stream,
      String refusal,
      String branch,
      Address at,
      Site site) {
    return of(flow, map, mirror, stream, refusal, branch, Map.of(), at, site);
  }

  /// The same page with what its reader had typed.
  ///
  /// @param typed what was in the form for parameters, by name
  public static PipelineView of(
      Flow flow,
      FlowMap map,
      MirrorView mirror,
      StreamView stream,
      String refusal,
      String branch,
      Map<String, String> typed,
      Address at,
      Site site) {
    Pipeline pipeline = flow.pipeline();
    return new PipelineView(
        Frame.of(
            site,
            TabView.of(flow),
            Links.events(pipeline.name()),
            new Frame.Crumb("Pipelines", Links.HOME),
            new Frame.Crumb(pipeline.name().text(), ""))
            .with("map"),
        pipeline.name().text(),
        pipeline.repository().text(),
        takes(pipeline),
        Links.definition(pipeline.name()),
        abbreviated(flow.definition().commit()),
        map.tracks(),
        Choice.fits(at) ? "0" : FlowMap.number(map.narrowest()),
        map.scale().css() + (Choice.fits(at) ? " fit" : ""),
        Choice.windows(flow.window(), at),
        Choice.zooms(map, at),
        Links.statistics(pipeline.name()),
        Links.wall(pipeline.name()),
        MapView.piece(flow, map),
        QueueView.of(flow, site.now()),
        mirror,
        stream,
        Links.changes(pipeline.name()),
        refusal,
        branch,
        pipeline.parameters().stream().map(parameter -> Field.of(parameter, typed)).toList(),
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
