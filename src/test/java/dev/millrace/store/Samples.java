package dev.millrace.store;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Decision;
import dev.millrace.flow.InFlight;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Nouns with as little writing as possible. A definition's text is `build: compile; verify: unit browser`.
final class Samples {
  private Samples() {}

  static final PipelineName SHOP = new PipelineName("shop");
  static final StageName VERIFY = new StageName("verify");
  static final Instant NOON = Instant.parse("2026-11-21T12:00:00.123456789Z");

  static Instant noonPlus(long seconds) {
    return NOON.plusSeconds(seconds);
  }

  static String memory() {
    return "jdbc:h2:mem:" + UUID.randomUUID();
  }

  static Store open(String url) {
    return Store.open(url, Samples::parse);
  }

  static Pipeline parse(PipelineName name, String path, String text) {
    List<Stage> stages = new ArrayList<>();
    for (String line : text.split("; ")) {
      String[] parts = line.split(": ");
      stages.add(
          new Stage(
              new StageName(parts[0]),
              stages.isEmpty() ? List.of() : List.of(stages.getLast().name()),
              Arrays.stream(parts[1].split(" "))
                  .map(step -> (Step) new Step.Promotion(new StepName(step)))
                  .toList()));
    }
    return new Pipeline(name, new RepositoryName("code"), null, List.of(), stages);
  }

  static Definition definition(String pipeline, String commit, String text) {
    var name = new PipelineName(pipeline);
    return new Definition(parse(name, pipeline + ".yml", text), commit, pipeline + ".yml", text);
  }

  static Definition shop() {
    return definition("shop", "d1", "build: compile; verify: unit browser");
  }

  static CommitId commit(int number) {
    return new CommitId("%040x".formatted(number));
  }

  static Change change(Definition definition, int number) {
    return new Change(
        new ChangeId(definition.name(), number),
        new Commit(commit(number), "Change " + number, "Ada"),
        new Aim.Integrate(new BranchName("integrate/" + number), new BranchName("main")),
        "a push of ada",
        definition,
        NOON,
        new ChangeState.Queued(NOON, null),
        null,
        1,
        List.of());
  }

  static Change moving(Definition definition, int number) {
    return change(definition, number)
        .in(new ChangeState.Moving(noonPlus(1)))
        .on(new Candidate(commit(1000), commit(1000 + number)));
  }

  static Attempt attempt(Change change, String stage, String step, int number, AttemptState state) {
    return new Attempt(
        new AttemptId(change.id(), new StageName(stage), new StepName(step), number),
        change.round(),
        commit(1000 + change.id().number()),
        change.definition().commit(),
        noonPlus(2),
        state);
  }


  static AttemptState passed(long from, long to) {
    return new AttemptState.Passed(noonPlus(from), noonPlus(to));
  }

  /// A decision after which exactly these definitions hold.
  static Decision decide(List<Definition> today, List<Change> touched, Note... notes) {
    Map<PipelineName, Definition> definitions =
        today.stream().collect(Collectors.toMap(Definition::name, Function.identity()));
    return new Decision(new InFlight(definitions, Map.of(), new TreeMap<>()), touched, List.of(notes));
  }

  static Decision decide(Change... touched) {
    return decide(Stream.of(touched).map(Change::definition).distinct().toList(), List.of(touched));
  }
}
