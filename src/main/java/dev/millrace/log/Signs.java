package dev.millrace.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// By what a line is known to be an error, or to begin or end a group. The words are looked for all at once, most bytes
/// are skipped; then what stands around a word decides. `docs/pipelines.md` has the list for people.
final class Signs {
  /// How many bytes of a line are looked at.
  static final int SEEN = 1000;

  /// The shortest word: as much of each is looked for.
  private static final int SHORTEST = 4;

  enum Meaning {
    ERROR,
    GITHUB_BEGIN,
    GITHUB_END,
    GITLAB,
    /// `--- title`, which may also begin a diff.
    DASHES,
    /// `+++ title`, which may also be the second line of a diff.
    PLUSES,
    WAVES
  }

  /// Whether it is meant, by what stands around it.
  ///
  /// It stands at `at` and ends before `behind`, in the line from `begin` to `end`.
  private interface Rule {
    boolean fits(byte[] text, int begin, int at, int behind, int end);
  }

  /// @param word in lower case; one that begins with a line end stands at the beginning of a line
  record Sign(byte[] word, Meaning meaning, Rule rule) {
    boolean stands(byte[] text, int at, int to) {
      if (to - at < word.length) {
        return false;
      }
      for (int i = 0; i < word.length; i++) {
        if (lower(text[at + i]) != word[i]) {
          return false;
        }
      }
      return true;
    }

    boolean beginsLine() {
      return word[0] == '\n';
    }

    boolean fits(byte[] text, int begin, int at, int end) {
      int behind = at + word.length;
      return behind <= end && rule.fits(text, begin, at, behind, end) && !(meaning == Meaning.ERROR && calm(text, begin, end));
    }
  }

  private static final Rule ALWAYS = (_, _, _, _, _) -> true;
  private static final List<Sign> ALL =
      List.of(
          error("error", Signs::error),
          error("fail", Signs::fail),
          error("fatal", Signs::fatal),
          error("panic", Signs::panic),
          error("severe", Signs::shouted),
          error("critical", Signs::shouted),
          error("traceback (most recent call last)", ALWAYS),
          error("exception", Signs::exception),
          error("npm err!", ALWAYS),
          error("segmentation fault", ALWAYS),
          error("undefined reference to", ALWAYS),
          error("command not found", ALWAYS),
          error("sh: ", Signs::shell),
          error("\ncurl: (", ALWAYS),
          error("\nassertion failed", ALWAYS),
          error(": *** ", Signs::make),
          error("\nnot ok ", (text, _, _, behind, end) -> !has(text, behind, end, "# TODO") && !has(text, behind, end, "# SKIP")),
          cross("✘ "),
          cross("✗ "),
          cross("✖ "),
          new Sign(bytes("\n::group::"), Meaning.GITHUB_BEGIN, ALWAYS),
          new Sign(bytes("\n##[group]"), Meaning.GITHUB_BEGIN, ALWAYS),
          new Sign(bytes("\n::endgroup::"), Meaning.GITHUB_END, ALWAYS),
          new Sign(bytes("\n##[endgroup]"), Meaning.GITHUB_END, ALWAYS),
          new Sign(bytes("\nsection_"), Meaning.GITLAB, ALWAYS),
          new Sign(bytes("\n--- "), Meaning.DASHES, ALWAYS),
          new Sign(bytes("\n+++ "), Meaning.PLUSES, ALWAYS),
          new Sign(bytes("\n~~~ "), Meaning.WAVES, ALWAYS));

  /// A bit for each two bytes that are somewhere in the first bytes, as many as the shortest word has, of a word.
  private static final long[] INSIDE = new long[1 << 10];

  /// Whether a word begins with these two bytes.
  private static final boolean[] BEGINS = new boolean[1 << 16];

  private static final Sign[][] ENDING = new Sign[1 << 16][];
  private static final Sign[] NONE = {};

  static {
    for (Sign sign : ALL) {
      byte[] word = sign.word();
      for (int i = 1; i < SHORTEST; i++) {
        // both cases of letters
        for (int variant = 0; variant < 4; variant++) {
          int pair = pair(upper(word[i - 1], variant & 1), upper(word[i], variant & 2));
          INSIDE[pair >>> 6] |= 1L << pair;
          BEGINS[pair] |= i == 1;
          if (i == SHORTEST - 1) {
            Sign[] before = ENDING[pair];
            Sign[] more = before == null ? new Sign[1] : Arrays.copyOf(before, before.length + 1);
            more[more.length - 1] = sign;
            if (before == null || !Arrays.asList(before).contains(sign)) {
              ENDING[pair] = more;
            }
          }
        }
      }
    }
  }

