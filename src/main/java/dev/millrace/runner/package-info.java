/// What executes container steps, as the engine sees it.
@NullMarked
package dev.millrace.runner;

import org.jspecify.annotations.NullMarked;
