package dev.millrace.pipeline;

import java.util.regex.Pattern;

/// What a name may look like, and the sentence that says so to who wrote another.
public enum NameRule {
  LABEL(
      "[a-z0-9][a-z0-9_-]{0,62}",
      "lower-case letters, digits, '-' and '_', starting with a letter or digit, at most 63 characters"),
  REPOSITORY(
      "(?!.*\\.git$)[A-Za-z0-9][A-Za-z0-9._-]{0,62}",
      "letters, digits, '.', '-' and '_', starting with a letter or digit, at most 63 characters, not ending in '.git'");

  private final Pattern pattern;
  private final String sentence;

  NameRule(String regex, String sentence) {
    this.pattern = Pattern.compile(regex);
    this.sentence = sentence;
  }

  public boolean allows(String text) {
    return pattern.matcher(text).matches();
  }

  /// What is allowed, for use behind "a name is made of ".
  public String sentence() {
    return sentence;
  }

  void require(String text) {
    if (!allows(text)) {
      throw new IllegalArgumentException("not a name: \"" + text + "\"; a name is made of " + sentence);
    }
  }
}
