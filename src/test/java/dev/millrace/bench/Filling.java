package dev.millrace.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import dev.millrace.change.Fault;
import dev.millrace.definition.DefinitionReader;
import dev.millrace.definition.Source;
import dev.millrace.flow.Decision;
import dev.millrace.flow.InFlight;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.Step;
import dev.millrace.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

/// A store as it is after 90 busy days: 50 pipelines of 30 stages, ten attempts a change on the average, three changes of
/// each pipeline in motion. Saved through the store as decisions are, kept below `target` and filled again only when the
/// tables or this have changed.
final class Filling {
  static final int PIPELINES = 50;
  static final int STAGES = 30;
  private static final int MOVING = 3;
  private static final int BATCH = 100;
  private static final Duration DAYS = Duration.ofDays(90);
  private static final String VERSION = "1";
  private static final List<String> SUBJECTS =
      List.of(
          "Count what is in the basket only once",
          "Let the catalogue be read while it is written",
          "Say which address could not be reached",
          "Round prices the way the law wants it");
  private static final List<String> AUTHORS = List.of("Ada", "Grace", "Edsger", "Barbara", "Donald");

  private final Random random = new Random(7);
  private final DefinitionReader reader = new DefinitionReader();
  private final List<Definition> definitions =
      IntStream.range(0, PIPELINES).mapToObj(this::definition).toList();
  private final Instant end = Instant.now();

  static String name(int pipeline) {
    return "p-%02d".formatted(pipeline);
  }

  static Store open(Path data) {
    var reader = new DefinitionReader();
    return Store.open(Store.h2(data), (name, path, text) -> reader.pipeline(name, new Source(path, text)));
  }

  /// The data directory with so many changes; filled if it is not there.
  static Path of(int changes) throws IOException {
    var crc = new CRC32();
    crc.update(VERSION.getBytes(UTF_8));
    crc.update(Files.readAllBytes(Path.of("src/main/resources/db/migration/V1__start.sql")));
    Path data = Path.of("target/bench/filled-%d-%08x".formatted(changes, crc.getValue()));
    if (!Files.exists(data.resolve("full"))) {
      Files.createDirectories(data);
      Files.deleteIfExists(data.resolve("millrace.mv.db"));
      new Filling().fill(data, changes);
      Files.createFile(data.resolve("full"));
    }
    return data;
  }

  private void fill(Path data, int changes) {
    long start = System.nanoTime();
    long attempts = 0;
    int each = changes / PIPELINES;
    try (Store store = open(data)) {
      for (int from = 1; from <= each; from += BATCH / PIPELINES) {
        var touched = new ArrayList<Change>();
        for (int number = from; number < from + BATCH / PIPELINES && number <= each; number++) {
          Instant at = end.minus(DAYS.multipliedBy(each - number + 1).dividedBy(each));
          for (Definition definition : definitions) {
            touched.add(number > each - MOVING ? moving(definition, number) : ended(definition, number, at));
          }
        }
        attempts += touched.stream().mapToLong(change -> change.attempts().size()).sum();
        store.save(List.of(decide(touched)));
      }
    }
    System.err.printf("filled with %d changes, %d attempts in %d s%n", changes, attempts, (System.nanoTime() - start) / 1_000_000_000);
  }

  private Decision decide(List<Change> touched) {
    Map<PipelineName, Definition> today =
        definitions.stream().collect(Collectors.toMap(Definition::name, Function.identity()));
    List<Note> notes =
        touched.stream().map(change -> new Note(change.createdAt(), change.id(), "work/" + change.id().number() + " was pushed by " + change.commit().author())).toList();
    return new Decision(new InFlight(today, Map.of(), new TreeMap<>()), touched, notes);
  }

  /// One of five passes all stages; the others fail in one of the first nine.
  private Change ended(Definition definition, int number, Instant at) {
    Change change = begun(definition, number, at);
    int failing = random.nextInt(5) == 0 ? STAGES : random.nextInt(9);
    return go(change, at, failing, false);
  }

  private Change moving(Definition definition, int number) {
    Instant at = end.minus(Duration.ofMinutes(5L + random.nextInt(20)));
    return go(begun(definition, number, at), at, 3 + random.nextInt(20), true);
  }

  /// One stage after the other, up to `last`, which fails or runs still.
  private Change go(Change change, Instant begin, int last, boolean running) {
    var attempts = new ArrayList<Attempt>();
    Instant at = begin.plusSeconds(1);
    List<Stage> stages = change.pipeline().stages();
    for (int place = 0; place <= Math.min(last, STAGES - 1); place++) {
      Stage stage = stages.get(place);
      Step step = stage.steps().getFirst();
      Instant done = at.plusMillis(2_000 + random.nextInt(60_000));
      if (place < last && random.nextInt(20) == 0) {
        attempts.add(attempt(change, stage, step, 1, at, new AttemptState.Errored(at, at.plusSeconds(1), "the machine was lost", true)));
        attempts.add(attempt(change, stage, step, 2, at.plusSeconds(1), new AttemptState.Passed(at.plusSeconds(1), done)));
      } else {
        AttemptState state =
            place < last
                ? new AttemptState.Passed(at, done)
                : running ? new AttemptState.Running(at) : new AttemptState.Failed(at, done, new Fault.ExitCode(1));
        attempts.add(attempt(change, stage, step, 1, at, state));
      }
      at = done;
    }
    ChangeState state =
        running
            ? new ChangeState.Moving(begin.plusSeconds(1))
            : last >= STAGES
                ? new ChangeState.Passed(at, "")
                : new ChangeState.Failed(at, stages.get(last).name() + " failed");
    return change.with(attempts).in(state);
  }

  private Attempt attempt(Change change, Stage stage, Step step, int number, Instant planned, AttemptState state) {
    return new Attempt(
        new AttemptId(change.id(), stage.name(), step.name(), number),
        1,
        change.commit().id(),
        change.definition().commit(),
        planned,
        state);
  }

  private Change begun(Definition definition, int number, Instant at) {
    var commit = new CommitId("%08x%032x".formatted(definition.name().hashCode(), number));
    return new Change(
            new ChangeId(definition.name(), number),
            new Commit(commit, SUBJECTS.get(random.nextInt(SUBJECTS.size())) + " (" + number + ")", AUTHORS.get(random.nextInt(AUTHORS.size()))),
            new Aim.Check(new BranchName("work/" + number), false),
            "a push",
            definition,
            at,
            new ChangeState.Queued(at, null),
            null,
            1,
            List.of())
        .on(new Candidate(commit, commit));
  }

  /// Three lanes of ten stages, which meet at every third.
  private Definition definition(int pipeline) {
    var text = new StringBuilder("repository: r-%02d%non:%n  push: [\"work/**\"]%nstages:%n".formatted(pipeline));
    for (int at = 0; at < STAGES; at++) {
      int column = at / 3;
      String needs =
          column == 0
              ? ""
              : column % 3 == 0
                  ? "s%02d, s%02d, s%02d".formatted(3 * column - 3, 3 * column - 2, 3 * column - 1)
                  : "s%02d".formatted(at - 3);
      text.append("  - {name: s%02d, needs: [%s], steps: [s%02d]}%n".formatted(at, needs, at));
    }
    text.append("steps:\n");
    for (int at = 0; at < STAGES; at++) {
      text.append("  s%02d: {image: \"millrace/demo:1\", run: \"true\"}%n".formatted(at));
    }
    var name = new PipelineName(name(pipeline));
    String path = name + ".yml";
    return new Definition(reader.pipeline(name, new Source(path, text.toString())), "%040x".formatted(1), path, text.toString());
  }
}
