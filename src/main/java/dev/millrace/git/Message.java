package dev.millrace.git;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A commit message in its parts.
///
/// @param title its first paragraph
/// @param body what follows, without the trailers; may be empty
/// @param trailers lines such as `Signed-off-by: Ada`, which git reads from the last paragraph
record Message(String title, String body, List<String> trailers) {
  private static final Pattern TRAILER = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]*\\s*:\\s.*|\\(cherry picked from .*");
  private static final Pattern BLANK = Pattern.compile("\n([ \t]*\n)+");

  Message {
    trailers = List.copyOf(trailers);
  }

  static Message of(String text) {
    String whole = text.replace("\r\n", "\n").strip();
    int titleEnd = whole.length();
    int bodyStart = whole.length();
    int bodyEnd = whole.length();
    int lastStart = whole.length();
    Matcher blank = BLANK.matcher(whole);
    while (blank.find()) {
      if (titleEnd == whole.length()) {
        titleEnd = blank.start();
        bodyStart = blank.end();
      }
      bodyEnd = Math.max(blank.start(), bodyStart);
      lastStart = blank.end();
    }
    String title = whole.substring(0, titleEnd);
    List<String> last = whole.substring(lastStart).lines().toList();
    boolean trailers = !last.isEmpty() && last.stream().allMatch(line -> TRAILER.matcher(line).matches());
    return trailers
        ? new Message(title, whole.substring(bodyStart, bodyEnd), last)
        : new Message(title, whole.substring(bodyStart), List.of());
  }

  /// With this line at the end, if it is not there already.
  Message with(String trailer) {
    var all = new ArrayList<>(trailers);
    if (!all.contains(trailer)) {
      all.add(trailer);
    }
    return new Message(title, body, all);
  }

  String text() {
    var parts = new ArrayList<String>();
    if (!title.isEmpty()) {
      parts.add(title);
    }
    if (!body.isEmpty()) {
      parts.add(body);
    }
    if (!trailers.isEmpty()) {
      parts.add(String.join("\n", trailers));
    }
    return String.join("\n\n", parts) + "\n";
  }
}
