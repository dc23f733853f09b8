package dev.millrace.pipeline;

/// The name of a step, unique in its stage.
/// Lower-case letters, digits, `-` and `_`, starting with a letter or digit, at most 63 characters.
public record StepName(String text) implements Comparable<StepName> {
  public StepName {
    NameRule.LABEL.require(text);
  }

  @Override
  public int compareTo(StepName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
