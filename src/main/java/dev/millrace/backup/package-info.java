/// All that a data directory keeps, in one file, taken while the server works; and the way back.
@NullMarked
package dev.millrace.backup;

import org.jspecify.annotations.NullMarked;
