package dev.millrace.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/// The file of a database that no server uses. It is not written, whatever version it is of, and no server can open it
/// before this is closed.
public final class ClosedDatabase implements DatabaseCopy, AutoCloseable {
  private static final String NEWEST =
      "select max(cast(\"version\" as integer)) from \"flyway_schema_history\" where \"success\"";

  private final Path file;
  private final Connection connection;
  private final int schema;
  private final String installation;

  /// @throws StoreException when it is in use, damaged, or not there
  public ClosedDatabase(Path data) {
    file = data.toAbsolutePath().resolve(NAME);
    String url = Store.h2(data) + ";ACCESS_MODE_DATA=r;IFEXISTS=TRUE";
    if (!Files.exists(file)) {
      throw new StoreException(
          "there is no database in " + data.toAbsolutePath() + ": no server has ever kept its data there", null);
    }
    @Nullable Connection opened = null;
    try {
      opened = DriverManager.getConnection(url, "sa", "");
      schema = Integer.parseInt(one(opened, NEWEST));
      installation = one(opened, "select id from installation");
    } catch (SQLException e) {
      close(opened);
      throw Database.trouble(url, e);
    }
    connection = opened;
  }

  private static String one(Connection connection, String query) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(query)) {
      return rows.next() ? String.valueOf(rows.getString(1)) : "";
    }
  }

  @Override
  public int schema() {
    return schema;
  }

  @Override
  public String installation() {
    return installation;
  }

  @Override
  public void copy(OutputStream to) throws IOException {
    Files.copy(file, to);
  }

  @Override
  public void close() {
    close(connection);
  }

  private static void close(@Nullable Connection connection) {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      throw new StoreException("the database cannot be let go of: " + e.getMessage(), e);
    }
  }
}
