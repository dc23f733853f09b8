package dev.millrace.store;

import java.io.IOException;
import java.io.OutputStream;

/// A database that can be copied: one in use, or a file that nobody uses.
public interface DatabaseCopy {
  /// How the copy is named in the data directory that it is put into.
  String NAME = "millrace.mv.db";

  /// The number of the newest script that its tables have seen.
  int schema();

  /// Whose it is.
  String installation();

  /// Writes all of it as of one moment, which is between the call and its end.
  void copy(OutputStream to) throws IOException;
}
