package dev.millrace.store;

import static dev.millrace.store.tables.Tables.ATTEMPT;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.AttemptState.StopReason;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.store.Database.Transaction;
import dev.millrace.store.tables.tables.records.AttemptRecord;
import java.time.Duration;
import org.jooq.Field;
import org.jooq.Query;

/// An attempt as a row, and back.
final class AttemptRows {
  private AttemptRows() {}

  private static final Field<?>[] CHANGING = {
    ATTEMPT.STATE,
    ATTEMPT.STARTED_AT,
    ATTEMPT.FINISHED_AT,
    ATTEMPT.STOP,
    ATTEMPT.FAULT,
    ATTEMPT.BECAUSE,
    ATTEMPT.EXIT_CODE,
    ATTEMPT.MEMORY_LIMIT,
    ATTEMPT.TIME_LIMIT_NANOS,
    ATTEMPT.AGAIN,
    ATTEMPT.IMAGE,
    ATTEMPT.IMAGE_DIGEST
  };

  static String word(AttemptState state) {
    return switch (state) {
      case AttemptState.Planned _ -> "planned";
      case AttemptState.Running _ -> "running";
      case AttemptState.Stopping _ -> "stopping";
      case AttemptState.Passed _ -> "passed";
      case AttemptState.Failed _ -> "failed";
      case AttemptState.Errored _ -> "errored";
      case AttemptState.Cancelled _ -> "cancelled";
    };
  }

  static AttemptId id(AttemptRecord row) {
    return new AttemptId(change(row), new StageName(row.getStage()), new StepName(row.getStep()), row.getAttempt());
  }

  static ChangeId change(AttemptRecord row) {
    return new ChangeId(new PipelineName(row.getPipeline()), row.getNumber());
  }

  static Query insert(Transaction transaction, int place, Attempt attempt) {
    AttemptRecord row = row(attempt);
    row.setPlace(place);
    return transaction.sql().insertInto(ATTEMPT).set(row.intoMap());
  }

  /// Replaces the state that is stored, which must be that of `stored` and none of the ends.
  static Query update(Transaction transaction, Attempt stored, Attempt attempt) {
    AttemptId id = attempt.id();
    return transaction
        .sql()
        .update(ATTEMPT)
        .set(row(attempt).into(CHANGING).intoMap())
        .where(
            ATTEMPT.PIPELINE.eq(id.change().pipeline().text()),
            ATTEMPT.NUMBER.eq(id.change().number()),
            ATTEMPT.STAGE.eq(id.stage().text()),
            ATTEMPT.STEP.eq(id.step().text()),
            ATTEMPT.ATTEMPT_.eq(id.number()),
            ATTEMPT.STATE.eq(word(stored.state())),
            ATTEMPT.FINISHED_AT.isNull());
  }

  /// Every column but its place: those that its state does not know are null.
  static AttemptRecord row(Attempt attempt) {
    AttemptId id = attempt.id();
    var row = new AttemptRecord();
    row.setPipeline(id.change().pipeline().text());
    row.setNumber(id.change().number());
    row.setStage(id.stage().text());
    row.setStep(id.step().text());
    row.setAttempt(id.number());
    row.setRound(attempt.round());
    row.setCommitId(attempt.commit().hex());
    row.setDefinitionCommit(attempt.definition());
    row.setPlannedAt(attempt.plannedAt());
    row.setState(word(attempt.state()));
    row.setStartedAt(attempt.startedAt().orElse(null));
    row.setFinishedAt(attempt.finishedAt().orElse(null));
    Image image = attempt.image();
    row.setImage(image == null ? null : image.name());
    row.setImageDigest(image == null ? null : image.digest());
    switch (attempt.state()) {
      case AttemptState.Planned _, AttemptState.Running _, AttemptState.Passed _ -> {}
      case AttemptState.Stopping stopping -> {
        switch (stopping.reason()) {
          case StopReason.Cancelled(String because) -> {
            row.setStop("cancelled");
            row.setBecause(because);
          }
          case StopReason.TimedOut(Duration limit) -> {
            row.setStop("timed-out");
            row.setTimeLimitNanos(limit.toNanos());
          }
        }
      }
      case AttemptState.Failed failed -> {
        switch (failed.fault()) {
          case Fault.ExitCode(int code) -> {
            row.setFault("exit-code");
            row.setExitCode(code);
          }
          case Fault.OutOfMemory(long limit) -> {
            row.setFault("out-of-memory");
            row.setMemoryLimit(limit);
          }
          case Fault.TimedOut(Duration limit) -> {
            row.setFault("timed-out");
            row.setTimeLimitNanos(limit.toNanos());
          }
          case Fault.NotStartable(String because) -> {
            row.setFault("not-startable");
            row.setBecause(because);
          }
        }
      }
      case AttemptState.Errored errored -> {
        row.setBecause(errored.because());
        row.setAgain(errored.again());
      }
      case AttemptState.Cancelled cancelled -> row.setBecause(cancelled.because());
    }
    return row;
  }

  static Attempt attempt(AttemptRecord row) {
    return new Attempt(
        id(row),
        row.getRound(),
        new CommitId(row.getCommitId()),
        row.getDefinitionCommit(),
        row.getPlannedAt(),
        state(row),
        row.getImage() == null ? null : new Image(row.getImage(), row.getImageDigest()));
  }

  private static AttemptState state(AttemptRecord row) {
    var started = row.getStartedAt();
    var finished = row.getFinishedAt();
    return switch (row.getState()) {
      case "planned" -> new AttemptState.Planned();
      case "running" -> new AttemptState.Running(started);
      case "stopping" -> new AttemptState.Stopping(started, reason(row));
      case "passed" -> new AttemptState.Passed(started, finished);
      case "failed" -> new AttemptState.Failed(started, finished, fault(row));
      case "errored" -> new AttemptState.Errored(started, finished, row.getBecause(), row.getAgain());
      case "cancelled" -> new AttemptState.Cancelled(started, finished, row.getBecause());
      default -> throw unknown("state", row.getState());
    };
  }

  private static StopReason reason(AttemptRecord row) {
    return switch (row.getStop()) {
      case "cancelled" -> new StopReason.Cancelled(row.getBecause());
      case "timed-out" -> new StopReason.TimedOut(Duration.ofNanos(row.getTimeLimitNanos()));
      default -> throw unknown("reason to stop", row.getStop());
    };
  }

  private static Fault fault(AttemptRecord row) {
    return switch (row.getFault()) {
      case "exit-code" -> new Fault.ExitCode(row.getExitCode());
      case "out-of-memory" -> new Fault.OutOfMemory(row.getMemoryLimit());
      case "timed-out" -> new Fault.TimedOut(Duration.ofNanos(row.getTimeLimitNanos()));
      case "not-startable" -> new Fault.NotStartable(row.getBecause());
      default -> throw unknown("fault", row.getFault());
    };
  }

  private static IllegalStateException unknown(String what, String found) {
    return new IllegalStateException("the database holds an attempt with an unknown " + what + ": " + found);
  }
}
