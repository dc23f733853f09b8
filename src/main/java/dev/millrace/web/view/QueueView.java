package dev.millrace.web.view;

import dev.millrace.change.Candidacy;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.Integration;
import dev.millrace.queue.Carrier;
import dev.millrace.queue.Hold;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Plan;
import java.util.Optional;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The integration queue as a chain: main <- shop#42 (testing) <- shop#43 (waiting), and what each of them is tested on
/// and why.
///
/// @param into the branch they all want to be on; empty when the pipeline integrates nothing
/// @param more how many wait besides those that are shown
/// @param held why nothing goes on, in a sentence; empty while it does
/// @param hold where it is held
/// @param release where it is released
public record QueueView(
    String pipeline, String href, String into, List<Link> links, int more, String held, String hold, String release)
    implements View.Fragment {
  /// How many of a long queue are shown.
  public static final int SHOWN = 40;

  /// @param position whose turn it is, from 1; 0 when it cannot land any more
  /// @param word what happens to it now
  /// @param tested what its candidates are made of: `main + #41 + #42`
  /// @param risk how probable it is that it fails by itself: `6 %`; empty when that is not known
  /// @param due when it should have landed, in words; may be empty
  /// @param why the last that was said of it
  /// @param up where it is moved up; empty when it cannot be
  /// @param says all of it in a sentence
  public record Link(
      String name,
      String href,
      String subject,
      String branch,
      Look look,
      int position,
      String word,
      List<String> tested,
      String risk,
      String due,
      String why,
      String up,
      Moment since,
      String says) {}

  @Override
  public String template() {
    return "queue";
  }

  /// What is found where the queue is unfolded.
  public String inside() {
    if (!links.isEmpty()) {
      return "What is tested on what, and why";
    }
    return held.isEmpty() ? "Hold the queue" : "Release the queue";
  }

  public static QueueView of(Flow flow, Instant now) {
    Integration integration = flow.pipeline().integration();
    List<Change> queue = flow.queue();
    Hold hold = flow.turns().hold();
    return new QueueView(
        flow.pipeline().name().text(),
        Links.queue(flow.pipeline().name()),
        integration == null ? "" : integration.into().text(),
        queue.stream().limit(SHOWN).map(change -> link(flow, change, now)).toList(),
        Math.max(0, queue.size() - SHOWN),
        hold == null ? "" : "Held by " + hold.by() + " since " + Prose.time(hold.at()) + ": " + hold.because(),
        Links.hold(flow.pipeline().name()),
        Links.release(flow.pipeline().name()));
  }

  private static Link link(Flow flow, Change change, Instant now) {
    Headline head = Headline.of(change, flow, now);
    Optional<Plan.Place> place = flow.turns().place(change.id());
    IntegrationQueue.Standing standing = IntegrationQueue.standing(change);
    int position = flow.position(change.id());
    return new Link(
        change.id().toString(),
        Links.change(change.id()),
        change.commit().subject(),
        change.aim().branch() == null ? "" : change.aim().branch().text(),
        Look.of(change.state()),
        position,
        word(flow, change, standing, place),
        tested(flow, change),
        place.map(its -> Math.round(100 * its.risk()) + "\u00a0%").orElse(""),
        head.left(),
        Prose.capital(flow.turns().last(change.id())),
        position > 1 ? Links.priority(change.id()) : "",
        Moment.of(change.createdAt(), now),
        Stream.of(change.commit().subject(), head.sentence(), head.clock().text().isEmpty() ? "" : "for " + head.clock().text(), head.left())
            .filter(part -> !part.isBlank())
            .collect(Collectors.joining(" · ")));
  }

  private static String word(
      Flow flow, Change change, IntegrationQueue.Standing standing, Optional<Plan.Place> place) {
    Plan.Standing policy = place.map(Plan.Place::standing).orElse(Plan.Standing.WAITING);
    return switch (standing) {
      case WAITING ->
          switch (policy) {
            case SUSPECT -> "to be tried by itself";
            case BLOCKED -> "does not fit on those ahead";
            case TESTED, WAITING -> held(flow, change);
          };
      case MERGING -> "merging";
      case TESTING -> policy == Plan.Standing.SUSPECT ? "tried by itself" : "testing";
      case PASSED -> "passed";
      case LEAVING -> "cannot land";
    };
  }

  private static String held(Flow flow, Change change) {
    return flow.carrier(change.id())
        .map(Carrier::toString)
        .or(() -> flow.before(change.id()).map(before -> "waits for #" + before.number()))
        .orElse("waiting");
  }

  private static List<String> tested(Flow flow, Change change) {
    Integration integration = flow.pipeline().integration();
    String into = integration == null ? "" : integration.into().text();
    return change.candidacies().stream()
        .filter(its -> its.running() || its.current() && its.state() instanceof Candidacy.State.Passed)
        .map(its -> into + its.open().stream().map(ChangeId::number).map(number -> " + #" + number).collect(Collectors.joining()))
        .toList();
  }
}
