package dev.millrace.flow;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.change.TreeId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import dev.millrace.pipeline.Text;
import dev.millrace.queue.IntegrationQueue;
import dev.millrace.queue.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A small world for stories about the rules: verbs that people and machines have, and one-line pictures of the result.
final class Scene {
  static final RepositoryName SHOP = new RepositoryName("shop");
  static final BranchName MAIN = new BranchName("main");

  InFlight now = InFlight.NOTHING;
  Instant clock = Instant.parse("2026-01-01T00:00:00Z");
  final List<String> notes = new ArrayList<>();
  final Map<ChangeId, Change> ended = new LinkedHashMap<>();
  final List<Decision> decisions = new ArrayList<>();

  static CommitId commit(String seed) {
    return new CommitId((Integer.toHexString(seed.hashCode() & 0xfffffff) + "0".repeat(40)).substring(0, 40));
  }

  /// `build` starts at once, `verify(build): unit browser` has two steps, `main!(verify)` promotes.
  static Stage stage(String text) {
    String[] halves = text.split(":");
    String head = halves[0].strip();
    List<StageName> needs =
        head.contains("(")
            ? Arrays.stream(head.substring(head.indexOf('(') + 1, head.indexOf(')')).split(",\\s*"))
                .map(StageName::new)
                .toList()
            : List.of();
    String name = head.replaceAll("\\(.*", "");
    if (name.endsWith("!")) {
      return Stage.promotion(new StageName(name.substring(0, name.length() - 1)), needs);
    }
    String steps = halves.length > 1 ? halves[1].strip() : name;
    return new Stage(
        new StageName(name), needs, Arrays.stream(steps.split("\\s+")).map(Scene::step).toList());
  }

  private static Step step(String name) {
    return new Step.Container(
        new StepName(name),
        Text.plain("image"),
        new Text("./zero " + name + " ${change.number}"),
        Map.of("AUTHOR", new Text("${change.author}")),
        Duration.ofMinutes(10),
        Limits.DEFAULT,
        false);
  }

  static Definition pipeline(String name, int parallel, String... stages) {
    var integration = new Integration(List.of(new BranchPattern("integrate/**")), MAIN, parallel);
    return define(name, integration, List.of(), stages);
  }

  static Definition define(String name, Integration integration, List<BranchPattern> pushes, String... stages) {
    var pipeline =
        new Pipeline(
            new PipelineName(name), SHOP, integration, pushes, Arrays.stream(stages).map(Scene::stage).toList());
    String text = name + integration + pushes + List.of(stages);
    return new Definition(pipeline, commit(text).hex(), name + ".yml", text);
  }

  Scene defined(Definition... definitions) {
    return tell(new Event.Defined(tick(), List.of(definitions)));
  }

  Scene pushed(String branch, String commit) {
    var what = new Commit(commit(commit), "Add " + commit, "alice");
    return tell(new Event.BranchMoved(tick(), SHOP, new BranchName(branch), what, "alice"));
  }

  /// These branches in one push, each with a commit of its own name.
  Scene pushedAtOnce(String... branches) {
    List<Event.BranchMoved> moves =
        Stream.of(branches)
            .map(
                branch -> {
                  var what = new Commit(commit(branch), "Add " + branch, "alice");
                  return new Event.BranchMoved(tick(), SHOP, new BranchName(branch), what, "alice");
                })
            .toList();
    Flow.decide(now, moves).forEach(this::take);
    return this;
  }

  Scene deleted(String branch) {
    return tell(new Event.BranchDeleted(tick(), SHOP, new BranchName(branch)));
  }

  /// Answers every merge that is owed to the change, on the head given.
  Scene merged(int number, String base) {
    orders(number)
        .forEach(order -> tell(new Event.Merged(tick(), order, candidate(order, base), tree(order, base), "git")));
    return this;
  }

  List<Effect.Merge> orders(int number) {
    List<Effect.Merge> orders =
        owed(change(number)).flatMap(effect -> effect instanceof Effect.Merge merge ? Stream.of(merge) : Stream.empty()).toList();
    if (orders.isEmpty()) {
      throw new IllegalStateException("no merge is owed to " + change(number) + " in " + queue());
    }
    return orders;
  }

  private Stream<Effect> owed(Change change) {
    return Owed.to(now.changes(), change).stream();
  }

  /// What stands on `m0` with the changes 1 and 2 is `m0+1+2`, however it came to be.
  private static String name(Effect.Merge order, String base) {
    return base + order.pieces().stream().map(piece -> "+" + piece.change().number()).collect(Collectors.joining());
  }

  static Candidate candidate(Effect.Merge order, String base) {
    return new Candidate(commit(base), commit(name(order, base)));
  }

  static TreeId tree(Effect.Merge order, String base) {
    return new TreeId(commit("tree of " + name(order, base)).hex());
  }

  Scene conflicts(int number, String base, String... files) {
    return tell(new Event.Conflicted(tick(), orders(number).getFirst(), id(number), commit(base), List.of(files)));
  }

  Scene nothingNew(int number, String base) {
    return tell(new Event.NothingToIntegrate(tick(), orders(number).getFirst(), id(number), commit(base)));
  }

  Scene started(String attempt, Image image) {
    return tried(attempt, new AttemptEvent.Started(tick(), image));
  }

  Scene started(String attempt) {
    return tried(attempt, new AttemptEvent.Started(tick()));
  }

  Scene passes(String attempt) {
    return tried(attempt, new AttemptEvent.Succeeded(tick()));
  }

