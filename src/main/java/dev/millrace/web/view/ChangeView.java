package dev.millrace.web.view;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import java.time.Instant;
import java.util.List;

/// Everything about one change.
///
/// @param candidate empty while it is not known, or when it is the commit itself
/// @param base what the candidate stands on; empty like it
/// @param advice what its author can do when nothing here can be pressed; empty otherwise
/// @param live what it listens to
/// @param title the title of the window
public record ChangeView(
    Headline head,
    String commit,
    String candidate,
    String base,
    String by,
    String definition,
    String definitionCommit,
    Waterfall waterfall,
    List<Box> stages,
    List<Line> notes,
    String advice,
    String attempts,
    String live,
    String href,
    String title)
    implements View.Fragment {

  /// A stage and what became of its steps.
  ///
  /// @param needs what has to pass before it; empty when nothing
  /// @param plan its steps while none of them has been tried, else empty
  public record Box(
      String name, Look look, Clock clock, String left, boolean gate, boolean again, String needs, String plan, List<Item> steps) {}

  public record Item(String name, String kind, List<Try> tries) {}

  /// One attempt of a step.
  ///
  /// @param counts whether it is one that the stage's state follows from
  /// @param log empty when there is none
  public record Try(int number, Look look, String why, Clock clock, boolean counts, String log, String commit, Moment planned) {}

  /// @param iso when it was, for machines
  /// @param time the same for people
  public record Line(String iso, String time, String sentence) {}

  @Override
  public String template() {
    return "body";
  }

  /// @param notes its history, oldest first
  public static ChangeView of(Change change, Flow flow, List<Note> notes, Instant now) {
    Standing standing = Standing.of(change);
    Headline head = Headline.of(change, standing, flow, now);
    Candidate candidate = change.candidate();
    boolean merged = candidate != null && !candidate.commit().equals(change.commit().id());
    return new ChangeView(
        head,
        change.commit().id().abbreviated(),
        candidate != null && merged ? candidate.commit().abbreviated() : "",
        candidate != null && merged ? candidate.base().abbreviated() : "",
        change.by(),
        Links.definition(change.id().pipeline()),
        PipelineView.abbreviated(change.definition().commit()),
        Waterfall.of(change, standing, now),
        change.pipeline().stages().stream().map(stage -> box(change, stage, standing, flow, now)).toList(),
        notes.stream().map(note -> new Line(note.at().toString(), Prose.time(note.at()), Prose.capital(note.sentence()))).toList(),
        advice(change),
        Links.attempts(change.id()),
        change.id().pipeline() + "/" + change.id().number(),
        Links.body(change.id()),
        title(change, head));
  }

  /// The icon of the window.
  public String icon() {
    return TabView.icon(head.look());
  }

  private static String advice(Change change) {
    return change.state() instanceof ChangeState.Failed
            && change.candidate() == null
            && change.aim() instanceof Aim.Integrate(var branch, var into)
        ? "Bring " + branch + " up to date with " + into + " and push it again."
        : "";
  }

  static String title(Change change, Headline head) {
    return head.title() + " · " + change.id().pipeline();
  }

  private static Box box(Change change, Stage stage, Standing standing, Flow flow, Instant now) {
    Cell cell = Cell.of(change, stage, standing, flow, now);
    return new Box(
        stage.name().text(),
        cell.look(),
        cell.clock(),
        cell.left(),
        stage.promotes(),
        cell.again(),
        String.join(", ", stage.needs().stream().map(StageName::text).toList()),
        change.attempts(stage.name()).isEmpty() ? String.join(", ", stage.steps().stream().map(step -> step.name().text()).toList()) : "",
        stage.steps().stream().map(step -> item(change, stage, step, standing, now)).toList());
  }

  private static Item item(Change change, Stage stage, Step step, Standing standing, Instant now) {
    Attempt counting = standing.counting(stage.name()).get(step.name());
    List<Try> tries =
        change.attempts(stage.name()).stream()
            .filter(attempt -> attempt.id().step().equals(step.name()))
            .map(attempt -> attempt(attempt, step, attempt.equals(counting), now))
            .toList();
    return new Item(
        step.name().text(),
        switch (step) {
          case Step.Container container -> container.image().template();
          case Step.Promotion _ -> "promotion";
        },
        tries.reversed());
  }

  private static Try attempt(Attempt attempt, Step step, boolean counts, Instant now) {
    return new Try(
        attempt.id().number(),
        Look.of(attempt.state()),
        Headline.why(attempt),
        Waterfall.clock(attempt, now),
        counts,
        step instanceof Step.Promotion ? "" : Links.log(attempt.id()),
        attempt.commit().abbreviated(),
        Moment.of(attempt.plannedAt(), now));
  }
}
