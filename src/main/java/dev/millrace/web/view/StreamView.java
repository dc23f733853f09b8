package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.pipeline.Pipeline;
import java.time.Instant;
import java.util.List;

/// The changes of a pipeline, newest first.
///
/// @param newest the number of the newest change, 0 without any: what is newer gets in at the head
/// @param head whether it begins with the newest change, so that newer ones belong to it
/// @param older the page of the changes before these; empty when there are none
/// @param olderRows the same as a fragment
/// @param first what to do when there is no change yet
public record StreamView(
    String pipeline, String href, String changes, int newest, boolean head, List<RowView> rows, String older, String olderRows, FirstPush first)
    implements View.Fragment {

  /// The commands that bring the first change.
  ///
  /// @param remote the repository's address
  /// @param branch an example of a branch that the pipeline takes; empty when it takes none by push
  public record FirstPush(String remote, String branch, String into) {}

  @Override
  public String template() {
    return "stream";
  }

  /// @param changes the ones to show, newest first
  /// @param more whether there are older ones
  public static StreamView of(Flow flow, FlowMap map, List<Change> changes, boolean more, Site site) {
    Pipeline pipeline = flow.pipeline();
    Instant now = site.now();
    return new StreamView(
        pipeline.name().text(),
        Links.stream(pipeline.name()),
        Links.changes(pipeline.name()),
        changes.stream().mapToInt(change -> change.id().number()).max().orElse(0),
        changes.isEmpty() || changes.getFirst().id().equals(flow.changes().getFirst().id()),
        changes.stream().map(change -> RowView.of(change, flow, map, now)).toList(),
        more && !changes.isEmpty() ? Links.older(pipeline.name(), changes.getLast().id().number()) : "",
        more && !changes.isEmpty() ? Links.olderRows(pipeline.name(), changes.getLast().id().number()) : "",
        new FirstPush(site.remote(pipeline.repository()), branch(pipeline), pipeline.integration() == null ? "" : pipeline.integration().into().text()));
  }

  /// A branch somebody could push, made from the first pattern: `integrate/**` becomes `integrate/my-idea`.
  private static String branch(Pipeline pipeline) {
    if (pipeline.integration() != null) {
      return pipeline.integration().branches().getFirst().text().replace("**", "my-idea").replace("*", "my-idea");
    }
    return pipeline.pushes().isEmpty() ? "" : pipeline.pushes().getFirst().text().replace("**", "my-idea").replace("*", "my-idea");
  }
}
