package dev.millrace.store;

import static dev.millrace.store.tables.Tables.ATTEMPT;
import static dev.millrace.store.tables.Tables.INSTALLATION;
import static dev.millrace.store.tables.Tables.NOTE;

import dev.millrace.change.AttemptId;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jooq.impl.DSL;

/// A database that was copied from another installation and is about to be one of its own. It is brought up to date by
/// being opened.
public final class CopiedDatabase implements AutoCloseable {
  private final Database database;

  public CopiedDatabase(Path data) {
    database = new Database(Store.h2(data));
  }

  /// From now on it is another installation, so that none of its containers is taken for one of the first; and what ran
  /// there has not begun here.
  ///
  /// @param because told in the history of each change that something runs again of: ends with a colon
  /// @return what runs again
  public List<AttemptId> begin(Instant at, String because) {
    var again =
        database.read(
            sql ->
                sql.selectFrom(ATTEMPT)
                    .where(ATTEMPT.STATE.eq("running"))
                    .orderBy(ATTEMPT.PIPELINE, ATTEMPT.NUMBER, ATTEMPT.PLACE)
                    .fetch(AttemptRows::id));
    database.write(
        transaction -> {
          var sql = transaction.sql();
          sql.update(INSTALLATION).set(INSTALLATION.ID, Store.newInstallation()).execute();
          sql.update(ATTEMPT)
              .set(ATTEMPT.STATE, "planned")
              .setNull(ATTEMPT.STARTED_AT)
              .setNull(ATTEMPT.IMAGE)
              .setNull(ATTEMPT.IMAGE_DIGEST)
              .where(ATTEMPT.STATE.eq("running"))
              .execute();
          for (AttemptId attempt : again) {
            sql.insertInto(NOTE)
                .set(NOTE.PIPELINE, attempt.change().pipeline().text())
                .set(NOTE.NUMBER, attempt.change().number())
                .set(NOTE.HAPPENED_AT, at)
                .set(NOTE.SENTENCE, because + " " + attempt + " ran there and runs again here")
                .execute();
          }
        });
    return again;
  }

  public String installation() {
    return database.read(sql -> sql.select(INSTALLATION.ID).from(INSTALLATION).fetchSingle(INSTALLATION.ID));
  }

  /// Whether this is the locator of an attempt that has ended.
  public boolean ended(String locator) {
    String[] part = locator.split("/", -1);
    if (part.length != 5 || !part[1].matches("\\d{1,9}") || !part[4].matches("\\d{1,9}")) {
      return false;
    }
    return database.read(
        sql ->
            sql.fetchExists(
                DSL.selectOne()
                    .from(ATTEMPT)
                    .where(
                        ATTEMPT.PIPELINE.eq(part[0]),
                        ATTEMPT.NUMBER.eq(Integer.valueOf(part[1])),
                        ATTEMPT.STAGE.eq(part[2]),
                        ATTEMPT.STEP.eq(part[3]),
                        ATTEMPT.ATTEMPT_.eq(Integer.valueOf(part[4])),
                        ATTEMPT.FINISHED_AT.isNotNull())));
  }

  @Override
  public void close() {
    database.close();
  }
}
