/// Settings, and the one place where everything is put together.
@NullMarked
package dev.millrace.server;

import org.jspecify.annotations.NullMarked;