  Scene fails(String attempt) {
    return tried(attempt, new AttemptEvent.Faulted(tick(), new Fault.ExitCode(1)));
  }

  /// Fails, and fails once more when it is looked at by itself.
  Scene failsTwice(String first, String base) {
    int number = Integer.parseInt(first.substring(0, first.indexOf('/')));
    int slash = first.lastIndexOf('/');
    String second = first.substring(0, slash + 1) + (Integer.parseInt(first.substring(slash + 1)) + 1);
    return fails(first).merged(number, base).fails(second);
  }

  Scene breaks(String attempt) {
    return tried(attempt, new AttemptEvent.Broke(tick(), "the machine is gone", true));
  }

  Scene tooLate(String attempt, String found) {
    return tell(new Event.TargetMoved(tick(), attempt(attempt), commit(found)));
  }

  /// The ten minutes of a step are over.
  Scene deadline(String attempt) {
    clock = clock.plus(Duration.ofMinutes(10));
    return tell(new Event.DeadlinePassed(tick(), attempt(attempt)));
  }

  Scene tried(String attempt, AttemptEvent event) {
    return tell(new Event.Tried(attempt(attempt), event));
  }

  String again(int number, String from) {
    return again(number, from, false);
  }

  String again(int number, String from, boolean latest) {
    return ask(new Request.RunAgain(tick(), "bob", change(number), new StageName(from), latest));
  }

  String cancel(int number) {
    return ask(new Request.Cancel(tick(), "bob", id(number)));
  }

  String hold(Target target, String because) {
    return ask(new Request.HoldQueue(tick(), "bob", target, because));
  }

  String release(Target target) {
    return ask(new Request.ReleaseQueue(tick(), "bob", target));
  }

  String up(int number, String because) {
    return ask(new Request.MoveUp(tick(), "bob", id(number), because));
  }

  String check(String branch, String commit, boolean landed) {
    var what = new Commit(commit(commit), "Add " + commit, "alice");
    var aim = new Aim.Check(branch == null ? null : new BranchName(branch), landed);
    return ask(new Request.Trigger(tick(), "bob", new PipelineName("shop"), what, aim));
  }

  Scene tell(Event event) {
    take(Flow.decide(now, event));
    return this;
  }

  private String ask(Request request) {
    return switch (Flow.decide(now, request)) {
      case Answer.Granted(var decision, var id) -> {
        take(decision);
        yield id == null ? "granted" : "granted " + id;
      }
      case Answer.Refused(var because) -> because;
    };
  }

  private void take(Decision decision) {
    decisions.add(decision);
    now = decision.next();
    for (Change change : decision.touched()) {
      if (change.ended()) {
        ended.put(change.id(), change);
      } else {
        ended.remove(change.id());
      }
    }
    decision.notes().forEach(note -> notes.add(note.change() + " " + note.sentence()));
  }

  Instant tick() {
    clock = clock.plusSeconds(1);
    return clock;
  }

  static ChangeId id(int number) {
    return new ChangeId(new PipelineName("shop"), number);
  }

  /// `1/verify/unit/1`
  static AttemptId attempt(String text) {
    String[] parts = text.split("/");
    return new AttemptId(
        id(Integer.parseInt(parts[0])), new StageName(parts[1]), new StepName(parts[2]), Integer.parseInt(parts[3]));
  }

  Change change(int number) {
    Change change = now.changes().get(id(number));
    return change != null ? change : ended.get(id(number));
  }

  /// Null while it has not ended.
  String reasonOrNull(int number) {
    return change(number).ended() ? reason(number) : null;
  }

  String reason(int number) {
    return ((dev.millrace.change.ChangeState.Ended) change(number).state()).because();
  }

  String queue() {
    Collection<IntegrationQueue> queues = IntegrationQueue.of(now.changes().values()).values();
    return queues.stream().map(IntegrationQueue::toString).collect(Collectors.joining("; "));
  }

  /// What is owed, without the preparations: `run 1/build/build/1, merge 2`.
  String owed() {
    return now.changes().values().stream()
        .flatMap(this::owed)
        .filter(effect -> !(effect instanceof Effect.Prepare))
        .map(Scene::line)
        .collect(Collectors.joining(", "));
  }

  String prepared() {
    return now.changes().values().stream()
        .flatMap(this::owed)
        .filter(Effect.Prepare.class::isInstance)
        .map(Scene::line)
        .collect(Collectors.joining(", "));
  }

  private static String line(Effect effect) {
    return switch (effect) {
      case Effect.Merge merge ->
          "merge " + merge.pieces().stream().map(piece -> "" + piece.change().number()).collect(Collectors.joining("+"));
      case Effect.Run(var assignment) -> "run " + line(assignment.attempt());
      case Effect.Prepare(var assignment) -> "prepare " + line(assignment.attempt());
      case Effect.Stop(var attempt) -> "stop " + line(attempt);
      case Effect.Promote promote -> "promote " + line(promote.attempt());
      case Effect.Advance advance -> "advance " + advance.to() + " " + line(advance.attempt());
    };
  }

  private static String line(AttemptId id) {
    return id.change().number() + "/" + id.stage() + "/" + id.step() + "/" + id.number();
  }

  List<String> attempts(int number) {
    return change(number).attempts().stream().map(Scene::line).toList();
  }

  private static String line(Attempt attempt) {
    return line(attempt.id()) + " " + attempt.state().getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
  }
}
