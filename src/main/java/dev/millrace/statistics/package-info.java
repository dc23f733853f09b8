/// Durations and failure rates, and what follows from them.
@NullMarked
package dev.millrace.statistics;

import org.jspecify.annotations.NullMarked;
