package dev.millrace.change;

/// How far a change has come: stages that passed, of all that its pipeline has.
public record Confidence(int passed, int of) {
  public int percent() {
    return of == 0 ? 0 : 100 * passed / of;
  }
}
