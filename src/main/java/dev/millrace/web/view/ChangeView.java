package dev.millrace.web.view;

import java.util.stream.Collectors;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything about one change.
///
/// @param candidate empty while it is not known, or when it is the commit itself
/// @param base what the candidate stands on; empty like it
/// @param parameters the values of what its pipeline asks for; empty when it asks for nothing
/// @param alarms what failed, worst first: what one has to look at before anything else
/// @param pinned whether running again can only mean the definition it follows: today's is the same
/// @param again what running again by the definition it follows does
/// @param anew what running again by today's definition does
/// @param stopping what cancelling does
/// @param since what the comparison with an earlier change is called
/// @param comparison where it is
/// @param advice what its author can do when nothing here can be pressed; empty otherwise
/// @param goes its candidates, the last one first; empty for what is not integrated
/// @param live what it listens to
/// @param title the title of the window
public record ChangeView(
    Headline head,
    Id commit,
    Id candidate,
    Id base,
    String by,
    List<Given> parameters,
    String definition,
    String definitionCommit,
    List<Alarm> alarms,
    Waterfall waterfall,
    List<Box> stages,
    List<Go> goes,
    List<Line> notes,
    String advice,
    boolean pinned,
    String again,
    String anew,
    String stopping,
    String since,
    String comparison,
    String attempts,
    String live,
    String href,
    String title)
    implements View.Fragment {

  /// The value of a parameter.
  public record Given(String name, String value) {}

  /// A commit that can be looked up and copied.
  ///
  /// @param text abbreviated; empty when there is none
  public record Id(String text, String full, String href) {
    static final Id NONE = new Id("", "", "");

    static Id of(CommitId commit) {
      return new Id(commit.abbreviated(), commit.hex(), Links.commit(commit));
    }
  }

  /// A step that failed or could not be run.
  ///
  /// @param lines what it printed around its first error; empty when it printed nothing
  /// @param log where all of it is; empty when there is no log
  /// @param more what to call it
  /// @param again whether it makes sense to run the change again from its stage
  /// @param difference where its attempts stand side by side; empty when there is only one
  public record Alarm(
      String id, String stage, String step, Look look, String sentence, List<LinesView.Line> lines, String log, String more, boolean again, String difference) {}

  /// What else the page is made of.
  ///
  /// @param latest today's definition; null when the pipeline is not defined any more
  /// @param tails the telling lines of what failed, by attempt
  public record Evidence(@Nullable Definition latest, Map<AttemptId, List<LogLine>> tails) {
    public static final Evidence NONE = new Evidence(null, Map.of());
  }

  /// A stage and what became of its steps.
  ///
  /// @param open whether its steps are shown without being asked for
  /// @param summary its steps in a few words
  /// @param needs what has to pass before it; empty when nothing
  /// @param plan its steps while none of them has been tried, else empty
  public record Box(
      String name, Look look, Clock clock, String left, boolean gate, boolean again, boolean open, String summary, String needs, String plan, List<Item> steps) {}

  /// @param difference where its attempts stand side by side; empty when there are not two
  public record Item(String id, String name, String kind, String difference, List<Try> tries) {}

  /// One attempt of a step.
  ///
  /// @param counts whether it is one that the stage's state follows from
  /// @param log empty when there is none
  /// @param image the content it ran in, abbreviated; empty while that is not known
  /// @param digest the same in full
  public record Try(int number, Look look, String why, Clock clock, boolean counts, String log, String commit, Moment planned, String image, String digest) {}

  /// A candidate of this change.
  ///
  /// @param made what it was made of: `main + #41 + #42`
  /// @param base the commit that it stood on; empty while it is not known
  /// @param word what came of it
  public record Go(int number, String made, Id base, Id commit, Look look, String word, String why, Moment at) {}

  /// @param iso when it was, for machines
  /// @param time the same for people
  public record Line(String iso, String time, String sentence) {}

  @Override
  public String template() {
    return "body";
  }

  public static ChangeView of(Change change, Flow flow, List<Note> notes, Instant now) {
    return of(change, flow, notes, Evidence.NONE, now);
  }

  /// @param notes its history, oldest first
  public static ChangeView of(Change change, Flow flow, List<Note> notes, Evidence evidence, Instant now) {
    return of(change, flow, notes, evidence, now, Waiting.UNKNOWN);
  }

  /// @param notes its history, oldest first
  public static ChangeView of(Change change, Flow flow, List<Note> notes, Evidence evidence, Site site) {
    return of(change, flow, notes, evidence, site.now(), Waiting.at(site));
  }

  private static ChangeView of(
      Change change, Flow flow, List<Note> notes, Evidence evidence, Instant now, Waiting waiting) {
    Standing standing = Standing.of(change);
    Headline head = Headline.of(change, standing, flow, now, waiting);
    Candidate candidate = change.candidate();
    boolean merged = candidate != null && !candidate.commit().equals(change.commit().id());
    return new ChangeView(
        head,
        Id.of(change.commit().id()),
        candidate != null && merged ? Id.of(candidate.commit()) : Id.NONE,
        candidate != null && merged ? Id.of(candidate.base()) : Id.NONE,
        change.by(),
        change.values().entrySet().stream().map(its -> new Given(its.getKey(), its.getValue().isEmpty() ? "(empty)" : its.getValue())).toList(),
        Links.definition(change.id().pipeline()),
        PipelineView.abbreviated(change.definition().commit()),
        alarms(change, standing, evidence),
        Waterfall.of(change, standing, now),
        change.pipeline().stages().stream().map(stage -> box(change, stage, standing, flow, now, waiting)).toList(),
        change.candidacies().reversed().stream().map(candidacy -> go(change, candidacy, now)).toList(),
        notes.stream().map(note -> new Line(note.at().toString(), Prose.time(note.at()), Prose.capital(note.sentence()))).toList(),
        advice(change),
        evidence.latest() == null || evidence.latest().text().equals(change.definition().text()),
        "Runs this stage and all that depend on it once more, on the same commit; what passed before it is kept. Earlier attempts stay.",
        "Does the same by the pipeline as it is defined today"
            + (evidence.latest() == null ? "" : ", at " + PipelineView.abbreviated(evidence.latest().commit()))
            + ", instead of as it was when this change came.",
        stopping(change),
        ComparisonPage.heading(change),
        Links.comparison(change.id()),
        Links.attempts(change.id()),
        change.id().pipeline() + "/" + change.id().number(),
        Links.body(change.id()),
        title(change, head));
  }

  /// Whether its candidates tell anything that the rest of the page does not.
  public boolean telling() {
    return goes.size() > 1 || goes.stream().anyMatch(go -> !go.why().isEmpty() || go.made().indexOf(" + ") != go.made().lastIndexOf(" + "));
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

  private static String stopping(Change change) {
    boolean landed = change.landed() && change.aim() instanceof Aim.Integrate;
    return (change.active() ? "Stops the steps that run, and nothing further begins" : "Nothing further begins")
        + (landed ? "; it is on its target already and stays there." : change.aim() instanceof Aim.Integrate(var branch, var into) ? "; " + branch + " does not go into " + into + "." : ".");
  }

  /// At most so many; the rest stands among the stages.
  private static final int ALARMS = 3;

  /// The attempts whose logs the page quotes.
  public static List<Attempt> alarming(Change change) {
    return alarming(change, Standing.of(change));
  }

  private static List<Attempt> alarming(Change change, Standing standing) {
    return change.pipeline().stages().stream()
        .flatMap(stage -> standing.attempts(stage).stream().sorted(Comparator.comparing(Attempt::id)))
        .filter(attempt -> attempt.state() instanceof AttemptState.Failed || attempt.state() instanceof AttemptState.Errored)
        .limit(ALARMS)
        .toList();
  }

  private static List<Alarm> alarms(Change change, Standing standing, Evidence evidence) {
    return alarming(change, standing).stream().map(attempt -> alarm(change, attempt, standing, evidence)).toList();
  }

  private static Alarm alarm(Change change, Attempt attempt, Standing standing, Evidence evidence) {
    Stage stage = change.pipeline().stage(attempt.id().stage());
    Step step = stage.step(attempt.id().step());
    List<LogLine> tail = evidence.tails().getOrDefault(attempt.id(), List.of());
    boolean promotion = step instanceof Step.Promotion;
    String took = attempt.duration().map(duration -> " after " + Prose.duration(duration)).orElse("");
    return new Alarm(
        "alarm-" + stage.name() + "-" + step.name(),
        stage.name().text(),
        step.name().text(),
        Look.of(attempt.state()),
        Prose.capital(Headline.why(attempt)) + took + ".",
        LinesView.quoted(attempt, tail),
        promotion ? "" : tail.isEmpty() ? Links.log(attempt.id()) : Links.log(attempt.id()) + "#L" + tail.getFirst().number(),
        tail.isEmpty() ? "Log" : "The whole log",
        Cell.again(change, stage, standing),
        difference(change, stage, step));
  }

  private static String difference(Change change, Stage stage, Step step) {
    long tries = change.attempts(stage.name()).stream().filter(attempt -> attempt.id().step().equals(step.name())).count();
    return tries < 2 ? "" : Links.difference(change.id(), stage.name(), step.name());
  }

  static String title(Change change, Headline head) {
    return head.title() + " · " + change.id().pipeline();
  }

  private static Box box(Change change, Stage stage, Standing standing, Flow flow, Instant now, Waiting waiting) {
    Cell cell = Cell.of(change, stage, standing, flow, now, waiting);
    return new Box(
        stage.name().text(),
        cell.look(),
        cell.clock(),
        cell.left(),
        stage.moves(),
        cell.again(),
        cell.look() != Look.PASSED && cell.look() != Look.PENDING && cell.look() != Look.SKIPPED,
        summary(change, stage),
        String.join(", ", stage.needs().stream().map(StageName::text).toList()),
        change.attempts(stage.name()).isEmpty() ? String.join(", ", stage.steps().stream().map(step -> step.name().text()).toList()) : "",
        stage.steps().stream().map(step -> item(change, stage, step, standing, now, waiting)).toList());
  }

  private static Go go(Change change, Candidacy candidacy, Instant now) {
    String into = change.aim() instanceof Aim.Integrate(var _, var target) ? target.text() : "";
    return new Go(
        candidacy.number(),
        into + candidacy.changes().stream().map(its -> " + #" + its.number()).collect(Collectors.joining()),
        candidacy.candidate().map(candidate -> Id.of(candidate.base())).orElse(Id.NONE),
        candidacy.candidate().map(candidate -> Id.of(candidate.commit())).orElse(Id.NONE),
        switch (candidacy.state()) {
          case Candidacy.State.Merging _ -> Look.MERGING;
          case Candidacy.State.Testing _ -> Look.RUNNING;
          case Candidacy.State.Passed _, Candidacy.State.Landed _ -> Look.PASSED;
          case Candidacy.State.Failed _, Candidacy.State.Conflicted _ -> Look.FAILED;
          case Candidacy.State.Dropped _ -> Look.CANCELLED;
        },
        switch (candidacy.state()) {
          case Candidacy.State.Merging _ -> "merging";
          case Candidacy.State.Testing _ -> "testing";
          case Candidacy.State.Passed _ -> "passed";
          case Candidacy.State.Failed _ -> "failed";
          case Candidacy.State.Conflicted _ -> "in conflict";
          case Candidacy.State.Dropped _ -> "given up";
          case Candidacy.State.Landed _ -> "landed";
        },
        candidacy.state() instanceof Candidacy.State.Landed landed && !landed.with().equals(change.id())
            ? "With " + landed.with()
            : Prose.capital(candidacy.because()),
        Moment.of(candidacy.at(), now));
  }

  private static String summary(Change change, Stage stage) {
    int tries = change.latestNumber(stage.name());
    return Prose.count(stage.steps().size(), "step") + (tries > 1 ? ", " + tries + " attempts" : "");
  }

  private static Item item(Change change, Stage stage, Step step, Standing standing, Instant now, Waiting waiting) {
    Attempt counting = standing.counting(stage.name()).get(step.name());
    List<Try> tries =
        change.attempts(stage.name()).stream()
            .filter(attempt -> attempt.id().step().equals(step.name()))
            .map(attempt -> attempt(attempt, step, attempt.equals(counting), now, waiting))
            .toList();
    return new Item(
        "difference-" + stage.name() + "-" + step.name(),
        step.name().text(),
        switch (step) {
          case Step.Container container -> container.image().template();
          case Step.Promotion _ -> "promotion";
        },
        difference(change, stage, step),
        tries.reversed());
  }

  private static Try attempt(Attempt attempt, Step step, boolean counts, Instant now, Waiting waiting) {
    return new Try(
        attempt.id().number(),
        Look.of(attempt.state()),
        waiting.reason(List.of(attempt)).map(what -> "waits for " + what).orElseGet(() -> Headline.why(attempt)),
        Waterfall.clock(attempt, now),
        counts,
        step instanceof Step.Promotion ? "" : Links.log(attempt.id()),
        attempt.commit().abbreviated(),
        Moment.of(attempt.plannedAt(), now),
        attempt.image() == null ? "" : attempt.image().abbreviated(),
        attempt.image() == null ? "" : attempt.image().digest());
  }
}
