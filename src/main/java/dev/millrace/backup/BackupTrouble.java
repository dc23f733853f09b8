package dev.millrace.backup;

import org.jspecify.annotations.Nullable;

/// Nothing came of a backup, or of bringing one back. The message is a sentence for people.
public final class BackupTrouble extends RuntimeException {
  private static final long serialVersionUID = 1;

  BackupTrouble(String message) {
    this(message, null);
  }

  BackupTrouble(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// With what the machine has to say about it.
  static BackupTrouble of(String message, Exception cause) {
    String said = cause.getMessage();
    return new BackupTrouble(message + " (" + (said == null ? cause.getClass().getSimpleName() : said) + ")", cause);
  }
}
