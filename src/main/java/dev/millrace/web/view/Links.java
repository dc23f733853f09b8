package dev.millrace.web.view;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import dev.millrace.statistics.Window;
import dev.millrace.store.Filter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The addresses that pages point to. Names need no escaping: their rule leaves nothing to escape.
public final class Links {
  private Links() {}

  public static final String HOME = "/";
  public static final String FLOWS = "/flows";
  public static final String WALL = "/wall";
  /// What of a wall's address is fetched again.
  public static final String TILES = "/tiles";
  public static final String TAB = "/tab";

  public static String pipeline(PipelineName pipeline) {
    return "/pipelines/" + pipeline;
  }

  public static String definition(PipelineName pipeline) {
    return pipeline(pipeline) + "/definition";
  }

  public static String map(PipelineName pipeline) {
    return pipeline(pipeline) + "/map";
  }

  /// The map with the figures of a window.
  public static String map(PipelineName pipeline, Window window) {
    return map(pipeline) + (window.equals(Window.USUAL) ? "" : "?window=" + window.text());
  }

  public static String statistics(PipelineName pipeline) {
    return pipeline(pipeline) + "/statistics";
  }

  public static String statistics(PipelineName pipeline, StageName stage) {
    return statistics(pipeline) + "#stage-" + stage;
  }

  /// For a screen in the room.
  public static String wall(PipelineName pipeline) {
    return pipeline(pipeline) + WALL;
  }

  /// Where a queue is held by a form.
  public static String hold(PipelineName pipeline) {
    return queue(pipeline) + "/hold";
  }

  /// Where it is released.
  public static String release(PipelineName pipeline) {
    return queue(pipeline) + "/release";
  }

  /// Where a change is moved up.
  public static String priority(ChangeId change) {
    return change(change) + "/priority";
  }

  public static String queue(PipelineName pipeline) {
    return pipeline(pipeline) + "/queue";
  }

  /// How the mirror of its repository stands.
  public static String mirror(PipelineName pipeline) {
    return pipeline(pipeline) + "/mirror";
  }

  /// Post here to look at its remote repository at once.
  public static String fetch(PipelineName pipeline) {
    return pipeline(pipeline) + "/fetch";
  }

  /// The public half of the key that Millrace shows by ssh.
  public static final String SSH_KEY = "/ssh-key";

  public static String stream(PipelineName pipeline) {
    return pipeline(pipeline) + "/stream";
  }

  /// The page with only these changes.
  static String pipeline(PipelineName pipeline, Filter filter) {
    return pipeline(pipeline) + query(filter);
  }

  /// What the tab of its page says.
  public static String tab(PipelineName pipeline) {
    return pipeline(pipeline) + "/tab";
  }

  public static String badge(PipelineName pipeline) {
    return "/badge/" + pipeline + ".svg";
  }

  /// The filter in an address, with its question mark; empty where nothing is filtered. Numbers and limits are left out.
  public static String query(Filter filter) {
    var query = new ArrayList<String>();
    filter.states().forEach(state -> query.add("state=" + state));
    part(query, "branch", filter.branch());
    part(query, "author", filter.author());
    part(query, "text", filter.text());
    return query.isEmpty() ? "" : "?" + String.join("&", query);
  }

  private static void part(List<String> query, String name, String value) {
    if (!value.isEmpty()) {
      query.add(name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }

  /// One more part of a query.
  public static String and(String query, String part) {
    return (query.isEmpty() ? "?" : query + "&") + part;
  }

  public static String changes(PipelineName pipeline) {
    return pipeline(pipeline) + "/changes";
  }

  public static String change(ChangeId change) {
    return changes(change.pipeline()) + "/" + change.number();
  }

  /// The change beside the last one that passed before it.
  public static String comparison(ChangeId change) {
    return change(change) + "/comparison";
  }

  /// The change beside another one.
  public static String comparison(ChangeId change, ChangeId with) {
    return comparison(change) + "?with=" + with.number();
  }

  /// Two attempts of a step side by side: the two that say most.
  public static String difference(ChangeId change, StageName stage, StepName step) {
    return log(change, stage, step) + "/difference";
  }

  public static String difference(AttemptId a, AttemptId b) {
    return difference(a.change(), a.stage(), a.step()) + "?a=" + a.number() + "&b=" + b.number();
  }

  /// Where a commit is, across pipelines.
  public static String commit(CommitId commit) {
    return "/commits/" + commit.hex();
  }

  public static String row(ChangeId change) {
    return change(change) + "/row";
  }

  public static String body(ChangeId change) {
    return change(change) + "/body";
  }

  /// Post here to run the change again.
  public static String attempts(ChangeId change) {
    return change(change) + "/attempts";
  }

  /// Post here to cancel it.
  public static String cancellation(ChangeId change) {
    return change(change) + "/cancellation";
  }

  public static String log(ChangeId change, StageName stage, StepName step) {
    return change(change) + "/" + stage + "/" + step;
  }

  public static String log(AttemptId attempt) {
    return log(attempt.change(), attempt.stage(), attempt.step()) + "?attempt=" + attempt.number();
  }

  /// The log with a line marked.
  public static String line(AttemptId attempt, long line) {
    return log(attempt) + "&lines=" + line + "#L" + line;
  }

  /// What stands above the log, as a fragment.
  public static String logHead(AttemptId attempt) {
    return log(attempt.change(), attempt.stage(), attempt.step()) + "/head?attempt=" + attempt.number();
  }

  /// These lines and nothing else, as they were printed.
  public static String text(AttemptId attempt, Picked lines) {
    return log(attempt.change(), attempt.stage(), attempt.step()) + "/text?attempt=" + attempt.number() + "&lines=" + lines;
  }

  /// The log as the step printed it.
  public static String raw(AttemptId attempt) {
    return "/api/v1" + change(attempt.change()) + "/stages/" + attempt.stage() + "/steps/" + attempt.step()
        + "/log?attempt=" + attempt.number();
  }

  public static String events() {
    return "/api/v1/events";
  }

  public static String events(PipelineName pipeline) {
    return events() + "?pipeline=" + pipeline;
  }

  public static String events(ChangeId change) {
    return events(change.pipeline()) + "&change=" + change.number();
  }
}
