package dev.millrace.definition;

import dev.millrace.pipeline.Definition;
import java.util.List;

/// What came of reading the files of the pipeline repository: all of them count, or none does.
public sealed interface Reading {
  /// Every file is right.
  ///
  /// @param definitions ordered by file, in a file as they are written
  record Accepted(List<Definition> definitions) implements Reading {
    public Accepted {
      definitions = List.copyOf(definitions);
    }
  }

  /// Something is wrong.
  ///
  /// @param problems all there are, ordered by path, line and column
  record Refused(List<Problem> problems) implements Reading {
    public Refused {
      problems = List.copyOf(problems);
    }
  }
}
