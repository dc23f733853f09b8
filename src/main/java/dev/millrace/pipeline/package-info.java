/// What people wrote: a pipeline, its stages and steps, and their names. Values without behaviour of their own.
@NullMarked
package dev.millrace.pipeline;

import org.jspecify.annotations.NullMarked;
