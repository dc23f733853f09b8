package dev.millrace.web;

import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.engine.Desk;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.store.Filter;
import dev.millrace.store.Store;
import dev.millrace.web.view.FoundView;
import dev.millrace.web.view.Links;
import dev.millrace.web.view.Views;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where a commit is, and the search in the head of every page.
final class SearchPages {
  private static final Pattern CHANGE = Pattern.compile("([a-z0-9][a-z0-9._-]*)[#/]([1-9][0-9]{0,8})");
  private static final Pattern NUMBER = Pattern.compile("#?([1-9][0-9]{0,8})");
  private static final Pattern COMMIT = Pattern.compile("[0-9a-fA-F]{4,40}");
  private static final int COMMITS = 20;
  private static final int HITS = 20;
  private static final int LONGEST = 200;

  /// At how many changes of all pipelines together a text is looked for.
  private static final int SEARCHED = 10_000;

  private final Flows flows;
  private final Desk desk;
  private final Store store;
  private final Views views;

  SearchPages(Flows flows, Desk desk, Store store, Views views) {
    this.flows = flows;
    this.desk = desk;
    this.store = store;
    this.views = views;
  }

  void commit(Context context) {
    String name = context.pathParam("sha");
    List<Commit> commits = COMMIT.matcher(name).matches() ? desk.commits(name, COMMITS) : List.of();
    if (commits.isEmpty()) {
      context.status(404);
      context.attribute(Routes.ANSWERED, true);
      Pages.show(context, views, FoundView.noCommit(name, flows.site()));
    } else if (commits.size() > 1) {
      Pages.show(context, views, FoundView.ambiguous(name, commits, flows.site()));
    } else {
      Pages.show(context, views, FoundView.of(desk.whereabouts(commits.getFirst()), flows.site()));
    }
  }

  /// Goes to what is meant if only one thing can be, and shows what was found otherwise.
  void search(Context context) {
    String query = Objects.requireNonNullElse(context.queryParam("q"), "").strip();
    if (query.length() > LONGEST) {
      throw new BadRequestResponse("A search has at most " + LONGEST + " letters.");
    }
    List<PipelineName> pipelines = store.pipelines();
    Matcher change = CHANGE.matcher(query.toLowerCase(Locale.ROOT));
    if (change.matches()) {
      var id = pipelines.stream().filter(one -> one.text().equals(change.group(1))).map(one -> new ChangeId(one, Integer.parseInt(change.group(2)))).findFirst();
      if (id.isPresent() && store.change(id.get()).isPresent()) {
        go(context, Links.change(id.get()));
        return;
      }
    }
    if (pipelines.stream().anyMatch(one -> one.text().equals(query))) {
      go(context, Links.pipeline(new PipelineName(query)));
      return;
    }
    List<Change> changes = query.isEmpty() ? List.of() : numbered(query, pipelines);
    List<Commit> commits = COMMIT.matcher(query).matches() ? desk.commits(query, COMMITS) : List.of();
    if (changes.size() + commits.size() == 1) {
      go(context, changes.isEmpty() ? Links.commit(commits.getFirst().id()) : Links.change(changes.getFirst().id()));
      return;
    }
    String looked = "";
    if (!query.isEmpty() && changes.isEmpty() && commits.isEmpty()) {
      int each = Math.max(100, SEARCHED / Math.max(1, pipelines.size()));
      changes = texts(query, pipelines, each);
      looked = "Subjects of the last " + each + " changes of each pipeline were looked through.";
    }
    String part = query.toLowerCase(Locale.ROOT);
    List<PipelineName> called = query.isEmpty() ? List.of() : pipelines.stream().filter(one -> one.text().contains(part)).toList();
    Pages.show(context, views, FoundView.search(query, called, commits, changes, looked, flows.site()));
  }

  private List<Change> numbered(String query, List<PipelineName> pipelines) {
    Matcher number = NUMBER.matcher(query);
    return number.matches()
        ? pipelines.stream().flatMap(one -> store.change(new ChangeId(one, Integer.parseInt(number.group(1)))).stream()).toList()
        : List.of();
  }

  private List<Change> texts(String query, List<PipelineName> pipelines, int each) {
    var found = new ArrayList<Change>();
    for (PipelineName pipeline : pipelines) {
      found.addAll(store.find(pipeline, new Filter(List.of(), "", "", query, 0, HITS), each).changes());
    }
    return found.stream().sorted(Comparator.comparing(Change::createdAt).reversed()).limit(HITS).toList();
  }

  private static void go(Context context, String address) {
    context.redirect(address, HttpStatus.SEE_OTHER);
  }
}
