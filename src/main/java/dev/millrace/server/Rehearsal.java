package dev.millrace.server;

import dev.millrace.change.AttemptId;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.runner.Runner;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// Runs nothing at all: the steps of one pipeline pass, those of all others never begin.
final class Rehearsal implements Runner {
  private final PipelineName passing;
  private final Clock clock;
  private final Set<AttemptId> stopped = new HashSet<>();
  private boolean closed;

  Rehearsal(PipelineName passing, Clock clock) {
    this.passing = passing;
    this.clock = clock;
  }

  @Override
  public void prepare(Assignment assignment, Workspace workspace) {}

  @Override
  public Outcome run(Assignment assignment, Workspace workspace, Output output) throws InterruptedException {
    AttemptId attempt = assignment.attempt();
    if (attempt.change().pipeline().equals(passing)) {
      Instant at = clock.instant();
      output.started(at, null);
      if (output.resume().isEmpty()) {
        output.print(at, "a rehearsal: nothing is run\n".getBytes(StandardCharsets.UTF_8));
      }
      return new Outcome.Exited(at, 0, false);
    }
    synchronized (this) {
      while (!stopped.contains(attempt)) {
        if (closed) {
          throw new InterruptedException("the rehearsal is over");
        }
        wait();
      }
    }
    return new Outcome.NeverStarted(clock.instant());
  }

  @Override
  public synchronized void stop(AttemptId attempt) {
    stopped.add(attempt);
    notifyAll();
  }

  @Override
  public synchronized void release(AttemptId attempt) {
    stopped.remove(attempt);
  }

  @Override
  public Set<AttemptId> holding() {
    return Set.of();
  }

  @Override
  public Optional<String> trouble() {
    return Optional.empty();
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }
}
