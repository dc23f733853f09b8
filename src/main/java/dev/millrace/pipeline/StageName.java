package dev.millrace.pipeline;

/// The name of a stage, unique in its pipeline.
/// Lower-case letters, digits, `-` and `_`, starting with a letter or digit, at most 63 characters.
public record StageName(String text) implements Comparable<StageName> {
  public StageName {
    NameRule.LABEL.require(text);
  }

  @Override
  public int compareTo(StageName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
