package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.pipeline.Integration;
import dev.millrace.queue.IntegrationQueue;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The integration queue as a chain: main <- shop#42 (testing) <- shop#43 (waiting).
///
/// @param into the branch they all want to be on; empty when the pipeline integrates nothing
public record QueueView(String pipeline, String href, String into, List<Link> links) implements View.Fragment {
  /// @param word what happens to it now
  /// @param says all of it in a sentence
  public record Link(String name, String href, String subject, String branch, Look look, String word, Moment since, String says) {}

  @Override
  public String template() {
    return "queue";
  }

  public static QueueView of(Flow flow, Instant now) {
    Integration integration = flow.pipeline().integration();
    return new QueueView(
        flow.pipeline().name().text(),
        Links.queue(flow.pipeline().name()),
        integration == null ? "" : integration.into().text(),
        flow.queue().stream().map(entry -> link(flow, flow.change(entry.change()), entry.standing(), now)).toList());
  }

  private static Link link(Flow flow, Change change, IntegrationQueue.Standing standing, Instant now) {
    Headline head = Headline.of(change, flow, now);
    return new Link(
        change.id().toString(),
        Links.change(change.id()),
        change.commit().subject(),
        change.aim().branch() == null ? "" : change.aim().branch().text(),
        Look.of(change.state()),
        switch (standing) {
          case WAITING -> flow.before(change.id()).map(before -> "waits for #" + before.number()).orElse("waiting");
          case MERGING -> "merging";
          case TESTING -> "testing";
          case LOST -> "cannot land";
        },
        Moment.of(change.createdAt(), now),
        Stream.of(change.commit().subject(), head.sentence(), head.clock().text().isEmpty() ? "" : "for " + head.clock().text(), head.left())
            .filter(part -> !part.isBlank())
            .collect(Collectors.joining(" · ")));
  }
}
