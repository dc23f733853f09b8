package dev.millrace.log;

import java.io.IOException;
import java.io.UncheckedIOException;

/// The files of a log cannot be opened or written, mostly because their disk is full. What they have is sound, and a new
/// [LogWriter] goes on from there.
public final class LogTrouble extends UncheckedIOException {
  private static final long serialVersionUID = 1;

  LogTrouble(String what, IOException cause) {
    super(what + ": " + cause.getMessage(), cause);
  }
}
