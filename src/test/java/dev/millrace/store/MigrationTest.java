package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.AttemptState;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.flow.Note;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Window;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

/// Every migration comes with a small data set, `db/data`, that the later ones must not lose.
class MigrationTest {
  private static final Path MIGRATIONS = Path.of("src/main/resources/db/migration");
  private static final Path SETS = Path.of("src/test/resources/db/data");

  @Test
  void the_newest_script_is_known_and_each_has_its_data_set() throws Exception {
    var versions = new TreeSet<Integer>();
    try (Stream<Path> scripts = Files.list(MIGRATIONS)) {
      scripts
          .map(script -> script.getFileName().toString().replaceFirst("V(\\d+)__.*", "$1"))
          .forEach(version -> versions.add(Integer.valueOf(version)));
    }
    assertThat(versions.last()).isEqualTo(Database.NEWEST);
    assertThat(versions).allSatisfy(version -> assertThat(SETS.resolve("V" + version + ".sql")).exists());
  }

  @Test
  void what_version_1_wrote_can_be_read() throws Exception {
    String url = Samples.memory() + ";DB_CLOSE_DELAY=-1";
    write(url, 1);
    try (Store store = Samples.open(url)) {
      assertThat(store.installation()).isEqualTo("abcd1234");
      assertThat(store.pipelines()).extracting(PipelineName::text).containsExactly("gone", "shop");
      assertThat(store.load().numbers()).containsEntry(Samples.SHOP, 2).containsEntry(new PipelineName("gone"), 1);
      assertThat(store.load().changes().values())
          .extracting(Change::toString)
          .containsExactly("shop#2 moving: build passed, verify running");
      Change ended = store.change(new ChangeId(Samples.SHOP, 1)).orElseThrow();
      assertThat(ended.state()).isInstanceOf(ChangeState.Failed.class);
      assertThat(ended.attempts())
          .extracting(attempt -> attempt.id().step() + " " + ((AttemptState.Failed) attempt.state()).fault().sentence())
          .containsExactly("compile exit code 2");
      assertThat(store.history(ended.id())).extracting(Note::sentence).containsExactly("build failed");
      assertThat(store.stageStatistics(Samples.SHOP, Window.USUAL, Samples.NOON).values()).extracting(Figures::count).containsExactly(2, 0);
      assertThat(store.movedAfter(0, 9)).extracting(Moved::what).containsExactly("pipeline.defined", "change.failed");
      Change next = store.load().changes().firstEntry().getValue().in(new ChangeState.Cancelling(Samples.NOON, "enough"));
      store.save(List.of(Samples.decide(next)));
      assertThat(store.load().changes()).containsEntry(next.id(), next);
    }
  }

  /// The database as that version of the program left it.
  private static void write(String url, int version) throws Exception {
    Flyway.configure()
        .dataSource(url, "sa", "")
        .locations("classpath:db/migration")
        .target(Integer.toString(version))
        .load()
        .migrate();
    try (var connection = DriverManager.getConnection(url, "sa", "");
        var statement = connection.createStatement()) {
      statement.execute(Files.readString(SETS.resolve("V" + version + ".sql")));
    }
  }
}
