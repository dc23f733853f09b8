package dev.millrace.log;

/// What is searched for in a log.
///
/// @param text not empty, without a line end, at most 200 characters
public record Needle(String text, boolean ignoreCase) {
  public Needle {
    if (text.isEmpty() || text.length() > 200 || text.contains("\n") || text.contains("\r")) {
      throw new IllegalArgumentException("what is searched for has 1 to 200 characters and no line end");
    }
  }
}
