package dev.millrace.store;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.pipeline.PipelineName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One thing that moved, for those who watch. Sequences rise strictly and in the order of commit: who asks for what
/// came after one it has seen misses nothing.
///
/// @param at when it was stored
/// @param change null when it is the pipeline that moved
/// @param attempt null when it is not an attempt that moved
/// @param what `pipeline.defined`, `pipeline.removed`, `queue.held`, `queue.released`, or `change.` or `attempt.` with its state: `change.moving`,
///     `attempt.failed`. A change says its state again when anything else of it is different.
public record Moved(
    long sequence,
    Instant at,
    PipelineName pipeline,
    @Nullable ChangeId change,
    @Nullable AttemptId attempt,
    String what) {}
