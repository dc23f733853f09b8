package dev.millrace.pipeline;

import java.util.regex.Pattern;

/// Which branches are meant: a name in which `*` stands for anything without a slash and `**` for anything.
public record BranchPattern(String text) {
  public BranchPattern {
    if (text.isBlank()) {
      throw new IllegalArgumentException("an empty branch pattern");
    }
  }

  public boolean matches(BranchName branch) {
    return Pattern.matches(regex(), branch.text());
  }

  private String regex() {
    var regex = new StringBuilder();
    for (int at = 0; at < text.length(); at++) {
      if (text.startsWith("**", at)) {
        regex.append(".*");
        at++;
      } else if (text.charAt(at) == '*') {
        regex.append("[^/]*");
      } else {
        regex.append(Pattern.quote(text.substring(at, at + 1)));
      }
    }
    return regex.toString();
  }

  @Override
  public String toString() {
    return text;
  }
}
