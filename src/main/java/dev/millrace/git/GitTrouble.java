package dev.millrace.git;

/// A repository, or git itself, is not as it should be. The message is a sentence for people.
public final class GitTrouble extends RuntimeException {
  private static final long serialVersionUID = 1;

  GitTrouble(String message) {
    super(message);
  }

  GitTrouble(String message, Throwable cause) {
    super(message + (cause.getMessage() == null ? "" : ": " + cause.getMessage()), cause);
  }
}
