package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.engine.Whereabouts;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.statistics.Window;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/// What was found: a commit and where it is, or everything that a search has hit.
///
/// @param query what is in the search field
/// @param sentence what it comes to
/// @param commits several where the beginning of a name is that of several
public record FoundView(
    Frame frame, String title, String query, String sentence, List<Named> commits, List<Named> pipelines, List<Hit> changes)
    implements View.Page {
  /// @param text its name
  /// @param note what it is besides
  public record Named(String text, String href, String note) {}

  /// A change.
  ///
  /// @param how in which way it contains the commit; empty in a search
  /// @param where where it is now
  public record Hit(Headline head, String name, String how, String where) {}

  @Override
  public String template() {
    return "found";
  }

  /// Where one commit is.
  public static FoundView of(Whereabouts found, Site site) {
    Commit commit = found.commit();
    String subject = commit.subject().isBlank() ? "" : commit.subject();
    return new FoundView(
        frame("Commit " + commit.id().abbreviated(), site),
        commit.id().abbreviated() + (subject.isEmpty() ? "" : " " + subject),
        commit.id().hex(),
        sentence(found),
        List.of(),
        List.of(),
        found.sightings().stream().map(one -> hit(one.change(), how(one.how()), site.now())).toList());
  }

  /// Several commits begin so.
  public static FoundView ambiguous(String beginning, List<Commit> commits, Site site) {
    return new FoundView(
        frame("Commits " + beginning, site),
        "Several commits begin with " + beginning,
        beginning,
        "Which one is meant?",
        commits.stream().map(FoundView::named).toList(),
        List.of(),
        List.of());
  }

  /// No commit is called so.
  public static FoundView noCommit(String name, Site site) {
    boolean hex = name.matches("[0-9a-fA-F]{4,40}");
    return new FoundView(
        frame("No such commit", site),
        "No commit " + (name.length() > 60 ? name.substring(0, 60) + "…" : name),
        name.length() > 60 ? "" : name,
        hex
            ? "No change has it and no repository here: was it pushed? Its name may be mistyped."
            : "A commit is named by 4 to 40 of its hexadecimal digits.",
        List.of(), List.of(), List.of());
  }

  /// What a search has hit.
  ///
  /// @param looked how far it has looked, in words
  public static FoundView search(
      String query, List<PipelineName> pipelines, List<Commit> commits, List<Change> changes, String looked, Site site) {
    int many = pipelines.size() + commits.size() + changes.size();
    return new FoundView(
        frame(query.isEmpty() ? "Search" : "Search: " + query, site),
        query.isEmpty() ? "Search" : many == 0 ? "Nothing is called “" + query + "”" : "Found for “" + query + "”",
        query,
        (query.isEmpty() || many == 0 ? "A commit's name or its beginning, #42, shop#42, a pipeline's name, or a part of a subject can be looked for." : "")
            + (looked.isEmpty() ? "" : (many == 0 ? " " : "") + looked),
        commits.stream().map(FoundView::named).toList(),
        pipelines.stream().map(pipeline -> new Named(pipeline.text(), Links.pipeline(pipeline), "")).toList(),
        changes.stream().map(change -> hit(change, "", site.now())).toList());
  }

  private static Named named(Commit commit) {
    CommitId id = commit.id();
    return new Named(id.hex(), Links.commit(id), commit.subject() + (commit.author().isEmpty() ? "" : " · " + commit.author()));
  }

  private static Hit hit(Change change, String how, Instant now) {
    Flow alone = new Flow(change.definition(), List.of(change), java.util.Map.of(), Window.USUAL);
    Headline head = Headline.of(change, alone, now);
    return new Hit(head, change.id().toString(), how, where(change, head));
  }

  private static String where(Change change, Headline head) {
    String landed = change.landed() && !head.into().isEmpty() ? "On " + head.into() + ". " : "";
    return landed + head.sentence();
  }

  private static String how(Whereabouts.How how) {
    return switch (how) {
      case COMMIT -> "its commit";
      case CANDIDATE -> "its candidate";
      case INSIDE -> "contained in it";
    };
  }

  private static String sentence(Whereabouts found) {
    String by = found.commit().author().isEmpty() ? "" : "By " + found.commit().author() + ". ";
    String on =
        found.on().isEmpty()
            ? ""
            : "It is on " + found.on().stream().map(Object::toString).collect(Collectors.joining(" and ")) + ". ";
    String changes =
        found.sightings().isEmpty()
            ? "No change contains it" + (found.repositories().isEmpty() ? "." : ", but " + in(found.repositories()) + ".")
            : Prose.count(found.sightings().size(), "change") + (found.sightings().size() == 1 ? " contains it." : " contain it.");
    return by + on + changes;
  }

  private static String in(List<RepositoryName> repositories) {
    return "it is in the repository "
        + repositories.stream().map(RepositoryName::text).collect(Collectors.joining(" and "));
  }

  private static Frame frame(String title, Site site) {
    return Frame.of(site, title, "", new Frame.Crumb("Pipelines", Links.HOME), new Frame.Crumb(title, ""));
  }
}
