/// Commit, then act: one thread decides and stores; only then the outside world hears of it.
@NullMarked
package dev.millrace.engine;

import org.jspecify.annotations.NullMarked;
