package dev.millrace.store;

import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;

/// Reads again what was a valid definition when it was stored: definitions are kept as text.
@FunctionalInterface
public interface DefinitionParser {
  /// Called from any thread, once for each definition. Must understand every text that was ever accepted.
  Pipeline parse(PipelineName name, String path, String text);
}
