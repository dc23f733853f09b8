package dev.millrace.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.h2.api.ErrorCode;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jooq.SQLDialect;
import org.jooq.conf.RenderNameCase;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.exception.IntegrityConstraintViolationException;
import org.jooq.impl.DSL;

/// The connections to one database that has the newest schema, and what its failures mean.
final class Database implements AutoCloseable {
  static {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  /// The number of the newest script in `db/migration`.
  static final int NEWEST = 1;

  private final String url;
  private final HikariDataSource pool;
  private final DSLContext context;

  Database(String url) {
    this.url = url;
    var settings = new HikariConfig();
    settings.setPoolName("store");
    settings.setJdbcUrl(url);
    if (url.startsWith("jdbc:h2:")) {
      settings.setUsername("sa");
      settings.setPassword("");
    }
    settings.setMaximumPoolSize(8);
    settings.setMinimumIdle(1);
    // a reader sees a change and its attempts as of one moment
    settings.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    // tried without the pool first, which would write a page of stack trace into the log
    try (var _ = DriverManager.getConnection(url, settings.getUsername(), settings.getPassword())) {
      pool = new HikariDataSource(settings);
    } catch (SQLException e) {
      throw trouble(e);
    }
    context =
        DSL.using(
            pool,
            url.startsWith("jdbc:postgresql:") ? SQLDialect.POSTGRES : SQLDialect.H2,
            new Settings()
                .withRenderSchema(false)
                .withRenderQuotedNames(RenderQuotedNames.EXPLICIT_DEFAULT_UNQUOTED)
                .withRenderNameCase(RenderNameCase.AS_IS)
                .withExecuteLogging(false));
    try {
      migrate();
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /// Flyway is asked only when there is something to do: its start is half of ours.
  private void migrate() {
    OptionalInt version = guarded(this::version);
    if (version.isPresent() && version.getAsInt() > NEWEST) {
      throw new StoreException(
          name() + " was written by a newer Millrace: start that one, or put a backup from before in its place", null);
    }
    if (version.isEmpty() || version.getAsInt() < NEWEST) {
      try {
        Flyway.configure().dataSource(pool).locations("classpath:db/migration").load().migrate();
      } catch (FlywayException e) {
        throw trouble(e);
      }
    }
  }

  /// The newest script that the tables have seen; empty for a new database or when one has failed.
  private OptionalInt version() {
    var history = DSL.table(DSL.quotedName("flyway_schema_history"));
    boolean exists =
        context.connectionResult(
            connection -> {
              try (var found = connection.getMetaData().getTables(null, null, "flyway_schema_history", null)) {
                return found.next();
              }
            });
    if (!exists) {
      return OptionalInt.empty();
    }
    var success = DSL.field(DSL.quotedName("success"), Boolean.class);
    var version = DSL.field(DSL.quotedName("version"), Integer.class);
    var seen = context.select(version, success).from(history).where(version.isNotNull()).fetch();
    return seen.getValues(success).contains(false)
        ? OptionalInt.empty()
        : seen.getValues(version).stream().mapToInt(Integer::intValue).max();
  }

  /// Everything that is read in one call is as of one moment.
  <T> T read(Function<DSLContext, T> reading) {
    return guarded(() -> context.transactionResult(configuration -> reading.apply(configuration.dsl())));
  }

  /// All or nothing, and on the disk when this returns.
  void write(Consumer<Transaction> writing) {
    guarded(
        () -> {
          context.transaction(configuration -> writing.accept(new Transaction(configuration.dsl())));
          return true;
        });
  }

  @Override
  public void close() {
    pool.close();
  }

  private <T> T guarded(Supplier<T> work) {
    try {
      return work.get();
    } catch (IntegrityConstraintViolationException e) {
      throw new IllegalStateException("what was to be stored contradicts what is stored: " + e.getMessage(), e);
    } catch (DataAccessException e) {
      throw trouble(e);
    }
  }

  /// The proof that a write happens inside a transaction: only the database can make one.
  static final class Transaction {
    private final DSLContext context;

    private Transaction(DSLContext context) {
      this.context = context;
    }

    DSLContext sql() {
      return context;
    }

    /// Executes statements of one shape, which differ in their values only, in one batch; each must concern exactly one
    /// row.
    void each(List<? extends Query> statements) {
      if (statements.isEmpty()) {
        return;
      }
      Query shape = statements.getFirst();
      var batch = context.batch(shape);
      statements.forEach(statement -> batch.bind(statement.getBindValues().toArray()));
      int[] rows = batch.execute();
      for (int at = 0; at < rows.length; at++) {
        if (rows[at] != 1) {
          throw new IllegalStateException("it is stored otherwise than thought: " + statements.get(at));
        }
      }
    }
  }

  private StoreException trouble(Exception e) {
    String where = name();
    return new StoreException(
        switch (code(e)) {
          case ErrorCode.DATABASE_ALREADY_OPEN_1 ->
              where + " is in use by another process, probably by a Millrace that still runs: stop that one, or choose"
                  + " another data directory";
          case ErrorCode.FILE_CORRUPTED_1, ErrorCode.FILE_VERSION_ERROR_1 ->
              where + " is damaged: put a backup of its file in its place, or move the file away to begin with an empty"
                  + " one";
          case ErrorCode.FILE_CREATION_FAILED_1, ErrorCode.IO_EXCEPTION_1, ErrorCode.IO_EXCEPTION_2,
              ErrorCode.DATABASE_IS_READ_ONLY, ErrorCode.FILE_RENAME_FAILED_2, ErrorCode.ERROR_OPENING_DATABASE_1 ->
              where + " cannot be written: see that the directory exists or can be made, belongs to this user and has"
                  + " room, or choose another data directory";
          default ->
              where + " does not work: " + String.valueOf(database(e).getMessage()).lines().findFirst().orElse("");
        },
        e);
  }

  private String name() {
    return "the database " + url.replaceFirst("^jdbc:h2:(file:|async:)?", "").replaceFirst("[;?].*", "");
  }

  private static int code(Exception e) {
    return database(e) instanceof SQLException sql ? sql.getErrorCode() : 0;
  }

  /// What the database itself said, as far as it is there to be found.
  private static Throwable database(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException) {
        return cause;
      }
    }
    return e;
  }
}
