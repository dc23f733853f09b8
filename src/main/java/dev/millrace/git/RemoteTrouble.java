package dev.millrace.git;

/// Nothing came of a talk with a remote. The message is a sentence for people.
final class RemoteTrouble extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean passing;

  /// @param passing whether it may go away by itself, as the network's troubles do; otherwise somebody has to do something
  RemoteTrouble(String message, boolean passing, Throwable cause) {
    super(message, cause);
    this.passing = passing;
  }

  boolean passing() {
    return passing;
  }
}
