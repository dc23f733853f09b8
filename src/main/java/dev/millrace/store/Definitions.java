package dev.millrace.store;

import static dev.millrace.store.tables.Tables.DEFINITION;

import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.store.Database.Transaction;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/// The definitions that are stored, each parsed at most once.
final class Definitions {
  private record Key(PipelineName pipeline, String commit) {}

  private final DefinitionParser parser;
  private final Map<Key, Definition> parsed = new ConcurrentHashMap<>();

  Definitions(DefinitionParser parser) {
    this.parser = parser;
  }

  Definition get(DSLContext sql, String pipeline, String commit) {
    Definition found = find(sql, new Key(new PipelineName(pipeline), commit));
    if (found == null) {
      throw new IllegalStateException("the definition of " + pipeline + " at " + commit + " is not stored");
    }
    return found;
  }

  Optional<Definition> find(DSLContext sql, PipelineName pipeline, String commit) {
    return Optional.ofNullable(find(sql, new Key(pipeline, commit)));
  }

  /// Stores what is not stored yet.
  void keep(Transaction transaction, Definition definition) {
    Definition known = find(transaction.sql(), new Key(definition.name(), definition.commit()));
    if (known == null) {
      transaction
          .sql()
          .insertInto(DEFINITION)
          .columns(DEFINITION.PIPELINE, DEFINITION.COMMIT_ID, DEFINITION.PATH, DEFINITION.CONTENT)
          .values(definition.name().text(), definition.commit(), definition.path(), definition.text())
          .execute();
    } else if (known != definition
        && !(known.path().equals(definition.path()) && known.text().equals(definition.text()))) {
      throw new IllegalStateException(
          "pipeline " + definition.name() + " is defined in two ways at one commit, " + definition.commit());
    }
  }

  /// It is stored now: no need to parse it again.
  void kept(Definition definition) {
    parsed.putIfAbsent(new Key(definition.name(), definition.commit()), definition);
  }

  private @Nullable Definition find(DSLContext sql, Key key) {
    Definition known = parsed.get(key);
    if (known != null) {
      return known;
    }
    var row =
        sql.selectFrom(DEFINITION)
            .where(DEFINITION.PIPELINE.eq(key.pipeline().text()), DEFINITION.COMMIT_ID.eq(key.commit()))
            .fetchOne();
    if (row == null) {
      return null;
    }
    String path = row.getPath();
    String text = row.getContent();
    Definition read = new Definition(parser.parse(key.pipeline(), path, text), key.commit(), path, text);
    kept(read);
    return read;
  }
}
