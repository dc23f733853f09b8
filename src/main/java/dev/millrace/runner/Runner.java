package dev.millrace.runner;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Image;
import dev.millrace.flow.Effect.Assignment;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Executes steps, each in a fresh container, each exactly once.
///
/// The life of an attempt, in phases. One thread sees one attempt through; several attempts go side by side.
///
/// 1. [#prepare] (may be left out, may be called twice): the container exists, named by the attempt, with the workspace
///    in it; nothing runs. Its name is the fence: there is never a second one.
/// 2. [#run]: prepares what is not prepared, starts what is not started, else finds again what runs or has ended (also
///    after a restart of the server), brings every byte it prints to the [Output] exactly once, and returns how it ended.
///    It never starts a container twice and blocks until the end; one whose process has begun and whose container somebody
///    removed is an [Outcome.Unavailable]: it is not made anew. An interrupt makes it throw [InterruptedException]
///    and leaves the container as it is.
/// 3. [#stop], from any thread, any number of times, also for attempts that do not exist: the container ends within
///    seconds, and `run` returns. An attempt that is stopped before it started never starts: `run` answers
///    [Outcome.NeverStarted].
/// 4. [#release], after the result is stored, or when what was prepared is not wanted: the container, its volumes and
///    networks are gone. Must never fail for one that is not there. What had not run by then may be prepared again.
///
/// What is under this server's label and belongs to nobody is found by [#holding] and released.
///
/// An engine that cannot be reached is an [Outcome.Unavailable] of `run`, is of no interest to `prepare`, and makes
/// `stop`, `release` and `holding` throw an [java.io.UncheckedIOException]; a `run` that goes on does what a `stop`
/// could not do as soon as the engine is back.
public interface Runner extends AutoCloseable {
  void prepare(Assignment assignment, Workspace workspace) throws InterruptedException;

  Outcome run(Assignment assignment, Workspace workspace, Output output) throws InterruptedException;

  void stop(AttemptId attempt);

  void release(AttemptId attempt);

  /// The attempts that have a container, in whatever state.
  Set<AttemptId> holding();

  /// What keeps an attempt from being started, in words that follow "waits for"; empty when nothing does that is known.
  default Optional<String> waitsFor(AttemptId attempt) {
    return Optional.empty();
  }

  /// Empty when steps can be run; otherwise a sentence saying what is missing and what to do.
  Optional<String> trouble();

  /// Lets go of connections; containers stay as they are. Closing twice is fine. What is asked of it from then on is
  /// left to the next start: `prepare` and `run` are interrupted, `stop`, `release` and `holding` find no engine.
  @Override
  void close();

  /// The files a step works on.
  interface Workspace {
    /// Writes them as a tar archive, relative to the workspace; may be asked more than once.
    void writeTar(OutputStream to) throws IOException;
  }

  /// Where what a step prints goes, and who is told that it began. Called by one thread at a time.
  interface Output {
    /// Whether [#started] was told before, be it by an earlier runner: then there is, or was, a container.
    boolean begun();

    /// The process began; told again after each time it is found again.
    ///
    /// @param image what it runs in, by its content; null when the engine does not say
    void started(Instant at, @Nullable Image image);

    /// The time stamp from which on lines are wanted, those with this very stamp included; empty: all of them.
    /// What was kept with that stamp or a later one has been dropped when this returns.
    Optional<Instant> resume();

    /// A line, or a piece of a long one, with its line end if it has one. Stamps never go back within an attempt, not
    /// even across a restart of the server. What this throws comes out of [Runner#run].
    void print(Instant stamp, byte[] bytes);
  }

  /// How an attempt ended.
  sealed interface Outcome {
    Instant at();

    /// @param outOfMemory whether the kernel ended it for its use of memory
    record Exited(Instant at, int code, boolean outOfMemory) implements Outcome {}

    /// What the definition asks for cannot be started: no shell in the image, a command that does not exist.
    record NotStartable(Instant at, String because) implements Outcome {}

    /// It was stopped before it started.
    record NeverStarted(Instant at) implements Outcome {}

    /// The engine, the image or the machine is missing.
    ///
    /// @param again whether trying again can help without anybody changing anything
    record Unavailable(Instant at, String because, boolean again) implements Outcome {}
  }
}
