package dev.millrace.statistics;

import java.time.Duration;
import java.time.Instant;

/// One ended attempt that says something about its stage or step: it passed, or the change was at fault.
/// Errored and cancelled attempts say nothing and are never trials.
public record Trial(Instant finishedAt, Duration duration, boolean passed) {}
