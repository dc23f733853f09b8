/// The commands of the program.
@NullMarked
package dev.millrace.cli;

import org.jspecify.annotations.NullMarked;
