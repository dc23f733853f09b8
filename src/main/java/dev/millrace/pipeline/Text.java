package dev.millrace.pipeline;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Text with places for what is known only when a change is there: `${change.number}`. `$${` stands for a plain `${`.
/// What else the file can name (its environment) is already filled in by the reader.
public record Text(String template) {
  private static final Pattern PLACE = Pattern.compile("\\$\\$\\{|\\$\\{([^}]*)}");

  /// The text with every place filled from `values`; the reader has checked that each name exists.
  public String fill(Map<String, String> values) {
    Matcher matcher = PLACE.matcher(template);
    return matcher.replaceAll(
        found -> {
          String name = found.group(1);
          if (name == null) {
            return Matcher.quoteReplacement("${");
          }
          String value = values.get(name);
          if (value == null) {
            throw new IllegalStateException("the definition was accepted with an unknown name: " + name);
          }
          return Matcher.quoteReplacement(value);
        });
  }

  /// Text without places, whatever it contains.
  public static Text plain(String text) {
    return new Text(text.replace("${", "$${"));
  }

  @Override
  public String toString() {
    return template;
  }
}
