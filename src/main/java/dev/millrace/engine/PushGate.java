package dev.millrace.engine;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.definition.Reading;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Event;
import dev.millrace.git.Pushes;
import dev.millrace.git.RefMove;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.queue.IntegrationQueue;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a push means: definitions are checked before they are taken, branches become changes.
final class PushGate implements Pushes {
  private static final Logger LOG = LoggerFactory.getLogger(PushGate.class);

  /// How long a push is held while what it asks for is stored. What is not stored by then is found at the next start.
  private static final long PATIENCE_SECONDS = 20;

  private final Engine engine;
  private final Definitions definitions;
  private final LostPushes lostPushes;
  private final Clock clock;
  private final String address;

  /// @param address where people reach this server, without a slash at the end
  PushGate(Engine engine, Definitions definitions, LostPushes lostPushes, Clock clock, String address) {
    this.engine = engine;
    this.definitions = definitions;
    this.lostPushes = lostPushes;
    this.clock = clock;
    this.address = address;
  }

  @Override
  public List<String> refuse(RepositoryName repository, List<RefMove> moves, List<String> options) {
    if (engine.trouble().isPresent()) {
      return List.of("nothing can be pushed now: " + engine.trouble().get());
    }
    if (!repository.equals(Definitions.REPOSITORY)) {
      return List.of();
    }
    var refusals = new ArrayList<String>();
    for (RefMove move : moves) {
      if (move.to() != null && defines(move.branch())) {
        switch (definitions.read(move.to().id())) {
          case Reading.Accepted _ -> {}
          case Reading.Refused(var problems) ->
              problems.forEach(problem -> refusals.add(repository + "/" + problem));
        }
      }
    }
    return refusals;
  }

  /// Whether what is on this branch of the pipeline repository counts, now or once it has been integrated.
  private boolean defines(BranchName branch) {
    return branch.equals(Definitions.MAIN)
        || engine.now().definitions().values().stream()
            .map(Definition::pipeline)
            .filter(pipeline -> pipeline.repository().equals(Definitions.REPOSITORY))
            .anyMatch(pipeline -> pipeline.integration() != null && pipeline.integration().claims(branch));
  }

  @Override
  public void received(
      RepositoryName repository, List<RefMove> moves, List<String> options, Consumer<String> say) {
    for (RefMove move : moves) {
      try {
        received(repository, move, say);
      } catch (TimeoutException e) {
        LOG.warn("The push to {} of {} was not stored within {} s", move.branch(), repository, PATIENCE_SECONDS);
        say.accept("Millrace is busy and takes the push up later; it is not lost.");
      } catch (ExecutionException e) {
        LOG.warn("The push to {} of {} waits for the next start", move.branch(), repository, e);
        String because = engine.trouble().orElse("the server's log says why");
        say.accept("Kept, but not taken up yet: " + because + ". It will be when the server has started again.");
      } catch (InterruptedException e) {
        say.accept("Millrace is stopping; it takes the push up when it has started again");
      }
    }
  }

  private void received(RepositoryName repository, RefMove move, Consumer<String> say)
      throws ExecutionException, TimeoutException, InterruptedException {
    if (repository.equals(Definitions.REPOSITORY) && move.branch().equals(Definitions.MAIN)) {
      redefined(say);
    }
    Event event =
        move.to() == null
            ? new Event.BranchDeleted(clock.instant(), repository, move.branch())
            : new Event.BranchMoved(
                clock.instant(), repository, move.branch(), move.to(), "a push by " + move.to().author());
    Decision decision = engine.tell(event).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    lostPushes.recorded(repository, move.branch(), move.to() == null ? null : move.to().id());
    boolean begun = false;
    for (Change change : decision.touched()) {
      if (change.createdAt().equals(event.at())) {
        begun = true;
        announce(change, decision, say);
      } else if (change.ended()) {
        say.accept(change.id() + " ends: " + decision.notes().stream()
            .filter(note -> note.change().equals(change.id()))
            .map(note -> note.sentence())
            .collect(Collectors.joining("; ")));
      }
    }
    if (!begun && move.to() != null && !repository.equals(Definitions.REPOSITORY)) {
      sayWhatWouldBegin(repository, move.branch(), decision, say);
    }
  }

  private void redefined(Consumer<String> say) {
    Definitions.Created created = definitions.load();
    Map<?, Definition> today = engine.now().definitions();
    say.accept(
        today.isEmpty()
            ? "No pipelines are defined now."
            : "Defined now: " + today.keySet().stream().map(Object::toString).sorted().collect(Collectors.joining(", ")) + ".");
    created.hosted().forEach(name -> say.accept("New repository: git clone " + address + "/git/" + name + ".git"));
    created.mirrored().forEach(mirror -> say.accept("Followed from now on: " + mirror.url() + ", mirrored as " + mirror.name()));
  }

  private void announce(Change change, Decision decision, Consumer<String> say) {
    String page = address + "/pipelines/" + change.id().pipeline() + "/changes/" + change.id().number();
    switch (change.aim()) {
      case Aim.Integrate(var branch, var into) -> {
        IntegrationQueue queue =
            IntegrationQueue.of(decision.next().changes().values()).get(IntegrationQueue.target(change));
        int ahead = queue == null ? 0 : queue.ahead(change.id());
        say.accept(
            change.id() + ": " + branch + " goes into " + into + ", "
                + (ahead == 0 ? "next in the queue" : ahead + " ahead of it in the queue") + ".");
      }
      case Aim.Check _ -> say.accept(change.id() + ": " + change.commit().id().abbreviated() + " runs.");
    }
    say.accept("  " + page);
  }

  private static void sayWhatWouldBegin(
      RepositoryName repository, BranchName branch, Decision decision, Consumer<String> say) {
    var patterns = new TreeSet<String>();
    boolean target = false;
    for (Definition definition : decision.next().definitions().values()) {
      Integration integration = definition.pipeline().integration();
      if (definition.pipeline().repository().equals(repository) && integration != null) {
        integration.branches().stream().map(BranchPattern::text).forEach(patterns::add);
        target |= integration.into().equals(branch);
      }
    }
    String names = String.join(" or ", patterns);
    if (patterns.isEmpty()) {
      say.accept("No pipeline integrates branches of " + repository + ".");
    } else if (target) {
      say.accept("Branches named " + names + " are integrated into " + branch + " from now on as it is.");
    } else {
      say.accept("Kept, and nothing started: branches to be integrated are named " + names + ".");
    }
  }
}
