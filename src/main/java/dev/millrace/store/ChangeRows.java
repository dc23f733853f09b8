package dev.millrace.store;

import static dev.millrace.store.tables.Tables.CHANGE;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.store.Database.Transaction;
import dev.millrace.store.tables.tables.records.ChangeRecord;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;

/// A change without its candidates and attempts as a row, and back.
final class ChangeRows {
  private ChangeRows() {}

  /// The words of what people call running.
  static final List<String> RUNNING = List.of("merging", "moving", "failing", "passing", "cancelling");
  static final List<String> IN_FLIGHT = List.of("queued", "merging", "moving", "failing", "passing", "cancelling");
  static final List<String> STATES =
      List.of("queued", "merging", "moving", "failing", "passing", "cancelling", "passed", "failed", "cancelled");

  private static final Field<?>[] CHANGING = {
    CHANGE.DEFINITION_COMMIT,
    CHANGE.STATE,
    CHANGE.STATE_AT,
    CHANGE.FROM_STAGE,
    CHANGE.BECAUSE,
    CHANGE.CANDIDATE_BASE,
    CHANGE.CANDIDATE_COMMIT,
    CHANGE.ROUND,
    CHANGE.PRIORITY
  };

  static String word(ChangeState state) {
    return switch (state) {
      case ChangeState.Queued _ -> "queued";
      case ChangeState.Merging _ -> "merging";
      case ChangeState.Moving _ -> "moving";
      case ChangeState.Failing _ -> "failing";
      case ChangeState.Passing _ -> "passing";
      case ChangeState.Cancelling _ -> "cancelling";
      case ChangeState.Passed _ -> "passed";
      case ChangeState.Failed _ -> "failed";
      case ChangeState.Cancelled _ -> "cancelled";
    };
  }

  static Condition is(ChangeId id) {
    return CHANGE.PIPELINE.eq(id.pipeline().text()).and(CHANGE.NUMBER.eq(id.number()));
  }

  static ChangeId id(ChangeRecord row) {
    return new ChangeId(new PipelineName(row.getPipeline()), row.getNumber());
  }

  static Query insert(Transaction transaction, Change change) {
    return transaction.sql().insertInto(CHANGE).set(row(change).intoMap());
  }

  /// Replaces what is stored, which must be `stored`.
  static Query update(Transaction transaction, Change stored, Change change) {
    return transaction
        .sql()
        .update(CHANGE)
        .set(row(change).into(CHANGING).intoMap())
        .where(is(change.id()), CHANGE.STATE.eq(word(stored.state())), CHANGE.ROUND.eq(stored.round()));
  }

  /// Every column of it: those that its state does not know are null.
  static ChangeRecord row(Change change) {
    var row = new ChangeRecord();
    row.setPipeline(change.id().pipeline().text());
    row.setNumber(change.id().number());
    row.setCommitId(change.commit().id().hex());
    row.setSubject(change.commit().subject());
    row.setAuthor(change.commit().author());
    switch (change.aim()) {
      case Aim.Integrate(BranchName branch, BranchName into) -> {
        row.setAim("integrate");
        row.setBranch(branch.text());
        row.setTarget(into.text());
      }
      case Aim.Check(@Nullable BranchName branch, boolean landed) -> {
        row.setAim("check");
        row.setBranch(branch == null ? null : branch.text());
        row.setLanded(landed);
      }
    }
    row.setBroughtBy(change.by());
    row.setDefinitionCommit(change.definition().commit());
    row.setCreatedAt(change.createdAt());
    row.setRound(change.round());
    row.setPriority(change.priority());
    row.setParameters(text(change.parameters()));
    Candidate candidate = change.candidate();
    if (candidate != null) {
      row.setCandidateBase(candidate.base().hex());
      row.setCandidateCommit(candidate.commit().hex());
    }
    row.setState(word(change.state()));
    switch (change.state()) {
      case ChangeState.Queued queued -> {
        row.setStateAt(queued.since());
        row.setFromStage(text(queued.from()));
      }
      case ChangeState.Merging merging -> {
        row.setStateAt(merging.since());
        row.setFromStage(text(merging.from()));
      }
      case ChangeState.Moving moving -> row.setStateAt(moving.since());
      case ChangeState.Leaving leaving -> {
        row.setStateAt(leaving.since());
        row.setBecause(leaving.because());
      }
      case ChangeState.Ended ended -> {
        row.setStateAt(ended.at());
        row.setBecause(ended.because());
      }
    }
    return row;
  }

  static Change change(ChangeRecord row, Definition definition, List<Candidacy> candidacies, List<Attempt> attempts) {
    return new Change(
        id(row),
        new Commit(new CommitId(row.getCommitId()), row.getSubject(), row.getAuthor()),
        aim(row),
        row.getBroughtBy(),
        definition,
        row.getCreatedAt(),
        state(row),
        row.getCandidateCommit() == null
            ? null
            : new Candidate(new CommitId(row.getCandidateBase()), new CommitId(row.getCandidateCommit())),
        row.getRound(),
        row.getPriority(),
        parameters(row.getParameters()),
        candidacies,
        attempts);
  }

  /// `level=3&target=a+b`: as in the query of an address.
  private static String text(Map<String, String> parameters) {
    return new TreeMap<>(parameters).entrySet().stream()
        .map(its -> encoded(its.getKey()) + "=" + encoded(its.getValue()))
        .collect(Collectors.joining("&"));
  }

  static Map<String, String> parameters(String text) {
    var parameters = new TreeMap<String, String>();
    for (String pair : text.isEmpty() ? new String[0] : text.split("&")) {
      int equals = pair.indexOf('=');
      parameters.put(decoded(pair.substring(0, equals)), decoded(pair.substring(equals + 1)));
    }
    return parameters;
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static Aim aim(ChangeRecord row) {
    return switch (row.getAim()) {
      case "integrate" -> new Aim.Integrate(new BranchName(row.getBranch()), new BranchName(row.getTarget()));
      case "check" ->
          new Aim.Check(row.getBranch() == null ? null : new BranchName(row.getBranch()), row.getLanded());
      default -> throw new IllegalStateException("an unknown aim of " + id(row) + ": " + row.getAim());
    };
  }

  private static ChangeState state(ChangeRecord row) {
    var at = row.getStateAt();
    return switch (row.getState()) {
      case "queued" -> new ChangeState.Queued(at, stage(row.getFromStage()));
      case "merging" -> new ChangeState.Merging(at, stage(row.getFromStage()));
      case "moving" -> new ChangeState.Moving(at);
      case "failing" -> new ChangeState.Failing(at, row.getBecause());
      case "passing" -> new ChangeState.Passing(at, row.getBecause());
      case "cancelling" -> new ChangeState.Cancelling(at, row.getBecause());
      case "passed" -> new ChangeState.Passed(at, row.getBecause());
      case "failed" -> new ChangeState.Failed(at, row.getBecause());
      case "cancelled" -> new ChangeState.Cancelled(at, row.getBecause());
      default -> throw new IllegalStateException("an unknown state of " + id(row) + ": " + row.getState());
    };
  }

  private static @Nullable String text(@Nullable StageName stage) {
    return stage == null ? null : stage.text();
  }

  private static @Nullable StageName stage(@Nullable String text) {
    return text == null ? null : new StageName(text);
  }
}
