package dev.millrace.git;

/// Who merges the trees of candidates. `GIT` follows renamed files as developers' git does; `JGIT` calls an edit of a
/// file that the other side renamed a conflict.
public enum MergedBy {
  GIT("git"),
  JGIT("JGit"),
  /// There was nothing to merge.
  NOBODY("nobody, for it is the pushed commit itself");

  private final String text;

  MergedBy(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}
