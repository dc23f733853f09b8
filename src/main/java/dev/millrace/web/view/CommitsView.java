package dev.millrace.web.view;

import dev.millrace.change.Between;
import dev.millrace.change.Commit;
import dev.millrace.engine.Past;
import java.util.List;

/// The commits that lie between two.
///
/// @param sentence how many there are, or why nobody can say
/// @param more what is not listed; empty when all is
public record CommitsView(String sentence, List<Line> lines, String more) {
  /// @param brought whether it came with the merge above it
  public record Line(String commit, String full, String href, String subject, String author, boolean brought) {}

  /// @param none what to say when there are none
  static CommitsView of(Past.Answer answer, String none) {
    return switch (answer) {
      case Past.Answer.Gone _ -> new CommitsView("The commits between are not in the repository any more.", List.of(), "");
      case Past.Answer.NotYet _ -> new CommitsView("The commits between are still being counted: look again in a moment.", List.of(), "");
      case Past.Answer.Known(Between between) when between.isEmpty() -> new CommitsView(none, List.of(), "");
      case Past.Answer.Known(Between between) -> of(between);
    };
  }

  private static CommitsView of(Between between) {
    List<Line> lines =
        between.steps().stream()
            .flatMap(
                step ->
                    java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(line(step.commit(), false)), step.brought().stream().map(commit -> line(commit, true))))
            .toList();
    String all = (between.unbounded() ? "More than " : "") + Prose.count(between.count(), "commit");
    return new CommitsView(
        all + ", " + Prose.count(between.files(), "file") + " changed",
        lines,
        between.more() == 0 && !between.unbounded() ? "" : "and " + (between.unbounded() ? "at least " : "") + between.more() + " more");
  }

  private static Line line(Commit commit, boolean brought) {
    return new Line(
        commit.id().abbreviated(),
        commit.id().hex(),
        Links.commit(commit.id()),
        commit.subject().isBlank() ? "(no subject)" : commit.subject(),
        commit.author(),
        brought);
  }
}
