package dev.millrace.web.view;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.engine.Past;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.flow.Owed;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.TextDifference;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/// Two attempts of a step side by side: what came of them, and what was different.
///
/// @param verdict the answer in a sentence
/// @param flaky whether nothing differed but the result
/// @param results what came of them
/// @param causes what they were made of
/// @param variables those of the environment that are not the same
/// @param same how many variables are
/// @param choices every attempt there is, to choose from
public record DifferencePage(
    Frame frame,
    String title,
    String change,
    String changeHref,
    String href,
    Side first,
    Side second,
    String verdict,
    boolean flaky,
    List<Pair> results,
    List<Pair> causes,
    List<Pair> variables,
    int same,
    CommitsView commits,
    DiffView definition,
    List<Choice> choices)
    implements View.Page {

  /// @param log empty when there is none
  public record Side(int number, String name, Look look, String log) {}

  public record Choice(int number, String text, boolean first, boolean second) {}

  /// The definitions that the two followed, and what git and the texts say.
  public record Evidence(Definition first, Definition second, Past.Answer between, TextDifference definition) {}

  public List<Side> sides() {
    return List.of(first, second);
  }

  @Override
  public String template() {
    return "difference";
  }

  /// The two that say most: the last one that failed and the one behind it, else the last two; empty when there are not
  /// two.
  ///
  /// @param attempts of one step, oldest first
  public static Optional<List<Attempt>> telling(List<Attempt> attempts) {
    for (int at = attempts.size() - 2; at >= 0; at--) {
      if (attempts.get(at).state() instanceof AttemptState.Failed) {
        return Optional.of(attempts.subList(at, at + 2));
      }
    }
    return attempts.size() < 2 ? Optional.empty() : Optional.of(attempts.subList(attempts.size() - 2, attempts.size()));
  }

  public static DifferencePage of(Change change, Attempt first, Attempt second, Evidence evidence, Site site) {
    Optional<Assignment> one = Owed.assignment(change.following(evidence.first()), first);
    Optional<Assignment> other = Owed.assignment(change.following(evidence.second()), second);
    List<Pair> causes = causes(first, second, one, other);
    List<Pair> variables = variables(one, other);
    List<Pair> differing = variables.stream().filter(Pair::differs).toList();
    boolean redefined = !evidence.definition().isEmpty();
    boolean known = first.image() != null && second.image() != null || one.isEmpty();
    boolean judged = judged(first) && judged(second);
    boolean unchanged = causes.stream().noneMatch(Pair::differs) && differing.isEmpty();
    boolean flaky = unchanged && known && judged && first.passed() != second.passed();
    String step = first.id().stage() + " / " + first.id().step();
    return new DifferencePage(
        Frame.of(
                site,
                "#" + first.id().number() + " and #" + second.id().number() + " of " + first.id().stage() + "/" + first.id().step() + " · " + change.id(),
                "",
                new Frame.Crumb("Pipelines", Links.HOME),
                new Frame.Crumb(change.id().pipeline().text(), Links.pipeline(change.id().pipeline())),
                new Frame.Crumb("#" + change.id().number(), Links.change(change.id())),
                new Frame.Crumb(step, Links.log(second.id())),
                new Frame.Crumb("Difference", ""))
            .with("change"),
        step,
        change.id().toString(),
        Links.change(change.id()) + "#stage-" + first.id().stage(),
        Links.difference(change.id(), first.id().stage(), first.id().step()),
        side(first, one),
        side(second, other),
        verdict(first, second, causes, differing, redefined, known, judged),
        flaky,
        results(first, second, site.now()),
        causes,
        differing,
        (int) variables.stream().filter(pair -> !pair.differs()).count(),
        first.commit().equals(second.commit()) ? new CommitsView("", List.of(), "") : CommitsView.of(evidence.between(), "The second one's commit has nothing that the first one's lacks."),
        DiffView.of(evidence.definition()),
        change.attempts(first.id().stage()).stream()
            .filter(attempt -> attempt.id().step().equals(first.id().step()))
            .map(attempt -> new Choice(attempt.id().number(), "Attempt " + attempt.id().number() + ", " + Look.of(attempt.state()).word(), attempt.equals(first), attempt.equals(second)))
            .toList());
  }

  private static Side side(Attempt attempt, Optional<Assignment> assignment) {
    return new Side(attempt.id().number(), "Attempt " + attempt.id().number(), Look.of(attempt.state()), assignment.isPresent() ? Links.log(attempt.id()) : "");
  }

  private static boolean judged(Attempt attempt) {
    return attempt.state() instanceof AttemptState.Passed || attempt.state() instanceof AttemptState.Failed;
  }

  private static String verdict(
      Attempt first, Attempt second, List<Pair> causes, List<Pair> variables, boolean redefined, boolean known, boolean judged) {
    var what = new ArrayList<String>();
    causes.stream().filter(Pair::differs).forEach(pair -> what.add("the " + pair.what().toLowerCase(java.util.Locale.ROOT)));
    if (!variables.isEmpty()) {
      what.add(Prose.count(variables.size(), "variable") + " of the environment");
    }
    String aside = redefined ? " The pipeline's definition differs, but not in what this step does." : "";
    if (!what.isEmpty()) {
      return "What differed: " + joined(what) + ".";
    }
    if (!known) {
      return "As far as is known nothing differed; at least one of them never began, so nobody knows its image." + aside;
    }
    String nothing = "Nothing differed: same commit, same image, same environment.";
    if (!judged) {
      return nothing + aside;
    }
    return first.passed() == second.passed()
        ? nothing + " Both " + (first.passed() ? "passed." : "failed.") + aside
        : nothing + " The result did: this step is flaky." + aside;
  }

  static String joined(List<String> what) {
    return what.size() < 2 ? String.join("", what) : String.join(", ", what.subList(0, what.size() - 1)) + " and " + what.getLast();
  }

  private static List<Pair> results(Attempt first, Attempt second, Instant now) {
    return List.of(
        Pair.of("Result", Look.of(first.state()).word(), Look.of(second.state()).word()),
        Pair.of("Reason", Headline.why(first), Headline.why(second)),
        Pair.of("Exit code", code(first), code(second)),
        Pair.of("Worked", Waterfall.clock(first, now).text(), Waterfall.clock(second, now).text()),
        Pair.of("Waited before", waited(first), waited(second)),
        Pair.of("Planned", Prose.full(first.plannedAt()), Prose.full(second.plannedAt())));
  }

  private static String code(Attempt attempt) {
    return switch (attempt.state()) {
      case AttemptState.Passed _ -> "0";
      case AttemptState.Failed(var _, var _, Fault.ExitCode(int code)) -> Integer.toString(code);
      case AttemptState.Failed _, AttemptState.Planned _, AttemptState.Running _, AttemptState.Stopping _, AttemptState.Errored _, AttemptState.Cancelled _ -> "";
    };
  }

  static String waited(Attempt attempt) {
    return attempt.startedAt().map(started -> Prose.duration(Duration.between(attempt.plannedAt(), started))).orElse("");
  }

  private static List<Pair> causes(Attempt first, Attempt second, Optional<Assignment> one, Optional<Assignment> other) {
    var pairs = new ArrayList<Pair>();
    pairs.add(Pair.of("Commit", first.commit().abbreviated(), second.commit().abbreviated()));
    if (one.isEmpty() && other.isEmpty()) {
      return pairs;
    }
    pairs.add(Pair.of("Image", text(one, Assignment::image), text(other, Assignment::image)));
    pairs.add(content(first.image(), second.image()));
    pairs.add(Pair.of("Command", text(one, Assignment::command), text(other, Assignment::command)));
    pairs.add(Pair.of("Time limit", text(one, its -> Prose.duration(its.timeout())), text(other, its -> Prose.duration(its.timeout()))));
    pairs.add(Pair.of("Limits", text(one, DifferencePage::limits), text(other, DifferencePage::limits)));
    pairs.add(Pair.of("Network", text(one, its -> its.network() ? "yes" : "none"), text(other, its -> its.network() ? "yes" : "none")));
    return List.copyOf(pairs);
  }

  /// An image that nobody knows is not one that differs.
  private static Pair content(@org.jspecify.annotations.Nullable Image one, @org.jspecify.annotations.Nullable Image other) {
    if (one == null || other == null) {
      return new Pair("Image content", one == null ? "not known" : one.abbreviated(), other == null ? "not known" : other.abbreviated(), "same", "not known");
    }
    return one.digest().equals(other.digest())
        ? Pair.of("Image content", one.abbreviated(), one.abbreviated())
        : new Pair("Image content", one.abbreviated(), other.abbreviated(), "changed", "differs");
  }

  private static String text(Optional<Assignment> assignment, java.util.function.Function<Assignment, String> what) {
    return assignment.map(what).orElse("");
  }

  private static String limits(Assignment assignment) {
    var limits = assignment.limits();
    String cpus = limits.cpus() == Math.rint(limits.cpus()) ? Long.toString((long) limits.cpus()) : Double.toString(limits.cpus());
    return cpus + " processors, " + (limits.memory() >> 20) + " MiB, " + limits.processes() + " processes";
  }

  /// What Millrace itself sets anew for each attempt is left out: the attempt's number, and the commit, which is said
  /// already.
  private static List<Pair> variables(Optional<Assignment> one, Optional<Assignment> other) {
    Map<String, String> before = one.map(Assignment::environment).orElse(Map.of());
    Map<String, String> after = other.map(Assignment::environment).orElse(Map.of());
    var names = new TreeSet<>(before.keySet());
    names.addAll(after.keySet());
    names.removeAll(List.of("MILLRACE_ATTEMPT", "MILLRACE_COMMIT"));
    return names.stream().map(name -> variable(name, before, after)).toList();
  }

  private static Pair variable(String name, Map<String, String> before, Map<String, String> after) {
    if (!before.containsKey(name)) {
      return new Pair(name, "", after.getOrDefault(name, ""), "added", "added");
    }
    if (!after.containsKey(name)) {
      return new Pair(name, before.getOrDefault(name, ""), "", "removed", "removed");
    }
    String was = before.getOrDefault(name, "");
    String is = after.getOrDefault(name, "");
    return new Pair(name, was, is, was.equals(is) ? "same" : "changed", was.equals(is) ? "the same" : "differs");
  }
}
