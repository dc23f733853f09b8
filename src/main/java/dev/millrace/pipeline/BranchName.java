package dev.millrace.pipeline;

/// The short name of a branch, as in `git branch`: `main`, `integrate/my-idea`; without `refs/heads/`.
public record BranchName(String text) implements Comparable<BranchName> {
  public static final String PREFIX = "refs/heads/";

  public BranchName {
    if (text.isBlank() || text.startsWith(PREFIX)) {
      throw new IllegalArgumentException("not the short name of a branch: \"" + text + "\"");
    }
  }

  /// The full name of the ref.
  public String ref() {
    return PREFIX + text;
  }

  @Override
  public int compareTo(BranchName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
