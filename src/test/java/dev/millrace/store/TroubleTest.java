package dev.millrace.store;

import static dev.millrace.store.Samples.SHOP;
import static dev.millrace.store.Samples.change;
import static dev.millrace.store.Samples.decide;
import static dev.millrace.store.Samples.shop;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.change.ChangeId;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What happens to the database when the world is not kind.
@Timeout(60)
class TroubleTest {
  @TempDir Path data;

  /// A process that saves one change after the other and says so after each.
  static final class Saver {
    private Saver() {}

    public static void main(String[] arguments) {
      Store store = Samples.open(Store.h2(Path.of(arguments[0])));
      for (int number = 1; ; number++) {
        store.save(List.of(decide(change(shop(), number))));
        System.out.println("saved " + number);
      }
    }
  }

  private Process saver() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Saver.class.getName(),
            data.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static int nextSaved(BufferedReader said) throws IOException {
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      if (line.matches("saved \\d+")) {
        return Integer.parseInt(line.substring("saved ".length()));
      }
    }
    return 0;
  }

  @Test
  void nothing_that_was_acknowledged_is_lost_when_the_process_is_killed() throws Exception {
    int acknowledged = 0;
    Process saver = saver();
    try (BufferedReader said = saver.inputReader()) {
      while (acknowledged < 200) {
        acknowledged = nextSaved(said);
        assertThat(acknowledged).as("the process goes on saving").isPositive();
      }
      // by its handle: the process itself would close what it said under us
      saver.toHandle().destroyForcibly();
      for (int next = nextSaved(said); next > 0; next = nextSaved(said)) {
        acknowledged = next;
      }
    } finally {
      saver.destroyForcibly();
    }
    assertThat(saver.waitFor(20, TimeUnit.SECONDS)).isTrue();
    try (Store store = Samples.open(Store.h2(data))) {
      int last = store.load().numbers().get(SHOP);
      assertThat(last).isBetween(acknowledged, acknowledged + 1);
      assertThat(store.load().changes()).hasSize(last);
      assertThat(store.change(new ChangeId(SHOP, acknowledged))).contains(change(shop(), acknowledged));
      assertThat(store.lastSequence()).isEqualTo(last + 1);
      store.save(List.of(decide(change(shop(), last + 1))));
    }
  }

  @Test
  void a_database_in_use_by_another_process_is_not_opened() throws Exception {
    Process saver = saver();
    try (BufferedReader said = saver.inputReader()) {
      assertThat(nextSaved(said)).isPositive();
      assertThatExceptionOfType(StoreException.class)
          .isThrownBy(() -> Samples.open(Store.h2(data)))
          .withMessage(
              "the database " + data.resolve("millrace") + " is in use by another process, probably by a Millrace that"
                  + " still runs: stop that one, or choose another data directory");
    } finally {
      saver.destroyForcibly();
    }
    assertThat(saver.waitFor(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void a_damaged_database_is_not_opened() throws Exception {
    Samples.open(Store.h2(data)).close();
    Path file = data.resolve("millrace.mv.db");
    byte[] bytes = Files.readAllBytes(file);
    for (int at = 0; at < bytes.length; at += 7) {
      bytes[at] ^= 0x55;
    }
    Files.write(file, bytes);
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> Samples.open(Store.h2(data)))
        .withMessage(
            "the database " + data.resolve("millrace") + " is damaged: restore a backup into another directory, or move the"
                + " file away to begin with an empty one");
    assertThat(data).isDirectoryContaining(path -> path.equals(file));
    assertThat(file).hasBinaryContent(bytes);
  }

  @Test
  void a_directory_that_cannot_be_made_is_said_to_be_so() throws Exception {
    Path file = Files.writeString(data.resolve("file"), "not a directory");
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> Samples.open(Store.h2(file.resolve("data"))))
        .withMessage(
            "the database " + file.resolve("data/millrace") + " cannot be written: see that the directory exists or can be"
                + " made, belongs to this user and has room, or choose another data directory");
  }

  @Test
  void a_database_of_a_newer_version_is_not_opened() {
    String url = Samples.memory() + ";DB_CLOSE_DELAY=-1";
    try (var database = new Database(url)) {
      database.write(
          transaction ->
              transaction.sql().execute("update \"flyway_schema_history\" set \"version\" = ?", Database.NEWEST + 1));
    }
    assertThatExceptionOfType(StoreException.class)
        .isThrownBy(() -> Samples.open(url))
        .withMessageContaining("was written by a newer Millrace");
  }

  @Test
  void an_interrupted_reader_does_not_take_the_database_down() throws Exception {
    String withoutCache = Store.h2(data) + ";CACHE_SIZE=0";
    try (Store store = Samples.open(withoutCache)) {
      store.save(IntStream.rangeClosed(1, 2000).mapToObj(number -> decide(change(shop(), number))).toList());
    }
    try (Store store = Samples.open(withoutCache)) {
      Thread reader =
          Thread.ofVirtual()
              .unstarted(
                  () -> {
                    Thread.currentThread().interrupt();
                    IntStream.rangeClosed(1, 100).forEach(number -> store.change(new ChangeId(SHOP, 20 * number)));
                  });
      reader.start();
      reader.join();
      assertThat(store.change(new ChangeId(SHOP, 7))).contains(change(shop(), 7));
      store.save(List.of(decide(change(shop(), 2001))));
    }
  }
}
