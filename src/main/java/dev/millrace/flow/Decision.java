package dev.millrace.flow;

import dev.millrace.change.Change;
import java.util.Collection;
import java.util.List;

/// What follows: what is in flight next, which changes that touched, and what to tell about it.
///
/// @param touched the changes that are new or different, ended ones too
public record Decision(InFlight next, Collection<Change> touched, List<Note> notes) {}
