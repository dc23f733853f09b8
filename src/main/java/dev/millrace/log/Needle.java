package dev.millrace.log;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// What is looked for in a log, as a reader sees it: escape sequences of terminals and other control characters do not
/// count, and of a line that was printed over with carriage returns only what came last does.
///
/// @param ignoreCase letters are the same that differ in their case only: Unicode's simple folding, letter by letter.
///     The few letters whose cases take different room in UTF-8 (the Kelvin sign, the long s, the capital sharp s) are
///     taken as they stand.
public record Needle(String text, boolean ignoreCase) {
  /// How many characters it may have.
  public static final int LONGEST = 200;

  public Needle {
    if (text.isEmpty()) {
      throw new IllegalArgumentException("Say what to look for.");
    }
    if (text.length() > LONGEST) {
      throw new IllegalArgumentException(
          "What is looked for has at most " + LONGEST + " characters, not " + text.length() + ".");
    }
    if (text.indexOf('\n') >= 0 || text.indexOf('\r') >= 0) {
      throw new IllegalArgumentException("What is looked for is in one line, without a line end.");
    }
    try {
      StandardCharsets.UTF_8.newEncoder().encode(java.nio.CharBuffer.wrap(text));
    } catch (CharacterCodingException _) {
      throw new IllegalArgumentException("What is looked for has half a character in it.");
    }
  }
}
