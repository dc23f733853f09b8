/// Who is tested on top of whom, and who lands.
@NullMarked
package dev.millrace.queue;

import org.jspecify.annotations.NullMarked;
