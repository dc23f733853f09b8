package dev.millrace.change;

/// The name of a commit's files, whoever made the commit and whenever: 40 lower-case hexadecimal digits.
public record TreeId(String hex) {
  public TreeId {
    if (!hex.matches("[0-9a-f]{40}")) {
      throw new IllegalArgumentException("not the name of a tree: " + hex);
    }
  }

  /// The first eight digits, for people.
  public String abbreviated() {
    return hex.substring(0, 8);
  }

  @Override
  public String toString() {
    return hex;
  }
}
