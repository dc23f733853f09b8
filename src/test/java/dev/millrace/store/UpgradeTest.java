package dev.millrace.store;

import static dev.millrace.store.Samples.change;
import static dev.millrace.store.Samples.decide;
import static dev.millrace.store.Samples.shop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.change.ChangeId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The database meets a version that is newer than it, and one that is older.
class UpgradeTest {
  @TempDir Path data;
  private Path file;

  @BeforeEach
  void begin() {
    file = data.resolve(DatabaseCopy.NAME);
    try (Store store = Samples.open(Store.h2(data))) {
      store.save(List.of(decide(change(shop(), 1))));
    }
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      return files.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  private void all_is_there() {
    try (Store store = Samples.open(Store.h2(data))) {
      assertThat(store.change(new ChangeId(Samples.SHOP, 1))).contains(change(shop(), 1));
      assertThat(store.installation()).matches("[0-9a-z]{8}");
      store.save(List.of(decide(change(shop(), 2))));
    }
  }

  @Test
  void a_newer_version_brings_it_up_to_date_and_the_older_one_says_what_to_do_then() throws Exception {
    Later.upgrade(data);
    Later.upgrade(data);
    assertThat(files()).containsExactly("millrace.mv.db");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> Samples.open(Store.h2(data)))
        .withMessage(
            "the database " + data.resolve("millrace") + " was written by a newer Millrace: start that one, or restore the"
                + " backup that was taken before the upgrade into another directory");
    try (var closed = new ClosedDatabase(data)) {
      assertThat(closed.schema()).isEqualTo(Database.NEWEST + 1);
    }
  }

  @Test
  void one_that_cannot_be_brought_up_to_date_stays_as_it_was() throws Exception {
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> new Database(Store.h2(data), Later.BROKEN))
        .withMessageStartingWith(
            "the database " + data.resolve("millrace") + " could not be brought from version " + Database.NEWEST + " to "
                + (Database.NEWEST + 1) + "; it is as it was, and the Millrace that wrote it can go on with it: ")
        .withMessageEndingWith("Table \"NO_SUCH_TABLE\" not found");
    assertThat(files()).containsExactly("millrace.mv.db");
    all_is_there();
  }

  @Test
  void an_upgrade_that_was_cut_off_begins_again() throws Exception {
    Files.copy(file, data.resolve("millrace.mv.db.before-upgrade"));
    // as far as it came: some of its statements are there
    try (var connection = DriverManager.getConnection(Store.h2(data), "sa", "");
        var statement = connection.createStatement()) {
      statement.execute("create table later (id varchar(16) not null)");
    }
    Later.upgrade(data);
    assertThat(files()).containsExactly("millrace.mv.db");
  }

  @Test
  void an_upgrade_that_was_cut_off_is_undone_by_the_version_before() throws Exception {
    Files.move(file, data.resolve("millrace.mv.db.before-upgrade"));
    Files.writeString(file, "half");
    all_is_there();
    assertThat(files()).containsExactly("millrace.mv.db");
  }
}
