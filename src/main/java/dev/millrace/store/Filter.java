package dev.millrace.store;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// Which changes of a pipeline are wanted. Upper and lower case are the same to it.
///
/// @param states only those in one of these, in the order of [#STATES]; empty for all
/// @param branch only those that came on such a branch: a part of its name, or with a `*` a [BranchPattern]; empty for all
/// @param author only those whose author's name has this part; empty for all
/// @param text only those whose subject has this part. `#42` is the number; seven digits of a commit's name or more are
///     that commit or candidate; less is looked for in the subject, as a number, and at the beginning of the commit.
///     Empty for all
/// @param before only those with a lower number; 0 to begin with the newest
/// @param limit how many at most
public record Filter(List<String> states, String branch, String author, String text, int before, int limit) {
  /// The words people have for the states of a change: `running` is all that has begun and not ended.
  public static final List<String> STATES = List.of("queued", "running", "passed", "failed", "cancelled");

  private static final Pattern NUMBER = Pattern.compile("#[1-9][0-9]{0,8}");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{7,40}");
  private static final Pattern DIGITS = Pattern.compile("[1-9][0-9]{0,8}");
  private static final Pattern HEX = Pattern.compile("[0-9a-f]{4,40}");

  public Filter {
    for (String state : states) {
      if (!STATES.contains(state)) {
        throw new IllegalArgumentException(
            "no change is ever \"" + state + "\"; it is one of " + String.join(", ", STATES));
      }
    }
    List<String> wanted = states;
    states = STATES.stream().filter(wanted::contains).toList();
    branch = branch.strip();
    author = author.strip();
    text = text.strip();
    if (before < 0 || limit < 0) {
      throw new IllegalArgumentException("neither numbers nor limits are negative");
    }
  }

  public static Filter newest(int limit) {
    return new Filter(List.of(), "", "", "", 0, limit);
  }

  public Filter before(int number) {
    return new Filter(states, branch, author, text, number, limit);
  }

  public Filter limit(int many) {
    return new Filter(states, branch, author, text, before, many);
  }

  /// Whether every change matches.
  public boolean everything() {
    return states.isEmpty() && !searches();
  }

  /// Whether texts have to be looked through, which no index can do.
  public boolean searches() {
    return !(branch.isEmpty() && author.isEmpty() && text.isEmpty());
  }

  /// Whether the change is wanted, wherever in the order it stands.
  public boolean matches(Change change) {
    return (states.isEmpty() || states.contains(word(change.state())))
        && (branch.isEmpty() || matchesBranch(change.aim().branch()))
        && contains(change.commit().author(), author)
        && (text.isEmpty() || matchesText(change));
  }

  private boolean matchesBranch(@org.jspecify.annotations.Nullable BranchName of) {
    if (of == null) {
      return false;
    }
    return isPattern()
        ? new BranchPattern(lower(branch)).matches(new BranchName(lower(of.text())))
        : contains(of.text(), branch);
  }

  private boolean matchesText(Change change) {
    String wanted = lower(text);
    if (isNumber()) {
      return change.id().number() == number();
    }
    boolean named =
        HEX.matcher(wanted).matches()
            && (change.commit().id().hex().startsWith(wanted)
                || (change.candidate() != null && change.candidate().commit().hex().startsWith(wanted)));
    return isCommit()
        ? named
        : named || contains(change.commit().subject(), text) || (isDigits() && change.id().number() == number());
  }

  /// The states of the people's words.
  static String word(ChangeState state) {
    return switch (state) {
      case ChangeState.Queued _ -> "queued";
      case ChangeState.Merging _, ChangeState.Moving _, ChangeState.Leaving _ -> "running";
      case ChangeState.Passed _ -> "passed";
      case ChangeState.Failed _ -> "failed";
      case ChangeState.Cancelled _ -> "cancelled";
    };
  }

  /// The words that rows have for them.
  List<String> stored() {
    return states.stream()
        .flatMap(state -> (state.equals("running") ? ChangeRows.RUNNING : List.of(state)).stream())
        .toList();
  }

  boolean isPattern() {
    return branch.contains("*");
  }

  boolean isNumber() {
    return NUMBER.matcher(text).matches();
  }

  boolean isDigits() {
    return DIGITS.matcher(text).matches();
  }

  boolean isCommit() {
    return COMMIT.matcher(lower(text)).matches();
  }

  boolean isHex() {
    return HEX.matcher(lower(text)).matches();
  }

  int number() {
    return Integer.parseInt(text.substring(isNumber() ? 1 : 0));
  }

  static String lower(String text) {
    return text.toLowerCase(Locale.ENGLISH);
  }

  private static boolean contains(String all, String part) {
    return lower(all).contains(lower(part));
  }
}
