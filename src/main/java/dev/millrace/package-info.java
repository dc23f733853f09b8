/// Where the program begins.
@NullMarked
package dev.millrace;

import org.jspecify.annotations.NullMarked;
