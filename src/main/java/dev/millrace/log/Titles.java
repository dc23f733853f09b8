package dev.millrace.log;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How lines that begin a group say what it is called.
final class Titles {
  static final String SECTION = "section_";
  static final String SECTION_BEGIN = "section_start:";

  /// `section_start:1560896352:my_first_section[collapsed=true]`
  private static final Pattern MARK = Pattern.compile("section_(?:start|end):\\d+:([\\w.:-]{1,200})(?:\\[[^\\]]*])?.*");

  /// What Go's tests print, and what a program that traces its commands would.
  private static final Pattern VERDICT = Pattern.compile("(FAIL|PASS|SKIP|BENCH):.*");

  private static final Pattern EMOJI = Pattern.compile(":[a-z0-9_+-]+:.*");

  private Titles() {}

  /// Whether what stands behind `--- `, `+++ ` or `~~~ ` is the title of a group, and not a file of a diff, the verdict
  /// on a test, or a command that a shell traces: it begins with a capital letter, an emoji or `:emoji:`.
  static boolean heading(String title) {
    String text = title.strip();
    if (text.isEmpty() || title.indexOf('\t') >= 0 || VERDICT.matcher(text).matches()) {
      return false;
    }
    int first = text.codePointAt(0);
    return Character.isUpperCase(first)
        || first > 0x7f && !Character.isLowerCase(first)
        || EMOJI.matcher(text).matches();
  }

  /// The name in the mark of a section; empty if it is none.
  static String section(String mark) {
    Matcher matcher = MARK.matcher(mark);
    return matcher.matches() ? matcher.group(1) : "";
  }

  /// What the end of the group calls it.
  ///
  /// @param printed the beginning of the line it begins with
  static String name(Folds.Kind kind, String printed) {
    if (kind != Folds.Kind.GITLAB) {
      return "";
    }
    List<String> names = new ArrayList<>();
    Seen.of(
        printed + "\r ",
        (text, begin, end) -> {
          String mark = new String(text, begin, end - begin, StandardCharsets.UTF_8);
          if (mark.startsWith(SECTION_BEGIN)) {
            names.add(section(mark));
          }
        });
    return names.stream().filter(name -> !name.isEmpty()).findFirst().orElse("");
  }

  static String title(Folds.Kind kind, String printed) {
    String seen = Seen.of(printed);
    String title =
        switch (kind) {
          case GITHUB -> seen.substring(seen.startsWith("::") || seen.startsWith("##") ? 9 : 0);
          case GITLAB -> seen.startsWith(SECTION) ? section(seen) : seen.isBlank() ? name(kind, printed) : seen;
          case BUILDKITE -> seen.substring(Math.min(4, seen.length()));
        };
    String shown = title.strip();
    if (shown.isEmpty()) {
      return "Group";
    }
    return shown.length() <= Group.TITLE ? shown : shown.substring(0, shown.offsetByCodePoints(0, Group.TITLE / 2)) + "…";
  }
}
