package dev.millrace.web.view;

import java.time.Instant;

/// One line that a step printed.
///
/// @param number from 1
/// @param text as it was printed, escape sequences included, without the line's end
/// @param cut whether there is more of it than can be shown
public record LogLine(long number, Instant at, String text, boolean cut) {}
