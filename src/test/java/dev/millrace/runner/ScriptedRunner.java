package dev.millrace.runner;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Image;
import dev.millrace.flow.Effect.Assignment;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.runner.ScriptedContainers.Box;
import dev.millrace.runner.ScriptedContainers.Piece;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// The runner of [ScriptedContainers]; strict with who uses it.
final class ScriptedRunner implements Runner {
  private final ScriptedContainers containers;

  // guarded by the containers' monitor, like their boxes
  private final Set<AttemptId> stopped = new HashSet<>();
  private final Set<AttemptId> watched = new HashSet<>();
  private boolean closed;

  ScriptedRunner(ScriptedContainers containers) {
    this.containers = containers;
  }

  @Override
  public void prepare(Assignment assignment, Workspace workspace) throws InterruptedException {
    AttemptId attempt = assignment.attempt();
    expect(!containers.over.contains(attempt.toString()), attempt + " is prepared after it was released");
    try {
      fill(assignment, workspace);
    } catch (IOException | UncheckedIOException _) {
      // told when it is run
    }
  }

  @Override
  public Outcome run(Assignment assignment, Workspace workspace, Output output) throws InterruptedException {
    AttemptId attempt = assignment.attempt();
    synchronized (containers) {
      expect(!containers.over.contains(attempt.toString()), attempt + " is run after it was released");
      expect(watched.add(attempt), attempt + " is run twice at once");
    }
    try {
      containers.reachFor(attempt);
      if (output.begun()) {
        synchronized (containers) {
          goOnIfOpen();
          if (containers.box(attempt) == null) {
            return removed();
          }
        }
      }
      fill(assignment, workspace);
      synchronized (containers) {
        Box box = containers.box(attempt);
        if (box == null) {
          return new Outcome.NeverStarted(containers.now());
        }
        if (box.startedAt == null && box.outcome == null) {
          containers.reach();
          containers.start(attempt);
        }
        box.watchers++;
        containers.notifyAll();
      }
      return watch(attempt, output);
    } catch (IOException broken) {
      return new Outcome.Unavailable(containers.now(), "the workspace cannot be written: " + broken.getMessage(), true);
    } catch (UncheckedIOException broken) {
      return new Outcome.Unavailable(containers.now(), String.valueOf(broken.getCause().getMessage()), true);
    } finally {
      synchronized (containers) {
        watched.remove(attempt);
      }
    }
  }

  private void fill(Assignment assignment, Workspace workspace) throws IOException, InterruptedException {
    AttemptId attempt = assignment.attempt();
    synchronized (containers) {
      goOnIfOpen();
      containers.reach();
      if (stopped.contains(attempt) || containers.box(attempt) != null) {
        return;
      }
    }
    ByteArrayOutputStream tar = new ByteArrayOutputStream();
    workspace.writeTar(tar);
    synchronized (containers) {
      if (!stopped.contains(attempt) && containers.box(attempt) == null) {
        containers.create(assignment, tar.toByteArray());
      }
    }
  }

  private Outcome watch(AttemptId attempt, Output output) throws InterruptedException {
    Instant startedAt;
    Image image;
    synchronized (containers) {
      Box box = containers.box(attempt);
      startedAt = box == null ? null : box.startedAt;
      image = box == null ? null : box.image;
    }
    if (startedAt != null) {
      output.started(startedAt, image);
    }
    Optional<Instant> from = output.resume();
    int seen = 0;
    while (true) {
      List<Piece> news;
      Outcome outcome;
      synchronized (containers) {
        Box box = containers.box(attempt);
        while (box != null && box.outcome == null && box.log.size() == seen && !closed) {
          containers.wait();
          box = containers.box(attempt);
        }
        goOnIfOpen();
        if (box == null) {
          return removed();
        }
        news = List.copyOf(box.log.subList(seen, box.log.size()));
        outcome = box.outcome;
        seen = box.log.size();
      }
      for (Piece piece : news) {
        if (from.isEmpty() || !piece.stamp().isBefore(from.get())) {
          output.print(piece.stamp(), piece.bytes());
        }
      }
      if (outcome != null) {
        return outcome;
      }
    }
  }

  private Outcome removed() {
    return new Outcome.Unavailable(containers.now(), "its container was removed", false);
  }

  @Override
  public void stop(AttemptId attempt) {
    synchronized (containers) {
      reachIfOpen();
      stopped.add(attempt);
      containers.stop(attempt);
    }
  }

  @Override
  public void release(AttemptId attempt) {
    synchronized (containers) {
      reachIfOpen();
      expect(!watched.contains(attempt), attempt + " is released before its run has ended");
      containers.release(attempt);
      stopped.remove(attempt);
    }
  }

  @Override
  public Set<AttemptId> holding() {
    synchronized (containers) {
      reachIfOpen();
      return containers.all().stream().map(ScriptedRunner::attempt).collect(Collectors.toUnmodifiableSet());
    }
  }

  @Override
  public Optional<String> trouble() {
    return Optional.ofNullable(containers.trouble());
  }

  @Override
  public void close() {
    synchronized (containers) {
      closed = true;
      containers.notifyAll();
    }
  }

  private void goOnIfOpen() throws InterruptedException {
    if (closed || Thread.interrupted()) {
      throw new InterruptedException();
    }
  }

  private void reachIfOpen() {
    if (closed) {
      throw new UncheckedIOException(new IOException("the server is stopping"));
    }
    containers.reach();
  }

  private void expect(boolean kept, String otherwise) {
    if (!kept) {
      containers.violated(otherwise);
    }
  }

  private static AttemptId attempt(String locator) {
    String[] part = locator.split("/", -1);
    return new AttemptId(
        new ChangeId(new PipelineName(part[0]), Integer.parseInt(part[1])),
        new StageName(part[2]),
        new StepName(part[3]),
        Integer.parseInt(part[4]));
  }
}
