package dev.millrace.pipeline;

/// A pipeline at one commit of the pipeline repository. A change keeps the one it started with.
///
/// @param commit the commit, 40 hexadecimal digits, that brought this text
/// @param path the file in the pipeline repository
/// @param text the whole file; two definitions with the same text are the same process
public record Definition(Pipeline pipeline, String commit, String path, String text) {
  public PipelineName name() {
    return pipeline.name();
  }
}
