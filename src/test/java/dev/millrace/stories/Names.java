package dev.millrace.stories;

import dev.millrace.change.CommitId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/// Makes transcripts readable and equal each time: commits are called by their subject, `<Sell tea>`; those that
/// nobody pushed are counted as they are met, `<candidate 1>`.
final class Names {
  private static final Pattern COMMIT = Pattern.compile("\\b([0-9a-f]{8})([0-9a-f]{32})?\\b");

  private final Map<String, String> known = new LinkedHashMap<>();
  private int candidates;

  synchronized void call(CommitId commit, String subject) {
    known.put(commit.abbreviated(), subject);
  }

  synchronized String in(String text) {
    return COMMIT
        .matcher(text)
        .replaceAll(
            found ->
                "<" + known.computeIfAbsent(found.group(1), _ -> "candidate " + ++candidates).replace("$", "\\$") + ">");
  }
}
