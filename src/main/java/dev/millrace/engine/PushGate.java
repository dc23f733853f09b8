package dev.millrace.engine;

import dev.millrace.definition.Reading;
import dev.millrace.flow.Decision;
import dev.millrace.flow.Event;
import dev.millrace.git.GitTrouble;
import dev.millrace.git.Pushes;
import dev.millrace.git.RefMove;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.RepositoryName;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What a push means: definitions are checked before they are taken, branches become changes, and a push that waits is
/// held until these have landed or will not.
final class PushGate implements Pushes {
  private static final Logger LOG = LoggerFactory.getLogger(PushGate.class);

  /// How long a push is held while what it asks for is stored. What is not stored by then is found at the next start.
  private static final long PATIENCE_SECONDS = 20;

  /// How many sentences of a kind one push is answered with.
  static final int MOST = 20;

  private final Engine engine;
  private final Definitions definitions;
  private final LostPushes lostPushes;
  private final Progress progress;
  private final Clock clock;
  private final String address;

  /// @param address where people reach this server, without a slash at the end
  PushGate(
      Engine engine, Definitions definitions, LostPushes lostPushes, Progress progress, Clock clock, String address) {
    this.engine = engine;
    this.definitions = definitions;
    this.lostPushes = lostPushes;
    this.progress = progress;
    this.clock = clock;
    this.address = address;
  }

  @Override
  public List<String> refuse(RepositoryName repository, List<RefMove> moves, List<String> options) {
    if (engine.trouble().isPresent()) {
      return List.of("nothing can be pushed now: " + engine.trouble().get());
    }
    var refusals = new ArrayList<String>();
    if (repository.equals(Definitions.REPOSITORY)) {
      refuseDefinitions(moves, refusals);
    }
    List<String> ofOptions = new Takers(engine.now().definitions().values(), repository).problems(moves, PushOptions.of(options));
    refusals.addAll(ofOptions.subList(0, Math.min(MOST, ofOptions.size())));
    if (ofOptions.size() > MOST) {
      refusals.add("and " + (ofOptions.size() - MOST) + " more problems");
    }
    return refusals;
  }

  private void refuseDefinitions(List<RefMove> moves, List<String> refusals) {
    for (RefMove move : moves) {
      if (move.to() != null && defines(move.branch())) {
        switch (definitions.read(move.to().id())) {
          case Reading.Accepted _ -> {}
          case Reading.Refused(var problems) ->
              problems.forEach(problem -> refusals.add(Definitions.REPOSITORY + "/" + problem));
        }
      }
    }
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
  public Map<BranchName, String> received(
      RepositoryName repository, List<RefMove> moves, List<String> options, Predicate<String> say) {
    PushOptions wanted = PushOptions.of(options);
    var reply = new PushReply(repository, wanted, address, say);
    try {
      if (repository.equals(Definitions.REPOSITORY)
          && moves.stream().anyMatch(move -> move.branch().equals(Definitions.MAIN))) {
        redefined(say);
      }
      // all at once, so that they are stored together
      var told = new LinkedHashMap<RefMove, CompletableFuture<Decision>>();
      moves.forEach(move -> told.put(move, engine.tell(event(repository, move, wanted))));
      var decided = new LinkedHashMap<RefMove, Decision>();
      for (var answer : told.entrySet()) {
        decision(repository, answer.getKey(), answer.getValue(), reply)
            .ifPresent(decision -> decided.put(answer.getKey(), decision));
      }
      lostPushes.recorded(repository, List.copyOf(decided.keySet()));
      decided.forEach(reply::decided);
      reply.sayTheRest();
      return wanted.waits() ? reply.hold(progress) : Map.of();
    } catch (InterruptedException e) {
      say.test("Millrace is stopping; it takes the push up when it has started again");
      return Map.of();
    } catch (GitTrouble e) {
      LOG.warn("The push to {} waits for the next start", repository, e);
      say.test("Kept, but not taken up yet: " + e.getMessage() + ". It will be when the server has started again.");
      return Map.of();
    }
  }

  private Event event(RepositoryName repository, RefMove move, PushOptions wanted) {
    return move.to() == null
        ? new Event.BranchDeleted(clock.instant(), repository, move.branch())
        : new Event.BranchMoved(
            clock.instant(), repository, move.branch(), move.to(), "a push by " + move.to().author(), wanted.wishes());
  }

  /// What followed, once that is stored; empty when it is not known.
  private Optional<Decision> decision(
      RepositoryName repository, RefMove move, CompletableFuture<Decision> answer, PushReply reply)
      throws InterruptedException {
    try {
      return Optional.of(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
    } catch (TimeoutException e) {
      LOG.warn("The push to {} of {} was not stored within {} s", move.branch(), repository, PATIENCE_SECONDS);
      reply.unknown(move, "Millrace is busy and takes the push up later; it is not lost.");
      return Optional.empty();
    } catch (ExecutionException e) {
      LOG.warn("The push to {} of {} waits for the next start", move.branch(), repository, e);
      String because = engine.stopped().orElse("the server's log says why");
      reply.unknown(
          move, "Kept, but not taken up yet: " + because + ". It will be when the server has started again.");
      return Optional.empty();
    }
  }

  private void redefined(Predicate<String> say) {
    Definitions.Created created = definitions.load();
    Map<?, Definition> today = engine.now().definitions();
    say.test(
        today.isEmpty()
            ? "No pipelines are defined now."
            : "Defined now: " + today.keySet().stream().map(Object::toString).sorted().collect(Collectors.joining(", ")) + ".");
    created.hosted().forEach(name -> say.test("New repository: git clone " + address + "/git/" + name + ".git"));
    created.mirrored().forEach(mirror -> say.test("Followed from now on: " + mirror.url() + ", mirrored as " + mirror.name()));
  }
}
