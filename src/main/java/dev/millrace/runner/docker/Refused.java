package dev.millrace.runner.docker;

/// The engine was reached and said no; the message is its own sentence.
final class Refused extends RuntimeException {
  private static final long serialVersionUID = 1;

  final int status;

  Refused(int status, String because) {
    super(because);
    this.status = status;
  }

  /// Nothing to do: what was asked for is so already, as a container that has ended before it could be stopped.
  static final int UNCHANGED = 304;

  /// What does not exist, for the engine.
  static final int MISSING = 404;

  /// The name is taken, or the container is in a state in which this cannot be done.
  static final int CONFLICT = 409;

  String because() {
    return String.valueOf(getMessage());
  }
}
