package dev.millrace.store;

import static dev.millrace.store.Samples.NOON;
import static dev.millrace.store.Samples.SHOP;
import static dev.millrace.store.Samples.attempt;
import static dev.millrace.store.Samples.change;
import static dev.millrace.store.Samples.decide;
import static dev.millrace.store.Samples.definition;
import static dev.millrace.store.Samples.moving;
import static dev.millrace.store.Samples.noonPlus;
import static dev.millrace.store.Samples.shop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Aim;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Experience;
import dev.millrace.flow.InFlight;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.queue.Hold;
import dev.millrace.queue.Target;
import dev.millrace.statistics.Window;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Every released version has left the dump of a database here, with one of everything it knew, and beside it what it
/// read there. Whatever comes later brings it up to date and reads the same.
class ReleasedTest {
  private static final Path DUMPS = Path.of("src/test/resources/db/released");

  @TempDir Path folder;

  /// Writes today's dump, to be kept with a release: `Dump 0.2`.
  static final class Dump {
    private Dump() {}

    public static void main(String[] arguments) throws Exception {
      Path folder = Files.createTempDirectory("dump");
      String url = Store.h2(folder);
      try (Store store = Samples.open(url)) {
        fill(store);
        Files.write(DUMPS.resolve(arguments[0] + ".txt"), read(store));
      }
      try (var connection = DriverManager.getConnection(url, "sa", "");
          var statement = connection.createStatement();
          var rows = statement.executeQuery("script nopasswords nosettings")) {
        var lines = new ArrayList<String>();
        while (rows.next()) {
          String line = rows.getString(1);
          // who they are is not what they have
          if (!line.startsWith("CREATE USER") && !line.isBlank()) {
            lines.add(line);
          }
        }
        Files.write(DUMPS.resolve(arguments[0] + ".sql"), lines);
      }
    }
  }

  /// One of everything.
  private static void fill(Store store) {
    int number = 0;
    var changes = new ArrayList<Change>();
    for (ChangeState state : StatesTest.CHANGE_STATES) {
      changes.add(change(shop(), ++number).in(state));
    }
    for (Aim aim : StatesTest.AIMS) {
      Change plain = change(shop(), ++number);
      changes.add(
          new Change(plain.id(), plain.commit(), aim, plain.by(), plain.definition(), NOON, plain.state(), null, 1, List.of()));
    }
    for (Candidacy.State state : StatesTest.CANDIDACY_STATES) {
      Change plain = change(shop(), ++number).prior(number);
      changes.add(plain.with(Candidacy.begun(1, List.of(plain.id()), NOON).in(state)));
    }
    for (AttemptState state : StatesTest.ATTEMPT_STATES) {
      Change plain = moving(shop(), ++number);
      changes.add(plain.with(StatesTest.imaged(attempt(plain, "verify", "unit", 1, state))));
    }
    var gone = definition("gone", "d0", "build: compile");
    store.save(List.of(decide(List.of(gone, shop()), List.of(change(gone, 1).in(new ChangeState.Passed(NOON, ""))))));
    changes.forEach(change -> store.save(List.of(decide(change))));
    Note note = new Note(noonPlus(5), changes.getFirst().id(), "asked for by ada: \"ä\"");
    var flaky = new Experience.FlakyStep(SHOP, new StageName("verify"), new StepName("unit"));
    var holds =
        Map.of(new Target(new RepositoryName("code"), new BranchName("main")), new Hold(NOON, "ada", "the release"));
    var experience = new Experience(Map.of(), Set.of(flaky), Map.of(), Map.of(), Set.of());
    store.save(
        List.of(
            new Decision(
                new InFlight(Map.of(SHOP, shop()), Map.of(), new TreeMap<>(), holds, experience), List.of(), List.of(note))));
  }

  /// All that there is, in words that stay.
  private static List<String> read(Store store) {
    var lines = new ArrayList<String>();
    lines.add("installation " + store.installation());
    InFlight all = store.load();
    lines.add("holds " + all.holds());
    lines.add("flaky " + all.experience().flaky());
    lines.add("moved " + store.movedAfter(0, 10_000).size());
    for (PipelineName pipeline : store.pipelines()) {
      lines.add(pipeline + " " + (store.definition(pipeline).isPresent() ? "is defined" : "was defined"));
      lines.add("figures " + store.stageStatistics(pipeline, Window.USUAL, noonPlus(60)).keySet());
      for (Change change : store.changes(pipeline, Filter.newest(1000))) {
        lines.add(change + " | " + change.aim() + " | " + change.by() + " | " + change.state());
        change.candidacies().forEach(candidacy -> lines.add("  " + candidacy.state()));
        change.attempts().forEach(attempt -> lines.add("  " + attempt.id() + " " + attempt.state()));
        store.history(change.id()).forEach(its -> lines.add("  " + its.sentence()));
      }
    }
    return lines;
  }

  @Test
  void this_version_has_its_dump() throws Exception {
    String version = Files.readString(Path.of("pom.xml")).replaceFirst("(?s).*?<version>(.*?)</version>.*", "$1");
    assertThat(DUMPS.resolve(version + ".sql")).as("ReleasedTest.Dump writes it").exists();
  }

  @TestFactory
  Stream<DynamicTest> what_it_wrote_is_read_as_it_read_it() throws Exception {
    return Arrays.stream(DUMPS.toFile().list((_, name) -> name.endsWith(".sql")))
        .map(name -> name.replace(".sql", ""))
        .sorted()
        .map(version -> DynamicTest.dynamicTest(version, () -> isRead(version)));
  }

  private void isRead(String version) throws Exception {
    String url = Store.h2(Files.createDirectory(folder.resolve(version)));
    try (var connection = DriverManager.getConnection(url, "sa", "");
        var statement = connection.createStatement()) {
      statement.execute(Files.readString(DUMPS.resolve(version + ".sql")));
    }
    // throws when a script is not what it was then: what was released is never edited, a new script follows it
    Flyway.configure()
        .dataSource(url, "sa", "")
        .locations("classpath:db/migration")
        .ignoreMigrationPatterns("*:pending")
        .load()
        .validate();
    try (Store store = Samples.open(url)) {
      assertThat(read(store)).containsExactlyElementsOf(Files.readAllLines(DUMPS.resolve(version + ".txt")));
      int next = store.load().numbers().get(SHOP) + 1;
      store.save(List.of(decide(change(shop(), next))));
      assertThat(store.change(change(shop(), next).id())).contains(change(shop(), next));
    }
  }
}
