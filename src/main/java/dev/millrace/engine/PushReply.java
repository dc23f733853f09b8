package dev.millrace.engine;

import dev.millrace.change.Aim;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.flow.Decision;
import dev.millrace.git.RefMove;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.queue.IntegrationQueue;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// What one push is answered: what each of its branches has come to, and, when it waits, what becomes of that.
final class PushReply {
  private final RepositoryName repository;
  private final PushOptions wanted;
  private final String address;
  private final Predicate<String> say;

  /// The changes that came of it, with the branch that each came on and what was told of it.
  private final Map<ChangeId, BranchName> changes = new LinkedHashMap<>();
  private final Map<ChangeId, Ticker> tickers = new LinkedHashMap<>();
  private final Map<PipelineName, Integer> unannounced = new TreeMap<>();
  private final Map<BranchName, String> unknown = new LinkedHashMap<>();

  /// What is to be said of several branches alike is said once.
  private final Set<String> said = new LinkedHashSet<>();

  /// @param address where people reach this server, without a slash at the end
  /// @param say shows a line to the pusher
  PushReply(RepositoryName repository, PushOptions wanted, String address, Predicate<String> say) {
    this.repository = repository;
    this.wanted = wanted;
    this.address = address;
    this.say = say;
  }

  /// It is not known yet what the branch has come to.
  void unknown(RefMove move, String because) {
    unknown.put(move.branch(), because);
    once(because);
  }

  void decided(RefMove move, Decision decision) {
    boolean came = false;
    int ended = 0;
    for (Change change : decision.touched()) {
      if (begunBy(change, move, decision)) {
        came = true;
        take(move.branch(), change, decision, true);
      } else if (change.ended() && ended++ < PushGate.MOST) {
        say.test(change.id() + " ends: " + sentences(change, decision));
      }
    }
    if (!came && move.to() != null) {
      for (Change change : decision.next().changes().values()) {
        boolean same = move.branch().equals(change.aim().branch()) && change.commit().id().equals(move.to().id());
        if (same && change.pipeline().repository().equals(repository) && !(change.state() instanceof ChangeState.Leaving)) {
          came = true;
          take(move.branch(), change, decision, false);
        }
      }
    }
    if (!came && move.to() != null && !repository.equals(Definitions.REPOSITORY)) {
      sayWhatWouldBegin(move.branch(), decision);
    }
  }

  /// A change that is new: its number is the last one that was given.
  private static boolean begunBy(Change change, RefMove move, Decision decision) {
    return move.to() != null
        && move.branch().equals(change.aim().branch())
        && change.commit().id().equals(move.to().id())
        && change.round() == 1
        && Integer.valueOf(change.id().number()).equals(decision.next().numbers().get(change.id().pipeline()));
  }

  private static String sentences(Change change, Decision decision) {
    return decision.notes().stream()
        .filter(note -> note.change().equals(change.id()))
        .map(note -> note.sentence())
        .collect(Collectors.joining("; "));
  }

  private void take(BranchName branch, Change change, Decision decision, boolean begun) {
    // of those that nothing is said of, it need not be known: looking it up takes as long as the queue is
    int ahead = changes.size() < PushGate.MOST ? ahead(change, decision) : -1;
    long known = decision.notes().stream().filter(note -> note.change().equals(change.id())).count();
    changes.put(change.id(), branch);
    tickers.put(change.id(), begun ? new Ticker((int) known, ahead) : new Ticker(0, ahead));
    if (changes.size() <= PushGate.MOST) {
      announce(change, ahead, begun);
    } else {
      unannounced.merge(change.id().pipeline(), 1, Integer::sum);
    }
  }

  private static int ahead(Change change, Decision decision) {
    if (!(change.aim() instanceof Aim.Integrate)) {
      return -1;
    }
    IntegrationQueue queue =
        IntegrationQueue.of(decision.next().changes().values()).get(IntegrationQueue.target(change));
    return queue == null ? 0 : queue.ahead(change.id());
  }

  private void announce(Change change, int ahead, boolean begun) {
    String what =
        switch (change.aim()) {
          case Aim.Integrate(var branch, var into) ->
              branch + " goes into " + into + ", " + (ahead == 0 ? "next in the queue" : ahead + " ahead of it in the queue");
          case Aim.Check _ -> change.commit().id().abbreviated() + (begun ? " runs" : " is on its way");
        };
    say.test(change.id() + (begun ? ": " : " is on its way already: ") + what + ".");
    say.test("  " + page(change.id()));
    if (wanted.urgent() && begun && change.aim() instanceof Aim.Check) {
      once("Nothing has to wait for its turn here, so priority=urgent changes nothing.");
    }
  }

  private String page(ChangeId id) {
    return address + "/pipelines/" + id.pipeline() + "/changes/" + id.number();
  }

  /// What is about the push as a whole.
  void sayTheRest() {
    unannounced.forEach(
        (pipeline, count) ->
            say.test("and " + count + " more, all of them at " + address + "/pipelines/" + pipeline));
    if (changes.isEmpty() && unknown.isEmpty() && !wanted.given().isEmpty()) {
      say.test("Nothing started, so " + String.join(" and ", wanted.given()) + " had no effect.");
    }
  }

  /// Holds the push until its changes have landed, or will not.
  ///
  /// @return the branches whose changes did not make it, and why
  Map<BranchName, String> hold(Progress progress) throws InterruptedException {
    var rejected = new LinkedHashMap<>(unknown);
    if (tickers.isEmpty()) {
      return rejected;
    }
    say.test("Waiting for " + (tickers.size() == 1 ? "it" : "them") + ": Ctrl-C ends the waiting and nothing else.");
    Map<ChangeId, Outcome> outcomes = progress.follow(tickers, Outcome.Until.LANDED, say);
    outcomes.forEach(
        (id, outcome) -> {
          BranchName branch = changes.get(id);
          switch (outcome.end()) {
            case PASSED -> {
              if (outcomes.size() == 1) {
                say.test(outcome.because());
              }
            }
            case FAILED, CANCELLED -> {
              say.test(branch + " stays as it was pushed. " + id + ": " + page(id));
              rejected.put(branch, outcome.because());
            }
            case OPEN -> {
              say.test("To wait again: " + attach(id));
              rejected.put(branch, outcome.because());
            }
          }
        });
    return rejected;
  }

  /// Git itself sends nothing where the branch is there already.
  private String attach(ChangeId id) {
    return "curl -N " + address + "/api/v1/pipelines/" + id.pipeline() + "/changes/" + id.number() + "/progress";
  }

  private void once(String sentence) {
    if (said.add(sentence)) {
      say.test(sentence);
    }
  }

  private void sayWhatWouldBegin(BranchName branch, Decision decision) {
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
      once("No pipeline integrates branches of " + repository + ".");
    } else if (target) {
      once("Branches named " + names + " are integrated into " + branch + " from now on as it is.");
    } else if (wanted.pipeline() == null) {
      once("Kept, and nothing started: branches to be integrated are named " + names + ".");
    } else {
      once("Kept, and nothing started: " + wanted.pipeline() + " takes no branch named " + branch + ".");
    }
  }
}
