package dev.millrace.definition;

import dev.millrace.definition.Value.Kind;
import dev.millrace.definition.Value.Scalar;
import dev.millrace.pipeline.Method;
import dev.millrace.pipeline.NameRule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A scalar that the server itself reads, its variables filled in. Each question answers null, and reports why, when
/// the scalar does not say what was asked for.
final class Setting {
  private static final Duration LONGEST = Duration.ofHours(24);
  private static final Pattern DURATION = Pattern.compile("(?=.)(?:(\\d{1,6})h)?(?:(\\d{1,6})m)?(?:(\\d{1,6})s)?");
  private static final Pattern MEMORY = Pattern.compile("(\\d{1,9})([mg])");
  private static final Pattern WHOLE = Pattern.compile("\\d{1,9}");
  private static final Pattern DECIMAL = Pattern.compile("\\d{1,6}(\\.\\d{1,6})?");
  private static final Pattern DIGITS = Pattern.compile("\\d+");
  private static final long MIB = 1 << 20;

  private final Scalar scalar;
  private final String text;
  private final Problems problems;

  private Setting(Scalar scalar, String text, Problems problems) {
    this.scalar = scalar;
    this.text = text;
    this.problems = problems;
  }

  /// Null when there is nothing to ask: no value, none that is a scalar, or one with names that do not exist.
  static @Nullable Setting of(@Nullable Value value, Scope scope, Problems problems) {
    if (value == null) {
      return null;
    }
    if (!(value instanceof Scalar scalar) || scalar.kind() == Kind.NOTHING) {
      problems.leaveToSchema();
      return null;
    }
    Template filled = scope.fill(scalar, Scope.Use.SETTING);
    return filled == null ? null : new Setting(scalar, filled.literal(), problems);
  }

  static String notAName(String text, NameRule rule) {
    return "\"" + text + "\" is not a name; a name is made of " + rule.sentence();
  }

  Place place() {
    return scalar.place();
  }

  @Nullable String text() {
    if (scalar.kind() != Kind.TEXT) {
      problems.leaveToSchema();
      return null;
    }
    return text;
  }

  @Nullable String name(NameRule rule) {
    String name = text();
    if (name != null && !rule.allows(name)) {
      problems.add(place(), notAName(name, rule));
      return null;
    }
    return name;
  }

  @Nullable Boolean flag() {
    if (!isOf(Kind.BOOLEAN)) {
      return null;
    }
    return switch (text) {
      case "true", "True", "TRUE" -> true;
      case "false", "False", "FALSE" -> false;
      default -> refused("expected true or false, found \"" + text + "\"");
    };
  }

  /// One of these methods.
  @Nullable Method method(Method... allowed) {
    String word = text();
    if (word == null) {
      return null;
    }
    Optional<Method> method = Method.of(word);
    if (method.isPresent() && List.of(allowed).contains(method.get())) {
      return method.get();
    }
    List<String> words = Stream.of(allowed).map(Method::toString).toList();
    String all = String.join(", ", words.subList(0, words.size() - 1)) + " and " + words.getLast();
    String question = Nearest.question(word, words);
    return refused(
        method.isPresent()
            ? "another branch does not follow by " + word + "; the methods here are " + all
            : "no method \"" + word + "\"" + (question.isEmpty() ? "; the methods are " + all : question));
  }

  /// A whole number of at least 1.
  @Nullable Integer count() {
    if (scalar.kind() != Kind.NUMBER && !isOf(Kind.INTEGER)) {
      return null;
    }
    if (!WHOLE.matcher(text).matches() || Integer.parseInt(text) < 1) {
      return refused("expected a whole number of 1 or more, found \"" + text + "\"");
    }
    return Integer.parseInt(text);
  }

  @Nullable Double cpus() {
    if (scalar.kind() != Kind.INTEGER && !isOf(Kind.NUMBER)) {
      return null;
    }
    if (!DECIMAL.matcher(text).matches() || Double.parseDouble(text) < 0.01) {
      return refused("expected a number of processors of 0.01 or more, such as 0.5 or 2, found \"" + text + "\"");
    }
    return Double.parseDouble(text);
  }

  /// In bytes.
  @Nullable Long memory() {
    Matcher matcher = MEMORY.matcher(text);
    if (!matcher.matches()) {
      return refused(
          DIGITS.matcher(text).matches()
              ? "memory needs a unit: write " + text + "g or " + text + "m"
              : "\"" + text + "\" is not an amount of memory; write 512m or 2g");
    }
    long bytes = Long.parseLong(matcher.group(1)) * (matcher.group(2).equals("g") ? MIB << 10 : MIB);
    return bytes < 6 * MIB ? refused("a container needs at least 6m of memory") : bytes;
  }

  @Nullable Duration duration() {
    return duration("a step may take", Duration.ofSeconds(1));
  }

  /// @param what of which it is the duration, for use before "between"
  @Nullable Duration duration(String what, Duration shortest) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return refused(
          DIGITS.matcher(text).matches()
              ? "a duration needs a unit: write " + text + "m or " + text + "s"
              : "\"" + text + "\" is not a duration; write 90s, 10m or 1h30m");
    }
    Duration duration =
        Duration.ofHours(number(matcher.group(1)))
            .plusMinutes(number(matcher.group(2)))
            .plusSeconds(number(matcher.group(3)));
    if (duration.compareTo(shortest) < 0 || duration.compareTo(LONGEST) > 0) {
      return refused(what + " between " + shortest.toSeconds() + "s and 24h, not " + text);
    }
    return duration;
  }

  /// A scalar with a variable in it can be anything; any other is what it is.
  private boolean isOf(Kind kind) {
    boolean possible = scalar.kind() == kind || scalar.kind() == Kind.TEXT && scalar.text().contains("${");
    if (!possible) {
      problems.leaveToSchema();
    }
    return possible;
  }

  private <T> @Nullable T refused(String sentence) {
    problems.add(place(), sentence);
    return null;
  }

  private static long number(@Nullable String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }
}