  private Signs() {}

  private static Sign error(String word, Rule rule) {
    return new Sign(bytes(word), Meaning.ERROR, rule);
  }

  /// What many test tools print before the name of a test that failed: a cross, with nothing but blanks before it.
  private static Sign cross(String cross) {
    return new Sign(
        cross.getBytes(StandardCharsets.UTF_8),
        Meaning.ERROR,
        (text, begin, at, _, _) -> {
          int blank = begin;
          while (blank < at && (text[blank] == ' ' || text[blank] == '\t' || text[blank] == '\n')) {
            blank++;
          }
          return blank == at;
        });
  }

  private static byte[] bytes(String text) {
    return text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII);
  }

  private static byte upper(byte b, int wanted) {
    return wanted != 0 && b >= 'a' && b <= 'z' ? (byte) (b - 32) : b;
  }

  private static byte lower(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + 32) : b;
  }

  private static int pair(byte first, byte second) {
    return (first & 0xff) << 8 | second & 0xff;
  }

  /// Where the next word may begin, from `from` on, or -1. Two bytes of every three are looked at, which no word escapes;
  /// that no step depends on what the one before has read makes it fast.
  static int next(byte[] text, int from, int to) {
    for (int last = from + SHORTEST - 1; last < to; last += SHORTEST - 1) {
      int pair = pair(text[last - 1], text[last]);
      if ((INSIDE[pair >>> 6] >>> pair & 1) != 0) {
        int end = Math.min(last, to - SHORTEST + 1);
        for (int at = last - SHORTEST + 1; at < end; at++) {
          if (BEGINS[pair(text[at], text[at + 1])] && at(text, at) != NONE) {
            return at;
          }
        }
      }
    }
    return -1;
  }

  /// The words of which one may begin there, if [Sign#stands].
  static Sign[] at(byte[] text, int at) {
    Sign[] candidates = ENDING[pair(text[at + SHORTEST - 2], text[at + SHORTEST - 1])];
    return candidates == null ? NONE : candidates;
  }

  /// Whether a line looks like an error.
  static boolean error(String line) {
    byte[] text = ("\n" + Seen.of(line) + "\n").getBytes(StandardCharsets.UTF_8);
    int end = Math.min(text.length - 1, 1 + SEEN);
    for (int at = next(text, 0, text.length); at >= 0; at = next(text, at + 1, text.length)) {
      for (Sign sign : at(text, at)) {
        if (sign.meaning() == Meaning.ERROR && sign.stands(text, at, text.length) && sign.fits(text, 1, at, end)) {
          return true;
        }
      }
    }
    return false;
  }

  // -- rules

  private static final List<String> ENDINGS = List.of("ures", "ure", "ed", "ing");

  private static boolean error(byte[] text, int begin, int at, int behind, int end) {
    int next = byteAt(text, behind, end);
    int before = byteBefore(text, begin, at);
    if (at - begin == 2 && is(text, begin, begin, "::")) {
      // ::error file=app.js,line=1::message
      return next == ':' || next == ' ';
    }
    int more = next == 's' || next == 'S' ? behind + 1 : behind;
    if (shouted(text, begin, at, more, end)
        || counted(text, begin, at, more, end)
        || bracketed(text, begin, at, behind, end)) {
      return true;
    }
    boolean word = !wordly(before);
    if (word && more > behind) {
      return counting(text, more, end);
    }
    // TypeError: x, but not on_error: x
    boolean named = text[at] == 'E' && text[at + 1] == 'r' && letter(before);
    if (!word && !named || negated(text, begin, at)) {
      return false;
    }
    if (named && is(text, at - 9, begin, "Assertion")) {
      return !wordly(next);
    }
    if (named && next == -1) {
      return leading(text, begin, at);
    }
    return switch (next) {
      case ':' -> byteAt(text, behind + 1, end) != ':' && !nothing(text, behind + 1, end);
      // error[E0308]: mismatched types
      case '[' -> word && code(text, behind + 1, end, ']');
      // error TS2304: Cannot find name; npm error code E404
      case ' ' -> word && (code(text, behind + 1, end, ':') || at - 4 == begin && is(text, begin, begin, "npm "));
      default -> word && levelled(text, begin, at) && !wordly(next);
    } || word && next == ' ' && levelled(text, begin, at);
  }

  private static boolean fail(byte[] text, int begin, int at, int behind, int end) {
    int more = behind;
    for (String ending : ENDINGS) {
      if (is(text, behind, begin, ending, end)) {
        more = behind + ending.length();
        break;
      }
    }
    return shouted(text, begin, at, more, end)
        || bracketed(text, begin, at, more, end)
        || more > behind && counted(text, begin, at, more, end)
        || more > behind && !wordly(byteBefore(text, begin, at)) && counting(text, more, end);
  }

  private static boolean fatal(byte[] text, int begin, int at, int behind, int end) {
    int before = byteBefore(text, begin, at);
    int next = byteAt(text, behind, end);
    if (wordly(before) || negated(text, begin, at)) {
      return false;
    }
    return next == ':' && !nothing(text, behind + 1, end)
        || shouted(text, begin, at, behind, end)
        || bracketed(text, begin, at, behind, end)
        || levelled(text, begin, at) && !wordly(next)
        || is(text, behind, begin, " error", end) && text[at] == 'F';
  }

  private static boolean panic(byte[] text, int begin, int at, int behind, int end) {
    if (wordly(byteBefore(text, begin, at))) {
      return false;
    }
    return byteAt(text, behind, end) == ':' && byteAt(text, behind + 1, end) == ' '
        || is(text, behind, begin, "ked at ", end)
        || levelled(text, begin, at) && !wordly(byteAt(text, behind, end));
  }

  /// `java.lang.IllegalStateException: x`, `Exception in thread "main" x`, `Unhandled exception`.
  private static boolean exception(byte[] text, int begin, int at, int behind, int end) {
    int next = byteAt(text, behind, end);
    if (at == begin && is(text, behind, begin, " in thread ", end)) {
      return true;
    }
    if (is(text, at - 10, begin, "Unhandled ") && !letter(next)) {
      return true;
    }
    if (text[at] != 'E' || next != ':' && next != -1) {
      return false;
    }
    return leading(text, begin, at);
  }

  /// The name that this is the end of begins the line, by itself or behind `Caused by: ` or `E   `.
  private static boolean leading(byte[] text, int begin, int at) {
    int from = at;
    while (from > begin && (wordly(text[from - 1]) || text[from - 1] == '$')) {
      from--;
    }
    if (from == begin) {
      return true;
    }
    String before = new String(text, begin, from - begin, StandardCharsets.UTF_8).strip();
    return from < at
        && (before.equals("Caused by:") || before.equals("Suppressed:") || before.equals("E") || before.equals("Uncaught"));
  }

  /// `sh: 1: foo: not found`
  private static boolean shell(byte[] text, int begin, int at, int behind, int end) {
    return ending(text, behind, end, ": not found") || ending(text, behind, end, ": Permission denied");
  }

  /// `make: *** [Makefile:3: all] Error 1`
  private static boolean make(byte[] text, int begin, int at, int behind, int end) {
    return is(text, begin, begin, "make", end) || is(text, begin, begin, "gmake", end);
  }

  /// In capitals, and a word of its own: a level, or a verdict. Not `0 FAILED`, `FAILED: 0`, `NO ERROR`.
  private static boolean shouted(byte[] text, int begin, int at, int behind, int end) {
    for (int i = at; i < behind; i++) {
      if (text[i] < 'A' || text[i] > 'Z') {
        return false;
      }
    }
    int before = byteBefore(text, begin, at);
    return !wordly(before)
        && before != '$'
        && before != '='
        && !wordly(byteAt(text, behind, end))
        && byteAt(text, behind, end) != '='
        && !negated(text, begin, at)
        && !(byteAt(text, behind, end) == ':' && nothing(text, behind + 1, end));
  }

  /// `2 errors`, `3 failed`, not `0 errors`.
  private static boolean counted(byte[] text, int begin, int at, int behind, int end) {
    if (wordly(byteAt(text, behind, end)) || byteAt(text, behind, end) == ':' || byteBefore(text, begin, at) != ' ') {
      return false;
    }
    int from = at - 1;
    while (from > begin && text[from - 1] >= '0' && text[from - 1] <= '9') {
      from--;
    }
    boolean all = from < at - 1 && text[from] != '0';
    return all && !wordly(byteBefore(text, begin, from));
  }

  /// `Failures: 2`, `Errors: 1`
  private static boolean counting(byte[] text, int behind, int end) {
    if (byteAt(text, behind, end) != ':' || byteAt(text, behind + 1, end) != ' ') {
      return false;
    }
    int digit = byteAt(text, behind + 2, end);
    return digit >= '1' && digit <= '9';
  }

  /// `[error]`, `##[error]`, `[FAIL]`
  private static boolean bracketed(byte[] text, int begin, int at, int behind, int end) {
    return byteBefore(text, begin, at) == '[' && byteAt(text, behind, end) == ']';
  }

  /// `level=error`, `"level":"error"`, `"severity": "error"`
  private static boolean levelled(byte[] text, int begin, int at) {
    int from = at;
    while (from > begin && " \":=".indexOf(text[from - 1]) >= 0) {
      from--;
    }
    String between = new String(text, from, at - from, StandardCharsets.ISO_8859_1).replace(" ", "").replace("\"", "");
    if (!between.equals("=") && !between.equals(":")) {
      return false;
    }
    for (String name : LEVELS) {
      if (is(text, from - name.length(), begin, name) && !wordly(byteBefore(text, begin, from - name.length()))) {
        return true;
      }
    }
    return false;
  }

  private static final List<String> LEVELS = List.of("level", "lvl", "severity");

  /// Lines that begin so tell of what went well, or only what is going to be done.
  private static final List<String> CALM =
      List.of("+ ", "++ ", "+++ ", "ok ", "pass", "--- pass", "::group::", "##[group]", "[info]", "[debug]", "\u2713", "\u2714", "\u221a");

  private static final byte[][] CALM_BYTES =
      CALM.stream().map(word -> word.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);

  private static boolean calm(byte[] text, int begin, int end) {
    int at = begin;
    while (at < end && (text[at] == ' ' || text[at] == '\t')) {
      at++;
    }
    for (byte[] word : CALM_BYTES) {
      int same = 0;
      while (same < word.length && at + same < end && lower(text[at + same]) == word[same]) {
        same++;
      }
      if (same == word.length) {
        return true;
      }
    }
    return false;
  }

  private static final List<String> NEGATIONS = List.of("0 ", "no ", "not ", "without ", "non-");

  private static boolean negated(byte[] text, int begin, int at) {
    for (String word : NEGATIONS) {
      int from = at - word.length();
      if (is(text, from, begin, word) && !wordly(byteBefore(text, begin, from))) {
        return true;
      }
    }
    return false;
  }

  private static final List<String> NOTHINGS = List.of("0", "none", "null", "nil", "<nil>", "false", "no", "\"\"", "''");

  /// What is behind a colon says that there was none.
  private static boolean nothing(byte[] text, int from, int end) {
    int at = from;
    while (at < end && text[at] == ' ') {
      at++;
    }
    if (at == end) {
      // the message comes in the next line
      return false;
    }
    for (String word : NOTHINGS) {
      int behind = at + word.length();
      if (is(text, at, from, word, end)) {
        int next = byteAt(text, behind, end);
        return next == -1 || next == ',' || next == '}' || next == ')' || next == ';' || next == ' ' && text[at] == '0';
      }
    }
    return false;
  }

  /// Letters and digits up to this byte: `E0308]`, `TS2304:`.
  private static boolean code(byte[] text, int from, int end, char last) {
    int at = from;
    boolean digit = false;
    while (at < end && (letter(text[at]) || text[at] >= '0' && text[at] <= '9')) {
      digit |= text[at] >= '0' && text[at] <= '9';
      at++;
    }
    return digit && letter(text[from]) && at < end && text[at] == last;
  }

  private static int byteAt(byte[] text, int at, int end) {
    return at < end ? text[at] & 0xff : -1;
  }

  private static int byteBefore(byte[] text, int begin, int at) {
    return at > begin ? text[at - 1] & 0xff : -1;
  }

  private static boolean letter(int b) {
    return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z';
  }

  /// Of names in programs, paths and options, too.
  private static boolean wordly(int b) {
    return letter(b) || b >= '0' && b <= '9' || b == '_' || b == '-' || b == '.' || b == '/' || b == '\\';
  }

  private static boolean is(byte[] text, int at, int begin, String word) {
    return is(text, at, begin, word, text.length);
  }

  private static boolean is(byte[] text, int at, int begin, String word, int end) {
    if (at < begin || at + word.length() > end) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if (text[at + i] != word.charAt(i) && lower(text[at + i]) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean ending(byte[] text, int from, int end, String word) {
    return is(text, end - word.length(), from, word, end);
  }

  private static boolean has(byte[] text, int from, int end, String word) {
    return new String(text, from, end - from, StandardCharsets.UTF_8).contains(word);
  }
}
