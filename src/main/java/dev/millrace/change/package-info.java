/// What happens to one commit: a change, its attempts and their states. Facts are kept, conclusions are computed.
@NullMarked
package dev.millrace.change;

import org.jspecify.annotations.NullMarked;
