package dev.millrace.engine;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Answer;
import dev.millrace.flow.Request;
import dev.millrace.git.LineDiff;
import dev.millrace.git.Repositories;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.TextDifference;
import dev.millrace.queue.Target;
import dev.millrace.store.Store;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Where people and programs ask for something: it finds what they name and puts the request to the engine.
public final class Desk {
  private final Engine engine;
  private final Store store;
  private final Repositories repositories;
  private final Clock clock;
  private final Past past;
  private final CommitSearch commits;

  public Desk(Engine engine, Store store, Repositories repositories, Clock clock) {
    this.engine = engine;
    this.store = store;
    this.repositories = repositories;
    this.clock = clock;
    this.past = new Past(repositories);
    this.commits = new CommitSearch(store, repositories);
  }

  /// Starts a change for the head of a branch: integrated if the pipeline claims it, else only checked.
  public Answer triggerBranch(PipelineName pipeline, BranchName branch, Map<String, String> parameters, String by) {
    Definition definition = engine.now().definitions().get(pipeline);
    if (definition == null) {
      return unknown(pipeline);
    }
    RepositoryName repository = definition.pipeline().repository();
    Optional<Commit> head = repositories.branch(repository, branch);
    if (head.isEmpty()) {
      return new Answer.Refused(repository + " has no branch " + branch + "; push it first");
    }
    Integration integration = definition.pipeline().integration();
    Aim aim =
        integration != null && integration.claims(branch)
            ? new Aim.Integrate(branch, integration.into())
            : new Aim.Check(branch, landed(definition, head.get()));
    return engine.ask(new Request.Trigger(clock.instant(), by, pipeline, head.get(), aim, parameters));
  }

  /// Starts a change that checks a commit.
  ///
  /// @param commit its id, or an unambiguous beginning of it
  public Answer triggerCommit(PipelineName pipeline, String commit, Map<String, String> parameters, String by) {
    Definition definition = engine.now().definitions().get(pipeline);
    if (definition == null) {
      return unknown(pipeline);
    }
    RepositoryName repository = definition.pipeline().repository();
    Optional<Commit> found = repositories.find(repository, commit);
    return found.isEmpty()
        ? new Answer.Refused(repository + " has no commit " + commit + "; give at least four of its hexadecimal digits")
        : engine.ask(
            new Request.Trigger(
                clock.instant(), by, pipeline, found.get(), new Aim.Check(null, landed(definition, found.get())), parameters));
  }

  /// @param latest whether by today's definition instead of the one the change started with
  public Answer runAgain(ChangeId id, StageName from, boolean latest, String by) {
    Optional<Change> change = Optional.ofNullable(engine.now().changes().get(id)).or(() -> store.change(id));
    return change.isEmpty()
        ? new Answer.Refused("there is no change " + id)
        : engine.ask(new Request.RunAgain(clock.instant(), by, change.get(), from, latest));
  }

  /// What lies between two commits; see [Past].
  public Past.Answer between(RepositoryName repository, CommitId from, CommitId to) {
    return past.between(repository, from, to);
  }

  /// What differs between two texts of a definition.
  public TextDifference difference(Definition before, Definition after) {
    return LineDiff.of(before.text(), after.text());
  }

  public Answer cancel(ChangeId id, String by) {
    return engine.ask(new Request.Cancel(clock.instant(), by, id));
  }

  /// Lets a change be the first of its queue.
  public Answer moveUp(ChangeId id, String because, String by) {
    return engine.ask(new Request.MoveUp(clock.instant(), by, id, because));
  }

  /// Stops the queue that a pipeline's changes stand in.
  public Answer hold(PipelineName pipeline, String because, String by) {
    return target(pipeline)
        .map(target -> engine.ask(new Request.HoldQueue(clock.instant(), by, target, because)))
        .orElseGet(() -> integratesNothing(pipeline));
  }

  public Answer release(PipelineName pipeline, String by) {
    return target(pipeline)
        .map(target -> engine.ask(new Request.ReleaseQueue(clock.instant(), by, target)))
        .orElseGet(() -> integratesNothing(pipeline));
  }

  private Optional<Target> target(PipelineName pipeline) {
    Definition definition = engine.now().definitions().get(pipeline);
    Integration integration = definition == null ? null : definition.pipeline().integration();
    return definition == null || integration == null
        ? Optional.empty()
        : Optional.of(new Target(definition.pipeline().repository(), integration.into()));
  }

  private Answer integratesNothing(PipelineName pipeline) {
    return engine.now().definitions().containsKey(pipeline)
        ? new Answer.Refused(pipeline + " integrates nothing, so it has no queue")
        : unknown(pipeline);
  }

  /// The commits whose names begin so, in their order.
  ///
  /// @param beginning hexadecimal digits, four at least
  public List<Commit> commits(String beginning, int limit) {
    return commits.beginning(beginning.toLowerCase(Locale.ROOT), limit).values().stream().limit(limit).toList();
  }

  /// Where a commit is that [#commits] has found.
  public Whereabouts whereabouts(Commit commit) {
    return commits.whereabouts(commit);
  }

  private boolean landed(Definition definition, Commit commit) {
    Integration integration = definition.pipeline().integration();
    return integration == null
        || repositories.contains(definition.pipeline().repository(), integration.into(), commit.id());
  }

  private static Answer unknown(PipelineName pipeline) {
    return new Answer.Refused("no pipeline is named " + pipeline + " today");
  }
}
