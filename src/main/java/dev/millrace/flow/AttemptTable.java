package dev.millrace.flow;

import dev.millrace.change.AttemptState;
import dev.millrace.change.AttemptState.Cancelled;
import dev.millrace.change.AttemptState.Ended;
import dev.millrace.change.AttemptState.Errored;
import dev.millrace.change.AttemptState.Failed;
import dev.millrace.change.AttemptState.Passed;
import dev.millrace.change.AttemptState.Planned;
import dev.millrace.change.AttemptState.Running;
import dev.millrace.change.AttemptState.StopReason;
import dev.millrace.change.AttemptState.Stopping;
import dev.millrace.change.Fault;
import dev.millrace.flow.AttemptEvent.Broke;
import dev.millrace.flow.AttemptEvent.Faulted;
import dev.millrace.flow.AttemptEvent.NeverStarted;
import dev.millrace.flow.AttemptEvent.Started;
import dev.millrace.flow.AttemptEvent.StopWanted;
import dev.millrace.flow.AttemptEvent.Succeeded;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What becomes of an attempt: one row for each state and event. javac holds that none is missing.
///
/// What ended by itself keeps its end, also when that is seen only after it was told to stop: a success always, a fault when
/// it lies before the time was over (both instants are of the engine's clock; when that was set back meanwhile, they say nothing).
final class AttemptTable {
  private AttemptTable() {}

  private record Cell(AttemptState state, AttemptEvent event) {}

  static AttemptState next(AttemptState state, AttemptEvent event) {
    return switch (new Cell(state, event)) {
      case Cell(Ended ended, AttemptEvent _) -> ended;

      case Cell(Planned _, Started(var at, var _)) -> new Running(at);
      case Cell(Planned _, Succeeded(var at)) -> new Passed(at, at);
      case Cell(Planned _, Faulted(var at, var fault)) -> new Failed(at, at, fault);
      case Cell(Planned _, Broke(var at, var because, var again)) -> new Errored(null, at, because, again);
      case Cell(Planned _, StopWanted(var _, var reason)) -> new Stopping(null, reason);
      case Cell(Planned _, NeverStarted(var at)) -> new Errored(null, at, "it was stopped from outside before it started", true);

      case Cell(Running running, Started _) -> running;
      case Cell(Running(var from), Succeeded(var at)) -> new Passed(from, at);
      case Cell(Running(var from), Faulted(var at, var fault)) -> new Failed(from, at, fault);
      case Cell(Running(var from), Broke(var at, var because, var _)) -> new Errored(from, at, because, false);
      case Cell(Running(var from), StopWanted(var _, var reason)) -> new Stopping(from, reason);
      case Cell(Running(var from), NeverStarted(var at)) -> new Errored(from, at, "it was stopped from outside", false);

      case Cell(Stopping(var _, var reason), Started(var at, var _)) -> new Stopping(at, reason);
      case Cell(Stopping(var from, var _), Succeeded(var at)) -> new Passed(from == null ? at : from, at);
      case Cell(Stopping(var from, StopReason.TimedOut(var limit)), Faulted(var at, var fault))
          when from != null && !at.isBefore(from) && at.isBefore(from.plus(limit)) -> new Failed(from, at, fault);
      case Cell(Stopping(var from, var reason), Faulted(var at, var _)) -> stopped(from, at, reason);
      case Cell(Stopping(var from, var reason), Broke(var at, var _, var _)) -> stopped(from, at, reason);
      case Cell(Stopping(var from, StopReason.TimedOut _), StopWanted(var _, StopReason.Cancelled reason)) -> new Stopping(from, reason);
      case Cell(Stopping stopping, StopWanted _) -> stopping;
      case Cell(Stopping(var from, var reason), NeverStarted(var at)) -> stopped(from, at, reason);
    };
  }

  private static AttemptState stopped(@Nullable Instant startedAt, Instant at, StopReason reason) {
    return switch (reason) {
      case StopReason.Cancelled(var because) -> new Cancelled(startedAt, at, because);
      case StopReason.TimedOut(var limit) -> new Failed(startedAt == null ? at : startedAt, at, new Fault.TimedOut(limit));
    };
  }
}
