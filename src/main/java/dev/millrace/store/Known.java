package dev.millrace.store;

import dev.millrace.pipeline.Definition;

/// What is known of a pipeline without asking the database.
///
/// @param definition today's, or the last one
/// @param defined whether there is one today
/// @param lastNumber the number of its last change, 0 without any
record Known(Definition definition, boolean defined, int lastNumber) {}
