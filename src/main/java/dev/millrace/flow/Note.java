package dev.millrace.flow;

import dev.millrace.change.ChangeId;
import java.time.Instant;

/// One line of a change's history: what happened, in a sentence for people.
public record Note(Instant at, ChangeId change, String sentence) {}
