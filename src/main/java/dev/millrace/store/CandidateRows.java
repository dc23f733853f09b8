package dev.millrace.store;

import static dev.millrace.store.tables.Tables.CANDIDATE;

import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidacy.State;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.TreeId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.store.Database.Transaction;
import dev.millrace.store.tables.tables.records.CandidateRecord;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;

/// A candidacy as a row, and back.
final class CandidateRows {
  private CandidateRows() {}

  private static final Field<?>[] CHANGING = {
    CANDIDATE.OPEN_CHANGES,
    CANDIDATE.IS_CURRENT,
    CANDIDATE.STATE,
    CANDIDATE.STATE_AT,
    CANDIDATE.BASE,
    CANDIDATE.COMMIT_ID,
    CANDIDATE.TREE,
    CANDIDATE.BECAUSE,
    CANDIDATE.LANDED_WITH,
    CANDIDATE.PASSED_LIKE
  };

  static String word(State state) {
    return switch (state) {
      case State.Merging _ -> "merging";
      case State.Testing _ -> "testing";
      case State.Passed _ -> "passed";
      case State.Failed _ -> "failed";
      case State.Conflicted _ -> "conflicted";
      case State.Dropped _ -> "dropped";
      case State.Landed _ -> "landed";
    };
  }

  static ChangeId change(CandidateRecord row) {
    return new ChangeId(new PipelineName(row.getPipeline()), row.getNumber());
  }

  static Query insert(Transaction transaction, ChangeId change, Candidacy candidacy) {
    return transaction.sql().insertInto(CANDIDATE).set(row(change, candidacy).intoMap());
  }

  /// Replaces what is stored, which must be in the state of `stored`.
  static Query update(Transaction transaction, ChangeId change, Candidacy stored, Candidacy candidacy) {
    return transaction
        .sql()
        .update(CANDIDATE)
        .set(row(change, candidacy).into(CHANGING).intoMap())
        .where(
            CANDIDATE.PIPELINE.eq(change.pipeline().text()),
            CANDIDATE.NUMBER.eq(change.number()),
            CANDIDATE.CANDIDATE_.eq(candidacy.number()),
            CANDIDATE.STATE.eq(word(stored.state())));
  }

  /// Every column: those that its state does not know are null.
  static CandidateRecord row(ChangeId change, Candidacy candidacy) {
    var row = new CandidateRecord();
    row.setPipeline(change.pipeline().text());
    row.setNumber(change.number());
    row.setCandidate(candidacy.number());
    row.setChanges(text(candidacy.changes()));
    row.setOpenChanges(text(candidacy.open()));
    row.setIsCurrent(candidacy.current());
    row.setState(word(candidacy.state()));
    candidacy
        .candidate()
        .ifPresent(
            candidate -> {
              row.setBase(candidate.base().hex());
              row.setCommitId(candidate.commit().hex());
            });
    row.setTree(candidacy.tree().map(TreeId::hex).orElse(null));
    row.setPassedLike(candidacy.like().map(ChangeId::toString).orElse(null));
    switch (candidacy.state()) {
      case State.Merging(var since) -> row.setStateAt(since);
      case State.Testing testing -> row.setStateAt(testing.since());
      case State.Passed passed -> row.setStateAt(passed.at());
      case State.Failed failed -> {
        row.setStateAt(failed.at());
        row.setBecause(failed.because());
      }
      case State.Conflicted conflicted -> {
        row.setStateAt(conflicted.at());
        row.setBecause(conflicted.because());
      }
      case State.Dropped dropped -> {
        row.setStateAt(dropped.at());
        row.setBecause(dropped.because());
      }
      case State.Landed landed -> {
        row.setStateAt(landed.at());
        row.setLandedWith(landed.with().toString());
      }
    }
    return row;
  }

  static Candidacy candidacy(CandidateRecord row) {
    return new Candidacy(
        row.getCandidate(), ids(row.getChanges()), ids(row.getOpenChanges()), row.getIsCurrent(), state(row));
  }

  private static State state(CandidateRecord row) {
    var at = row.getStateAt();
    return switch (row.getState()) {
      case "merging" -> new State.Merging(at);
      case "testing" -> new State.Testing(at, candidate(row), tree(row));
      case "passed" -> new State.Passed(at, candidate(row), tree(row), id(row.getPassedLike()));
      case "failed" -> new State.Failed(at, candidate(row), tree(row), row.getBecause());
      case "conflicted" -> new State.Conflicted(at, row.getBecause());
      case "dropped" -> new State.Dropped(at, row.getBase() == null ? null : candidate(row), row.getBecause());
      case "landed" ->
          new State.Landed(at, candidate(row), tree(row), parsed(row.getLandedWith()), id(row.getPassedLike()));
      default -> throw new IllegalStateException("an unknown state of a candidate of " + change(row) + ": " + row.getState());
    };
  }

  private static TreeId tree(CandidateRecord row) {
    return new TreeId(row.getTree());
  }

  private static Candidate candidate(CandidateRecord row) {
    return new Candidate(new CommitId(row.getBase()), new CommitId(row.getCommitId()));
  }

  private static String text(List<ChangeId> ids) {
    return ids.stream().map(ChangeId::toString).collect(Collectors.joining(" "));
  }

  private static List<ChangeId> ids(String text) {
    return text.isEmpty() ? List.of() : Stream.of(text.split(" ")).map(CandidateRows::parsed).toList();
  }

  private static @Nullable ChangeId id(@Nullable String text) {
    return text == null ? null : parsed(text);
  }

  /// From `shop#42`.
  private static ChangeId parsed(String text) {
    int hash = text.lastIndexOf('#');
    return new ChangeId(new PipelineName(text.substring(0, hash)), Integer.parseInt(text.substring(hash + 1)));
  }
}
