package dev.millrace.engine;

import dev.millrace.definition.Nearest;
import dev.millrace.flow.Wishes;
import dev.millrace.pipeline.PipelineName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What somebody asked for by `git push -o`, read; with everything that is wrong with it.
///
/// @param given the names of the options, in their order
/// @param waits whether the push is to be held until its changes have landed, or will not
/// @param pipeline the name written, which may be that of no pipeline; null without one
/// @param problems a sentence for each mistake; not empty means that the push is refused
record PushOptions(
    List<String> given,
    boolean waits,
    boolean urgent,
    @Nullable String pipeline,
    Map<String, String> parameters,
    List<String> problems) {
  static final String KNOWN = "wait, priority=urgent, priority=normal, pipeline=NAME, parameter.NAME=VALUE";
  private static final List<String> WORDS = List.of("wait", "priority", "pipeline");
  private static final String PARAMETER = "parameter.";
  private static final Set<String> SKIPPING = Set.of("skip", "ci.skip", "skip-ci", "no-ci", "ci.no_pipeline", "no-verify");
  private static final int SHOWN = 60;

  static PushOptions of(List<String> options) {
    var reading = new Reading();
    options.forEach(reading::read);
    return reading.options();
  }

  /// What the engine is told of it. To be asked when nothing is wrong.
  Wishes wishes() {
    return new Wishes(urgent ? Wishes.URGENT : 0, pipeline == null ? null : new PipelineName(pipeline), parameters);
  }

  /// What was pushed is free text: so much of it as fits a line, on one line.
  static String shown(String text) {
    String line = text.codePoints()
        .map(letter -> Character.isISOControl(letter) ? '?' : letter)
        .limit(SHOWN)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
    return line.length() < text.length() ? line + "…" : line;
  }

  private static final class Reading {
    private final Map<String, String> values = new LinkedHashMap<>();
    private final Map<String, String> parameters = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    void read(String option) {
      int equals = option.indexOf('=');
      String name = equals < 0 ? option : option.substring(0, equals);
      String value = equals < 0 ? null : option.substring(equals + 1);
      if (SKIPPING.contains(name.toLowerCase(Locale.ROOT))) {
        problems.add(
            "push option \"" + shown(option) + "\": nothing can be skipped here; what lands has passed every stage before");
      } else if (name.startsWith(PARAMETER) && name.length() > PARAMETER.length()) {
        parameter(name, value);
      } else if (!WORDS.contains(name)) {
        String question = Nearest.question(name, WORDS);
        problems.add(
            "unknown push option \"" + shown(option) + "\"" + (question.isEmpty() ? "." : question) + " Known are: " + KNOWN);
      } else if (name.equals("wait") && value != null) {
        problems.add("push option wait takes no value; write: git push -o wait");
      } else if (name.equals("priority") && !"urgent".equals(value) && !"normal".equals(value)) {
        problems.add("push option priority is urgent or normal" + (value == null ? "" : ", not \"" + shown(value) + "\""));
      } else if (name.equals("pipeline") && (value == null || value.isEmpty())) {
        problems.add("push option pipeline needs the name of one; write: git push -o pipeline=NAME");
      } else {
        once(values, name, value == null ? "" : value);
      }
    }

    private void parameter(String name, @Nullable String value) {
      if (value == null) {
        problems.add("push option " + shown(name) + " needs a value; write: git push -o " + shown(name) + "=VALUE");
      } else {
        once(parameters, name.substring(PARAMETER.length()), value);
      }
    }

    private void once(Map<String, String> all, String name, String value) {
      String before = all.putIfAbsent(name, value);
      if (before != null && !before.equals(value)) {
        problems.add(
            "push option " + (all == parameters ? PARAMETER : "") + shown(name) + " is given twice, as \"" + shown(before)
                + "\" and as \"" + shown(value) + "\"");
      }
    }

    PushOptions options() {
      var given = new ArrayList<>(values.keySet());
      parameters.keySet().forEach(name -> given.add(PARAMETER + name));
      return new PushOptions(
          List.copyOf(given),
          values.containsKey("wait"),
          "urgent".equals(values.get("priority")),
          values.get("pipeline"),
          parameters,
          List.copyOf(problems));
    }
  }
}
