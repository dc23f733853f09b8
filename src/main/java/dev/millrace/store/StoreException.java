package dev.millrace.store;

import org.jspecify.annotations.Nullable;

/// The database cannot be used. The message is for people: what is the matter, and the way back.
public class StoreException extends RuntimeException {
  /// Nothing was written, as there is not enough room for it. All is well otherwise: what is stored can be read, and the
  /// same can be written when there is room.
  public static final class NoRoom extends StoreException {
    NoRoom(String message) {
      super(message, null);
    }
  }

  StoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
