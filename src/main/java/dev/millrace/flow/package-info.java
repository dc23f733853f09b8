/// The rules: what is in flight and what happened, to what is in flight next. No I/O, no clock, no threads.
@NullMarked
package dev.millrace.flow;

import org.jspecify.annotations.NullMarked;
