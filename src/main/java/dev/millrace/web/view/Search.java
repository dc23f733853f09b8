package dev.millrace.web.view;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a reader looks for in a log.
///
/// @param text empty when nothing is looked for
/// @param exact whether capitals matter
public record Search(String text, boolean exact) {
  public static final Search NONE = new Search("", false);

  /// A part of a text, its end not included.
  record Span(int from, int to) {}

  /// For the end of an address that has other parameters: `&search=no+space&case=exact`; empty for nothing.
  public String query() {
    return text.isEmpty() ? "" : "&search=" + URLEncoder.encode(text, StandardCharsets.UTF_8) + (exact ? "&case=exact" : "");
  }

  /// Where it is in a text.
  List<Span> in(CharSequence line) {
    if (text.isEmpty()) {
      return List.of();
    }
    Matcher matcher = Pattern.compile(Pattern.quote(text), exact ? 0 : Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE).matcher(line);
    var spans = new ArrayList<Span>();
    while (matcher.find()) {
      spans.add(new Span(matcher.start(), matcher.end()));
    }
    return spans;
  }
}
