/// Steps as containers of a Docker engine: the only room that knows docker-java.
@NullMarked
package dev.millrace.runner.docker;

import org.jspecify.annotations.NullMarked;
