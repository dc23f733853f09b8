package dev.millrace.git;

import java.io.IOException;
import java.io.InputStream;

/// Takes the files of a repository that is copied, by their path in it.
public interface CopyTo {
  void file(String path, InputStream content) throws IOException;

  /// One with nothing in it.
  void folder(String path) throws IOException;
}
