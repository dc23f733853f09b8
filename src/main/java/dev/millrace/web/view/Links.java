package dev.millrace.web.view;

import dev.millrace.change.AttemptId;
import dev.millrace.change.ChangeId;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;

/// The addresses that pages point to. Names need no escaping: their rule leaves nothing to escape.
public final class Links {
  private Links() {}

  public static final String HOME = "/";
  public static final String FLOWS = "/flows";
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

  public static String queue(PipelineName pipeline) {
    return pipeline(pipeline) + "/queue";
  }

  public static String stream(PipelineName pipeline) {
    return pipeline(pipeline) + "/stream";
  }

  /// What the tab of its page says.
  public static String tab(PipelineName pipeline) {
    return pipeline(pipeline) + "/tab";
  }

  public static String badge(PipelineName pipeline) {
    return "/badge/" + pipeline + ".svg";
  }

  /// The page with the changes older than this one.
  public static String older(PipelineName pipeline, int before) {
    return pipeline(pipeline) + "?before=" + before;
  }

  /// Only their rows.
  public static String olderRows(PipelineName pipeline, int before) {
    return stream(pipeline) + "?before=" + before;
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

  /// The log around a line.
  public static String log(AttemptId attempt, long from) {
    return log(attempt) + "&from=" + from;
  }

  /// The lines from this one on, as a fragment; `style` is the [Ansi.Style] that the line before left.
  public static String lines(AttemptId attempt, long from, Ansi.Style style) {
    return log(attempt.change(), attempt.stage(), attempt.step())
        + "/lines?attempt=" + attempt.number() + "&from=" + from + "&style=" + style;
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
