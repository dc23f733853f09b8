package dev.millrace.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
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
import org.jspecify.annotations.Nullable;

/// The connections to one database that has the newest schema, and what its failures mean.
final class Database implements AutoCloseable {
  static {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  /// The number of the newest script in `db/migration`.
  static final int NEWEST = 1;

  /// The scripts that make the tables what they are today.
  ///
  /// @param newest the number of the last one
  /// @param place where they are in the class path
  record Scripts(int newest, List<String> place) {
    static final Scripts OURS = new Scripts(NEWEST, List.of("classpath:db/migration"));
  }

  private final String url;
  private final @Nullable Path directory;
  private final Scripts scripts;
  private HikariDataSource pool;
  private DSLContext context;

  Database(String url) {
    this(url, Scripts.OURS);
  }

  Database(String url, Scripts scripts) {
    this.url = url;
    this.scripts = scripts;
    this.directory = file(url).map(Path::getParent).orElse(null);
    var before = BeforeUpgrade.of(url);
    if (before.isPresent() && before.get().isThere()) {
      // whoever was at it has died, unless it is at it still: nobody has used what is half done
      try {
        DriverManager.getConnection(url, "sa", "").close();
      } catch (SQLException e) {
        if (code(e) == ErrorCode.DATABASE_ALREADY_OPEN_1) {
          throw trouble(e);
        }
      }
      before.get().putBack();
    }
    pool = connect(settings());
    context = context();
    try {
      OptionalInt version = guarded(this::version);
      if (version.isPresent() && version.getAsInt() > scripts.newest()) {
        throw new StoreException(
            name() + " was written by a newer Millrace: start that one, or restore the backup that was taken before the"
                + " upgrade into another directory",
            null);
      }
      if (version.isPresent() && version.getAsInt() < scripts.newest() && before.isPresent()) {
        upgrade(before.get(), version.getAsInt());
      } else if (version.isEmpty() || version.getAsInt() < scripts.newest()) {
        // Flyway is asked only when there is something to do: its start is half of ours
        migrate();
      }
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  private HikariConfig settings() {
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
    return settings;
  }

  private HikariDataSource connect(HikariConfig settings) {
    // tried without the pool first, which would write a page of stack trace into the log
    try (var _ = DriverManager.getConnection(url, settings.getUsername(), settings.getPassword())) {
      return new HikariDataSource(settings);
    } catch (SQLException e) {
      throw trouble(e);
    }
  }

  private DSLContext context() {
    return DSL.using(
            pool,
            url.startsWith("jdbc:postgresql:") ? SQLDialect.POSTGRES : SQLDialect.H2,
            new Settings()
                .withRenderSchema(false)
                .withRenderQuotedNames(RenderQuotedNames.EXPLICIT_DEFAULT_UNQUOTED)
                .withRenderNameCase(RenderNameCase.AS_IS)
                .withExecuteLogging(false));
  }

  /// All scripts that are new, or none: H2 commits each statement of a script by itself, so the file is kept as it is.
  private void upgrade(BeforeUpgrade before, int from) {
    pool.close();
    before.keep();
    pool = connect(settings());
    context = context();
    try {
      migrate();
    } catch (RuntimeException e) {
      pool.close();
      before.putBack();
      throw new StoreException(
          name() + " could not be brought from version " + from + " to " + scripts.newest() + "; it is as it was, and"
              + " the Millrace that wrote it can go on with it: " + said(e),
          e);
    }
    before.forget();
  }

  private void migrate() {
    try {
      Flyway.configure().dataSource(pool).locations(scripts.place().toArray(String[]::new)).load().migrate();
    } catch (FlywayException e) {
      throw trouble(e);
    }
  }

  private static String said(Exception e) {
    return String.valueOf(database(e).getMessage()).lines().findFirst().orElse("").replaceFirst("; SQL statement:$", "");
  }

  /// H2 has no number of its own for a write that failed in the middle of its work.
  private static boolean unwritten(Exception e) {
    return code(e) == ErrorCode.GENERAL_ERROR_1
        && String.valueOf(database(e).getMessage()).contains("MVStoreException: Writing to ");
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

  /// So many bytes have to be free on the disk for anything to be written, so that H2 does not find out by itself that it
  /// is full: its message says less, and it does not work afterwards.
  private static final long ROOM = 8 << 20;

  /// So much is not used up in a moment.
  private static final long PLENTY = 1L << 30;

  private static final long A_MOMENT = 1_000_000_000;

  /// @param free bytes that were free on the disk
  private record Room(long free, long nanos) {}

  private volatile Room room = new Room(0, 0);

  /// Why nothing can be written for now; empty when there is room. A disk that has much to do takes its time to say: one
  /// that had plenty is not asked again for a moment.
  Optional<StoreException.NoRoom> obstacle() {
    Path directory = this.directory;
    if (directory == null) {
      return Optional.empty();
    }
    Room last = room;
    long now = System.nanoTime();
    if (last.free < PLENTY || now - last.nanos > A_MOMENT) {
      last = new Room(directory.toFile().getUsableSpace(), now);
      room = last;
    }
    return last.free >= ROOM
        ? Optional.empty()
        : Optional.of(
            new StoreException.NoRoom("the disk of %s has less than %d MB left: make room".formatted(directory, ROOM >> 20)));
  }

  /// All or nothing, and on the disk when this returns.
  ///
  /// @throws StoreException.NoRoom when there is an [#obstacle]
  void write(Consumer<Transaction> writing) {
    Optional<StoreException.NoRoom> obstacle = obstacle();
    if (obstacle.isPresent()) {
      throw obstacle.get();
    }
    guarded(
        () -> {
          context.transaction(configuration -> writing.accept(new Transaction(configuration.dsl())));
          return true;
        });
  }

  /// Writes its file as of one moment, while it is in use. Needs as much room beside the file for a while.
  void copy(OutputStream to) throws IOException {
    Path file =
        file(url)
            .orElseThrow(
                () -> new StoreException(name() + " is not in the data directory: copy it by its own means", null));
    Path aside = file.resolveSibling(".copy-of-" + file.getFileName() + ".zip");
    try {
      guarded(() -> context.connectionResult(connection -> {
        try (var statement = connection.prepareStatement("backup to ?")) {
          statement.setString(1, aside.toString());
          return statement.execute();
        }
      }));
      try (var zip = new ZipInputStream(Files.newInputStream(aside))) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          if (entry.getName().equals(String.valueOf(file.getFileName()))) {
            zip.transferTo(to);
            return;
          }
        }
      }
      throw new IOException("H2 has not copied " + file);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  /// The file that it is in, if it is in one of this machine.
  static Optional<Path> file(String url) {
    String name = url.replaceFirst("^jdbc:h2:(file:|anchored:|async:)*", "").replaceFirst("[;?].*", "");
    String home = Matcher.quoteReplacement(System.getProperty("user.home"));
    return url.startsWith("jdbc:h2:") && !name.matches("[a-z]+:.*")
        ? Optional.of(Path.of(name.replaceFirst("^~", home) + ".mv.db"))
        : Optional.empty();
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
    return trouble(url, e);
  }

  static StoreException trouble(String url, Exception e) {
    String where = name(url);
    return new StoreException(
        switch (code(e)) {
          case ErrorCode.DATABASE_ALREADY_OPEN_1 ->
              where + " is in use by another process, probably by a Millrace that still runs: stop that one, or choose"
                  + " another data directory";
          case ErrorCode.FILE_CORRUPTED_1, ErrorCode.FILE_VERSION_ERROR_1 ->
              where + " is damaged: restore a backup into another directory, or move the file away to begin with an"
                  + " empty one";
          case ErrorCode.FILE_CREATION_FAILED_1, ErrorCode.IO_EXCEPTION_1, ErrorCode.IO_EXCEPTION_2,
              ErrorCode.DATABASE_IS_READ_ONLY, ErrorCode.FILE_RENAME_FAILED_2, ErrorCode.ERROR_OPENING_DATABASE_1 ->
              unwritable(where);
          default ->
              unwritten(e) ? unwritable(where) : where + " does not work: " + said(e);
        },
        e);
  }

  private static String unwritable(String where) {
    return where + " cannot be written: see that the directory exists or can be made, belongs to this user and has"
        + " room, or choose another data directory";
  }

  private String name() {
    return name(url);
  }

  private static String name(String url) {
    return "the database " + url.replaceFirst("^jdbc:h2:(file:|anchored:|async:)*", "").replaceFirst("[;?].*", "");
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
