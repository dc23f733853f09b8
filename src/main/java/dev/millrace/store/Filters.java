package dev.millrace.store;

import static dev.millrace.store.tables.Tables.CHANGE;

import dev.millrace.pipeline.PipelineName;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/// A [Filter] as SQL: what it wants is what [Filter#matches] says, without numbers and limits.
final class Filters {
  private Filters() {}

  /// One condition for each index that has to be followed; together they are what is wanted.
  static List<Condition> conditions(PipelineName pipeline, Filter filter) {
    Condition all = CHANGE.PIPELINE.eq(pipeline.text()).and(texts(filter));
    return filter.states().isEmpty()
        ? List.of(all)
        : filter.stored().stream().map(state -> CHANGE.STATE.eq(state).and(all)).toList();
  }

  /// Names of commits are lower-case hexadecimal digits, behind which `g` is the next letter.
  static Condition begins(Field<String> commit, String beginning) {
    return beginning.length() == 40
        ? commit.eq(beginning)
        : commit.ge(beginning).and(commit.lt(beginning + "g"));
  }

  private static Condition texts(Filter filter) {
    var all = new ArrayList<Condition>();
    if (!filter.branch().isEmpty()) {
      String wanted = Filter.lower(filter.branch());
      all.add(filter.isPattern() ? DSL.lower(CHANGE.BRANCH).likeRegex(regex(wanted)) : contains(CHANGE.BRANCH, wanted));
    }
    if (!filter.author().isEmpty()) {
      all.add(contains(CHANGE.AUTHOR, Filter.lower(filter.author())));
    }
    if (!filter.text().isEmpty()) {
      all.add(text(filter));
    }
    return DSL.and(all);
  }

  private static Condition text(Filter filter) {
    if (filter.isNumber()) {
      return CHANGE.NUMBER.eq(filter.number());
    }
    String wanted = Filter.lower(filter.text());
    var any = new ArrayList<Condition>();
    if (filter.isHex()) {
      any.add(begins(CHANGE.COMMIT_ID, wanted));
      any.add(begins(CHANGE.CANDIDATE_COMMIT, wanted));
    }
    if (!filter.isCommit()) {
      any.add(contains(CHANGE.SUBJECT, wanted));
      if (filter.isDigits()) {
        any.add(CHANGE.NUMBER.eq(filter.number()));
      }
    }
    return DSL.or(any);
  }

  private static Condition contains(Field<String> field, String part) {
    return DSL.lower(field).like("%" + part.replace("!", "!!").replace("%", "!%").replace("_", "!_") + "%", '!');
  }

  /// As [dev.millrace.pipeline.BranchPattern] has it.
  private static String regex(String pattern) {
    var regex = new StringBuilder("^");
    for (int at = 0; at < pattern.length(); at++) {
      if (pattern.startsWith("**", at)) {
        regex.append(".*");
        at++;
      } else if (pattern.charAt(at) == '*') {
        regex.append("[^/]*");
      } else if (pattern.charAt(at) < 128 && !Character.isLetterOrDigit(pattern.charAt(at))) {
        regex.append('\\').append(pattern.charAt(at));
      } else {
        regex.append(pattern.charAt(at));
      }
    }
    return regex.append('$').toString();
  }
}
