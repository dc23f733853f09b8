package dev.millrace.pipeline;

/// The name of a pipeline, unique on a server; part of addresses and container names.
/// Lower-case letters, digits, `-` and `_`, starting with a letter or digit, at most 63 characters.
public record PipelineName(String text) implements Comparable<PipelineName> {
  public PipelineName {
    NameRule.LABEL.require(text);
  }

  @Override
  public int compareTo(PipelineName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
