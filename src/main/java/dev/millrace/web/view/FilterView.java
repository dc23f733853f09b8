package dev.millrace.web.view;

import dev.millrace.pipeline.PipelineName;
import dev.millrace.store.Filter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What the reader has filtered by, and the form for it.
///
/// @param action where the form goes without a script
/// @param stream where it goes with one
/// @param any whether anything is filtered
/// @param states a box to tick for each
/// @param chips what is filtered by, each with the way to take it away
/// @param all the stream without a filter
public record FilterView(
    String action, String stream, boolean any, List<Choice> states, String branch, String author, String text, List<Chip> chips, String all) {
  /// @param css the look of the state
  public record Choice(String word, String css, boolean chosen) {}

  /// @param href the stream without it
  public record Chip(String text, String href) {}

  static FilterView of(PipelineName pipeline, Filter filter) {
    var chips = new ArrayList<Chip>();
    for (String state : filter.states()) {
      List<String> rest = filter.states().stream().filter(other -> !other.equals(state)).toList();
      chips.add(new Chip(state, href(pipeline, rest, filter.branch(), filter.author(), filter.text())));
    }
    if (!filter.branch().isEmpty()) {
      chips.add(new Chip("branch " + filter.branch(), href(pipeline, filter.states(), "", filter.author(), filter.text())));
    }
    if (!filter.author().isEmpty()) {
      chips.add(new Chip("by " + filter.author(), href(pipeline, filter.states(), filter.branch(), "", filter.text())));
    }
    if (!filter.text().isEmpty()) {
      chips.add(new Chip("“" + filter.text() + "”", href(pipeline, filter.states(), filter.branch(), filter.author(), "")));
    }
    return new FilterView(
        Links.pipeline(pipeline),
        Links.stream(pipeline),
        !filter.everything(),
        Filter.STATES.stream().map(word -> new Choice(word, word, filter.states().contains(word))).toList(),
        filter.branch(),
        filter.author(),
        filter.text(),
        chips,
        Links.pipeline(pipeline));
  }

  private static String href(PipelineName pipeline, List<String> states, String branch, String author, String text) {
    return Links.pipeline(pipeline, new Filter(states, branch, author, text, 0, 0));
  }

  /// What is shown, after its number: `failed changes by Ada on integrate/** with “basket”`.
  static String kind(Filter filter, int many) {
    return (filter.states().isEmpty() ? "" : join(filter.states()) + " ")
        + (many == 1 ? "change" : "changes")
        + (filter.author().isEmpty() ? "" : " by " + filter.author())
        + (filter.branch().isEmpty() ? "" : " on " + filter.branch())
        + (filter.text().isEmpty() ? "" : " with “" + filter.text() + "”");
  }

  private static String join(List<String> words) {
    return words.size() < 2
        ? String.join("", words)
        : String.join(", ", words.subList(0, words.size() - 1)) + " or " + words.getLast();
  }

  static String number(int number) {
    return String.format(Locale.ENGLISH, "%,d", number);
  }
}
