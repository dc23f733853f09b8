package dev.millrace.pipeline;

/// The name of a repository that this server hosts, or mirrors, under `/git/{name}.git`.
/// Letters, digits, `.`, `-` and `_`, starting with a letter or digit, at most 63 characters, not ending in `.git`.
public record RepositoryName(String text) implements Comparable<RepositoryName> {
  public RepositoryName {
    NameRule.REPOSITORY.require(text);
  }

  @Override
  public int compareTo(RepositoryName other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return text;
  }
}
