/// Keeps everything in a database: the only room that knows SQL. Speaks the nouns and nothing of its tables.
@NullMarked
package dev.millrace.store;

import org.jspecify.annotations.NullMarked;
