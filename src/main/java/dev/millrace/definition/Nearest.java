package dev.millrace.definition;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Guesses what somebody meant who wrote a word that does not exist.
public final class Nearest {
  private static final int LONGEST = 64;
  private static final int MOST = 1000;

  private Nearest() {}

  /// `, did you mean "image"?`, or nothing when nothing is near.
  public static String question(String written, Collection<String> known) {
    return to(written, known).map(near -> ", did you mean \"" + near + "\"?").orElse("");
  }

  static Optional<String> to(String written, Collection<String> known) {
    if (written.length() > LONGEST) {
      return Optional.empty();
    }
    record Guess(String word, int distance) {}
    return known.stream()
        .limit(MOST)
        .filter(word -> Math.abs(word.length() - written.length()) <= tolerance(word))
        .map(word -> new Guess(word, distance(written.toLowerCase(Locale.ROOT), word.toLowerCase(Locale.ROOT))))
        .filter(guess -> guess.distance() <= tolerance(guess.word()))
        .min(Comparator.comparingInt(Guess::distance))
        .map(Guess::word);
  }

  /// Two in a word of four letters would make "push" of "on".
  private static int tolerance(String word) {
    return word.length() <= 2 ? 0 : word.length() <= 5 ? 1 : word.length() <= 9 ? 2 : 3;
  }

  /// How many letters are wrong, missing, too many, or have changed places with their neighbour.
  private static int distance(String a, String b) {
    int[][] steps = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          steps[i][j] = i + j;
          continue;
        }
        int change = steps[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        steps[i][j] = Math.min(change, Math.min(steps[i - 1][j], steps[i][j - 1]) + 1);
        if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
          steps[i][j] = Math.min(steps[i][j], steps[i - 2][j - 2] + 1);
        }
      }
    }
    return steps[a.length()][b.length()];
  }
}
