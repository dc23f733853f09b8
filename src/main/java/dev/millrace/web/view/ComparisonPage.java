package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.CommitId;
import dev.millrace.change.Image;
import dev.millrace.change.StageState;
import dev.millrace.engine.Past;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.TextDifference;
import dev.millrace.statistics.Summary;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A change beside another one: as a rule the last that passed before it.
///
/// @param heading what this is; on the page of a change the same stands above it
/// @param verdict the answer in a sentence
/// @param other the change it is compared with; empty when there is none
/// @param rule when a stage counts as slower or faster
public record ComparisonPage(
    Frame frame,
    String heading,
    String change,
    String changeHref,
    String other,
    String otherHref,
    String href,
    String verdict,
    CommitsView commits,
    List<Row> stages,
    List<Pair> images,
    DiffView definition,
    String rule)
    implements View.Page {

  /// @param kind `slower`, `faster`, `same`, `added`, `removed` or `broken`
  /// @param says what to know of it; empty when it is as usual
  public record Row(String stage, Look before, String beforeTime, Look now, String nowTime, String kind, String says) {}

  /// What else there is to know of the two.
  public record Evidence(Past.Answer between, TextDifference definition) {}

  @Override
  public String template() {
    return "comparison";
  }

  /// The commit that the change's steps worked on.
  public static CommitId worked(Change change) {
    Candidate candidate = change.candidate();
    return candidate == null ? change.commit().id() : candidate.commit();
  }

  /// When nothing passed before it.
  public static ComparisonPage alone(Change change, Site site) {
    return new ComparisonPage(
        frame(change, site), heading(change), change.id().toString(), Links.change(change.id()), "", "", Links.comparison(change.id()),
        "No change of " + change.id().pipeline() + " passed before this one, so there is nothing to compare it with.",
        new CommitsView("", List.of(), ""), List.of(), List.of(), DiffView.NONE, "");
  }

  public static ComparisonPage of(Change change, Change other, Evidence evidence, Map<StageName, Summary> statistics, Site site) {
    List<Row> rows = rows(change, other, statistics);
    List<Pair> images = images(change, other);
    CommitsView commits = CommitsView.of(evidence.between(), "No commits: both worked on the same.");
    return new ComparisonPage(
        frame(change, site),
        heading(change),
        change.id().toString(),
        Links.change(change.id()),
        other.id().toString(),
        Links.change(other.id()),
        Links.comparison(change.id()),
        verdict(other, evidence, rows, images),
        commits,
        rows,
        images,
        DiffView.of(evidence.definition()),
        Pace.RULE);
  }

  private static Frame frame(Change change, Site site) {
    return Frame.of(
            site,
            "What changed in #" + change.id().number() + " · " + change.id().pipeline(),
            "",
            new Frame.Crumb("Pipelines", Links.HOME),
            new Frame.Crumb(change.id().pipeline().text(), Links.pipeline(change.id().pipeline())),
            new Frame.Crumb("#" + change.id().number(), Links.change(change.id())),
            new Frame.Crumb("Comparison", ""))
        .with("change");
  }

  static String heading(Change change) {
    return change.state() instanceof ChangeState.Failed ? "What changed since it was last green" : "Compared with the change that passed before";
  }

  private static String verdict(Change other, Evidence evidence, List<Row> rows, List<Pair> images) {
    var what = new ArrayList<String>();
    if (evidence.between() instanceof Past.Answer.Known(var between) && !between.isEmpty()) {
      what.add((between.unbounded() ? "more than " : "") + Prose.count(between.count(), "commit"));
    }
    if (!evidence.definition().isEmpty()) {
      what.add("the pipeline's definition");
    }
    if (!images.isEmpty()) {
      what.add(Prose.count(images.size(), "image"));
    }
    for (String kind : List.of("added", "removed", "slower", "faster")) {
      List<String> stages = rows.stream().filter(row -> row.kind().equals(kind)).map(Row::stage).toList();
      if (!stages.isEmpty()) {
        String names = stages.size() > 3 ? Prose.count(stages.size(), "stage") : DifferencePage.joined(stages);
        what.add(
            names + (stages.size() == 1 ? " is " : " are ") + switch (kind) {
              case "added" -> "new";
              case "removed" -> "gone";
              default -> kind;
            });
      }
    }
    boolean passed = other.state() instanceof ChangeState.Passed;
    String since = passed ? "Since " + other.id() + ", which passed: " : "Beside " + other.id() + ": ";
    return what.isEmpty() ? since + "nothing differs that is known here." : since + DifferencePage.joined(what) + ".";
  }

  private static List<Row> rows(Change change, Change other, Map<StageName, Summary> statistics) {
    Standing now = Standing.of(change);
    Standing before = Standing.of(other);
    var rows = new ArrayList<Row>();
    for (Stage stage : change.pipeline().stages()) {
      Optional<Stage> was = other.pipeline().find(stage.name());
      Look look = Cell.look(now.state(stage), now.attempts(stage));
      Optional<Duration> took = took(now, stage);
      if (was.isEmpty()) {
        rows.add(new Row(stage.name().text(), Look.ABSENT, "", look, text(took), "added", "new"));
        continue;
      }
      Optional<Duration> tookBefore = took(before, was.get());
      boolean both = now.state(stage) == StageState.PASSED && before.state(was.get()) == StageState.PASSED && took.isPresent() && tookBefore.isPresent();
      Pace pace = both ? Pace.of(tookBefore.orElseThrow(), took.orElseThrow(), statistics.getOrDefault(stage.name(), Summary.NONE)) : new Pace("same", "");
      boolean broken = now.state(stage) == StageState.FAILED && before.state(was.get()) == StageState.PASSED;
      rows.add(
          new Row(
              stage.name().text(), Cell.look(before.state(was.get()), before.attempts(was.get())), text(tookBefore), look, text(took),
              broken ? "broken" : pace.kind(), broken ? "passed before" : pace.sentence()));
    }
    for (Stage gone : other.pipeline().stages()) {
      if (change.pipeline().find(gone.name()).isEmpty()) {
        rows.add(new Row(gone.name().text(), Cell.look(before.state(gone), before.attempts(gone)), text(took(before, gone)), Look.ABSENT, "", "removed", "gone"));
      }
    }
    return List.copyOf(rows);
  }

  private static String text(Optional<Duration> duration) {
    return duration.map(Prose::duration).orElse("");
  }

  private static Optional<Duration> took(Standing standing, Stage stage) {
    var attempts = standing.attempts(stage);
    if (attempts.isEmpty() || !attempts.stream().allMatch(Attempt::ended)) {
      return Optional.empty();
    }
    Optional<java.time.Instant> end = attempts.stream().flatMap(attempt -> attempt.finishedAt().stream()).max(java.util.Comparator.naturalOrder());
    return Estimate.began(attempts).flatMap(began -> end.map(finished -> Duration.between(began, finished)));
  }

  /// The images that are not the same ones, by step; what has not begun in both is left out.
  private static List<Pair> images(Change change, Change other) {
    Map<String, Image> before = images(other);
    var pairs = new ArrayList<Pair>();
    images(change).forEach(
        (step, image) -> {
          @Nullable Image was = before.get(step);
          if (was != null && !was.equals(image)) {
            pairs.add(new Pair(step, was.name() + " " + was.abbreviated(), image.name() + " " + image.abbreviated(), "changed", "differs"));
          }
        });
    return List.copyOf(pairs);
  }

  private static Map<String, Image> images(Change change) {
    return change.pipeline().stages().stream()
        .flatMap(stage -> change.counting(stage.name()).values().stream())
        .filter(attempt -> attempt.image() != null)
        .collect(
            Collectors.toMap(
                attempt -> attempt.id().stage() + "/" + attempt.id().step(),
                attempt -> java.util.Objects.requireNonNull(attempt.image()),
                (first, _) -> first,
                java.util.TreeMap::new));
  }
}
