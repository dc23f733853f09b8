package dev.millrace.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a database of ours holds after its process was killed: its file as it is at that moment, opened again.
class CrashTest {
  @TempDir Path folder;

  /// The space of what is no longer needed is used again after 45 s; here at once.
  private static Connection open(Path data) throws Exception {
    return DriverManager.getConnection(Store.h2(data) + ";RETENTION_TIME=0", "sa", "");
  }

  @Test
  void nothing_that_was_committed_is_lost_where_space_is_used_again() throws Exception {
    Path living = Files.createDirectory(folder.resolve("living"));
    Path dead = Files.createDirectory(folder.resolve("dead"));
    try (Connection connection = open(living)) {
      connection.createStatement().execute("create table t (number int primary key, text varchar(3000))");
      for (int number = 1; number <= 80; number++) {
        connection.createStatement().execute("insert into t values (" + number + ", repeat('x', " + number * 97 % 2000 + "))");
        connection.createStatement().execute("update t set text = '' where number = " + (1 + number * 31 % number));
        if (number % 4 == 0) {
          Files.copy(
              living.resolve("millrace.mv.db"), dead.resolve("millrace.mv.db"), StandardCopyOption.REPLACE_EXISTING);
          try (Connection afterwards = open(dead);
              var found = afterwards.createStatement().executeQuery("select max(number) from t")) {
            assertThat(found.next()).isTrue();
            assertThat(found.getInt(1)).isEqualTo(number);
          }
        }
      }
    }
  }
}
