package dev.millrace.queue;

import java.time.Instant;

/// A queue that somebody has stopped: nothing starts and nothing lands until it is released.
///
/// @param because why, in their words
public record Hold(Instant at, String by, String because) {}
