package dev.millrace.web.view;

/// One thing of two that stand side by side.
///
/// @param before how it was in the first; empty when it was not there
/// @param after how it is in the second; empty when it is not there
/// @param kind `same`, `changed`, `added` or `removed`: the class in the style sheet
/// @param word the same for people
public record Pair(String what, String before, String after, String kind, String word) {
  static Pair of(String what, String before, String after) {
    if (before.equals(after)) {
      return new Pair(what, before, after, "same", "the same");
    }
    return before.isEmpty()
        ? new Pair(what, before, after, "added", "added")
        : after.isEmpty() ? new Pair(what, before, after, "removed", "removed") : new Pair(what, before, after, "changed", "differs");
  }

  boolean differs() {
    return !kind.equals("same");
  }
}
