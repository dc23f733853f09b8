package dev.millrace.change;

import java.time.Duration;

/// What the change did wrong in an attempt that failed.
public sealed interface Fault {
  /// The command ended with a code other than 0.
  record ExitCode(int code) implements Fault {}

  /// The kernel ended it: it used more memory than its limit, in bytes.
  record OutOfMemory(long limit) implements Fault {}

  /// It ran longer than it may.
  record TimedOut(Duration limit) implements Fault {}

  /// It could not even begin, and that is written in the definition: a command that does not exist.
  record NotStartable(String because) implements Fault {}

  /// A sentence for people, without a full stop.
  default String sentence() {
    return switch (this) {
      case ExitCode(int code) when code == 127 -> "exit code 127: a command was not found";
      case ExitCode(int code) when code == 126 -> "exit code 126: a file is not executable";
      case ExitCode(int code) -> "exit code " + code;
      case OutOfMemory(long limit) -> "out of memory: it used more than its " + (limit >> 20) + " MiB";
      case TimedOut(Duration limit) -> "timed out after " + limit.toSeconds() + " s";
      case NotStartable(String because) -> because;
    };
  }
}
