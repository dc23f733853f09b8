package dev.millrace.web.view;

import dev.millrace.change.Change;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Remote;
import dev.millrace.store.Filter;
import dev.millrace.store.Found;
import java.util.List;

/// The changes of a pipeline, newest first, as far as the reader wants them.
///
/// @param href where it is fetched again
/// @param address the page that shows it
/// @param changes where its rows are fetched: before the number
/// @param query how the rows are asked for, so that they say whether they still match; empty or with its question mark
/// @param newest the number of the newest change that it can know of, 0 without any: what is newer gets in at the head
/// @param head whether it begins with the newest change, so that newer ones belong to it
/// @param older the page of the changes before these; empty when there are none
/// @param olderRows the same as a fragment; empty when enough are on the page, so that the next ones come on a page of their own
/// @param olderWords what the way there says
/// @param olderTrigger what fetches them: the sight of the way there, or only a click where it goes on searching
/// @param newerHref the page with the newest ones
/// @param nothing whether nothing matches
/// @param fresh whether there has never been a change
/// @param found what is shown, in words; empty without a filter
/// @param one what one of them is called, two are called `many`
/// @param first what to do when there is no change yet
public record StreamView(
    String pipeline,
    String href,
    String address,
    String changes,
    String query,
    int newest,
    boolean head,
    List<Piece<RowView>> rows,
    String older,
    String olderRows,
    String olderWords,
    String olderTrigger,
    String newerHref,
    boolean nothing,
    boolean fresh,
    FilterView filter,
    String found,
    String one,
    String many,
    FirstPush first)
    implements View.Fragment {
  /// How many rows there are at most on one page: so many, a browser draws without effort.
  public static final int MOST = 300;

  /// The commands that bring the first change.
  ///
  /// @param remote the repository's address, where it is hosted
  /// @param seen how soon a push is noticed; empty where this server hosts the repository and knows at once
  /// @param branch an example of a branch that the pipeline takes; empty when it takes none by push
  public record FirstPush(String remote, String seen, String branch, String into) {
    static FirstPush of(Pipeline pipeline, Site site) {
      Remote remote = pipeline.remote();
      Integration integration = pipeline.integration();
      return new FirstPush(
          remote == null ? site.remote(pipeline.repository()) : remote.url().text(),
          remote == null ? "" : "A push there is noticed within " + Prose.duration(remote.poll()) + ".",
          StreamView.branch(pipeline),
          integration == null ? "" : integration.into().text());
    }
  }

  @Override
  public String template() {
    return "stream";
  }

  /// All of a pipeline's changes, with these as the newest ones.
  ///
  /// @param more whether there are older ones
  public static StreamView of(Flow flow, FlowMap map, List<Change> changes, boolean more, Site site) {
    return of(flow, map, Filter.newest(changes.size()), new Found(changes, more && !changes.isEmpty() ? changes.getLast().id().number() : 0), 0, site);
  }

  /// @param found what the filter has found
  /// @param loaded how many rows the page has already that these are added to
  public static StreamView of(Flow flow, FlowMap map, Filter filter, Found found, int loaded, Site site) {
    Pipeline pipeline = flow.pipeline();
    boolean head = filter.before() == 0;
    int newest = flow.changes().stream().mapToInt(change -> change.id().number()).max().orElse(0);
    int rows = loaded + found.changes().size();
    String query = Links.query(filter);
    String before = found.older() == 0 ? "" : Links.and(query, "before=" + found.older());
    return new StreamView(
        pipeline.name().text(),
        Links.stream(pipeline.name()) + (head ? query : Links.and(query, "before=" + filter.before())),
        Links.pipeline(pipeline.name()) + (head ? query : Links.and(query, "before=" + filter.before())),
        Links.changes(pipeline.name()),
        query,
        newest,
        head,
        found.changes().stream().map(change -> RowView.piece(change, flow, map, filter, site)).toList(),
        found.older() == 0 ? "" : Links.pipeline(pipeline.name()) + before,
        found.older() == 0 || rows >= MOST ? "" : Links.stream(pipeline.name()) + Links.and(before, "loaded=" + rows),
        olderWords(found, filter, rows),
        goesOnSearching(found, filter) ? "click" : "click, intersect once",
        Links.pipeline(pipeline.name()) + query,
        found.changes().isEmpty() && !filter.everything() && loaded == 0,
        found.changes().isEmpty() && filter.everything() && loaded == 0,
        FilterView.of(pipeline.name(), filter),
        filter.everything() ? "" : words(found, filter),
        FilterView.kind(filter, 1),
        FilterView.kind(filter, 2),
        FirstPush.of(pipeline, site));
  }

  private static boolean goesOnSearching(Found found, Filter filter) {
    return filter.searches() && found.changes().size() < filter.limit();
  }

  private static String olderWords(Found found, Filter filter, int rows) {
    if (rows >= MOST) {
      return "These are " + rows + ". Go on before #" + found.older();
    }
    return goesOnSearching(found, filter) ? "Look further back than #" + found.older() : "Earlier changes";
  }

  private static String words(Found found, Filter filter) {
    int many = found.changes().size();
    String kind = FilterView.kind(filter, many);
    String behind = filter.before() == 0 ? "" : " before #" + filter.before();
    if (found.older() == 0) {
      return (many == 0 ? "No" : FilterView.number(many)) + " " + kind + behind;
    }
    return many < filter.limit()
        ? (many == 0 ? "No" : FilterView.number(many)) + " " + kind + behind + ", looking back to #" + found.older()
        : "The newest " + FilterView.number(many) + " " + kind + behind;
  }

  /// A branch somebody could push, made from the first pattern: `integrate/**` becomes `integrate/my-idea`.
  private static String branch(Pipeline pipeline) {
    if (pipeline.integration() != null) {
      return pipeline.integration().branches().getFirst().text().replace("**", "my-idea").replace("*", "my-idea");
    }
    return pipeline.pushes().isEmpty() ? "" : pipeline.pushes().getFirst().text().replace("**", "my-idea").replace("*", "my-idea");
  }
}
