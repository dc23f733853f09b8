/// What steps print, in files: every byte as it came, with an index of the lines and their times.
@NullMarked
package dev.millrace.log;

import org.jspecify.annotations.NullMarked;
