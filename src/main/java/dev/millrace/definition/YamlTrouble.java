package dev.millrace.definition;

import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/// What the YAML library says, in words for people who do not know its grammar.
final class YamlTrouble {
  private YamlTrouble() {}

  static String sentence(MarkedYamlEngineException trouble) {
    String problem = trouble.getProblem();
    String context = String.valueOf(trouble.getContext());
    if (problem.contains("(TAB)")) {
      return "a tab where YAML wants spaces; indent with spaces";
    }
    if (problem.startsWith("mapping values are not allowed here")) {
      return "a \":\" that cannot stand here; the indentation is wrong, or a value with \": \" in it needs quotes";
    }
    if (problem.contains("<block end>")) {
      return context.contains("block")
          ? "the indentation does not fit the lines above"
          : "this cannot stand here";
    }
    if (problem.startsWith("could not find expected ':'")) {
      return "a key without its \":\", or a line whose indentation does not fit";
    }
    if (isAboutItsBeginning(trouble)) {
      return context.contains("quoted scalar") ? "this quote is never closed" : "this bracket is never closed";
    }
    if (problem.startsWith("expected ',' or")) {
      if (trouble.getProblemMark().filter(YamlTrouble::isPlaceForVariable).isPresent()) {
        return "between brackets a value with ${...} needs quotes";
      }
      return "a list or map in brackets needs a comma or its closing bracket here";
    }
    if (problem.contains("that cannot start any token") || problem.startsWith("unexpected character found")) {
      return "a value that begins with this character needs quotes";
    }
    if (problem.startsWith("found unknown escape character")) {
      return "an unknown escape between double quotes; write \\\\ for a backslash, or use single quotes";
    }
    return "this is not YAML: " + problem;
  }

  private static boolean isPlaceForVariable(Mark mark) {
    int at = mark.getPointer();
    return at > 0 && mark.getBuffer()[at - 1] == '$' && mark.getBuffer()[at] == '{';
  }

  /// Whether it helps more to see where the unfinished thing begins than where the file ends.
  static boolean isAboutItsBeginning(MarkedYamlEngineException trouble) {
    String problem = trouble.getProblem();
    return problem.contains("end of stream") || problem.endsWith("got <stream end>");
  }
}
