package dev.millrace.store;

import org.jspecify.annotations.Nullable;

/// The database cannot be used. The message is for people: what is the matter, and the way back.
public final class StoreException extends RuntimeException {
  StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
