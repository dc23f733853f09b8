package dev.millrace.definition;

/// What is wrong in a file, where, and in the sentence that its author gets to read.
public record Problem(Place place, String sentence) {
  @Override
  public String toString() {
    return place + ": " + sentence;
  }
}
