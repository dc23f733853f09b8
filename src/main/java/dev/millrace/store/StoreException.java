package dev.millrace.store;

import org.jspecify.annotations.Nullable;

/// The database cannot be used. The message is for people: what is the matter, and the way back.
public final class StoreException extends RuntimeException {
  private final boolean passing;

  StoreException(String message, @Nullable Throwable cause) {
    this(message, cause, false);
  }

  /// @param passing whether it may be mended while the server runs, as a full disk is
  StoreException(String message, @Nullable Throwable cause, boolean passing) {
    super(message, cause);
    this.passing = passing;
  }

  /// Whether [Store#recover] may help one day.
  public boolean passing() {
    return passing;
  }
}
