package dev.millrace.flow;

import static dev.millrace.flow.Scene.pipeline;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Candidacy;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.CommitId;
import dev.millrace.change.Fault;
import dev.millrace.change.TreeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever the order in which things happen: main only takes what was tested exactly so, attempts never change once
/// they have ended, and everything ends. `-Dschedules=1000` for more of them.
class FlowPropertyTest {
  private static final int SCHEDULES = Integer.getInteger("schedules", 100);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void whatever_happens_main_only_takes_what_passed_and_everything_ends(int parallel) {
    for (int seed = 0; seed < SCHEDULES; seed++) {
      new Schedule(seed, parallel).run();
    }
  }

  /// A world outside that answers what is owed in random order, with a main of its own, and people who interfere.
  private static final class Schedule {
    private final Random random;
    private final String name;
    private final Scene scene;
    private final List<CommitId> main = new ArrayList<>(List.of(Scene.commit("m0")));
    private final Map<AttemptId, AttemptState> ends = new HashMap<>();
    private final Set<Effect.Tip> promoted = new HashSet<>();
    private final Map<String, CommitId> stacks = new HashMap<>();
    private final Map<CommitId, CommitId> parents = new HashMap<>();
    private final Set<String> started = new HashSet<>();
    private final Map<Tried, Candidacy.State> candidacies = new HashMap<>();
    private int commits;

    Schedule(int seed, int parallel) {
      this.random = new Random(seed);
      this.name = "seed " + seed + ", " + parallel + " at once";
      this.scene =
          new Scene()
              .defined(pipeline("shop", parallel, "build", "verify(build): unit browser", "lint", "main!(verify, lint)", "staging(main): deploy"));
    }

    void run() {
      for (int turn = 0; turn < 120; turn++) {
        if (random.nextInt(4) == 0) {
          interfere();
        } else {
          answer();
        }
        check();
      }
      int patience = 0;
      while (!scene.now.changes().isEmpty()) {
        assertThat(patience++).as(() -> name + " ends").isLessThan(3000);
        answer();
        check();
      }
      assertThat(scene.queue()).as(name).isEmpty();
    }

    private void interfere() {
      switch (random.nextInt(8)) {
        case 0, 1, 2 -> scene.pushed("integrate/" + random.nextInt(5), "c" + commits++);
        case 3 -> scene.deleted("integrate/" + random.nextInt(5));
        case 4 -> {
          CommitId head = Scene.commit("push" + commits);
          scene.pushed("main", "push" + commits++);
          main.add(head);
        }
        case 5 -> some().ifPresent(change -> scene.cancel(change.id().number()));
        default -> {
          if (!scene.ended.isEmpty()) {
            var ended = new ArrayList<>(scene.ended.keySet());
            int number = ended.get(random.nextInt(ended.size())).number();
            scene.again(number, List.of("build", "verify", "lint", "main", "staging").get(random.nextInt(5)));
          }
        }
      }
    }

    private java.util.Optional<Change> some() {
      var changes = new ArrayList<>(scene.now.changes().values());
      return changes.isEmpty() ? java.util.Optional.empty() : java.util.Optional.of(changes.get(random.nextInt(changes.size())));
    }

    private void answer() {
      var owed =
          new ArrayList<>(scene.now.changes().values().stream().flatMap(change -> Owed.to(scene.now.changes(), change).stream()).toList());
      owed.removeIf(effect -> effect instanceof Effect.Prepare || effect instanceof Effect.Stop);
      if (owed.isEmpty()) {
        assertThat(scene.now.changes()).as(() -> name + ": something in flight is owed something").isEmpty();
        return;
      }
      switch (owed.get(random.nextInt(owed.size()))) {
        case Effect.Merge merge -> merge(merge);
        case Effect.Promote promote -> promote(promote);
        case Effect.Advance advance ->
            scene.tell(new Event.Tried(advance.attempt(), new AttemptEvent.Succeeded(scene.tick())));
        case Effect.Run(var assignment) -> {
          String id = assignment.attempt().toString();
          if (started.add(id)) {
            scene.tell(new Event.Tried(assignment.attempt(), new AttemptEvent.Started(scene.tick())));
          } else {
            scene.tell(new Event.Tried(assignment.attempt(), end()));
          }
        }
        case Effect.Prepare _, Effect.Stop _ -> throw new IllegalStateException();
      }
    }

    private AttemptEvent end() {
      return switch (random.nextInt(8)) {
        case 0 -> new AttemptEvent.Faulted(scene.tick(), new Fault.ExitCode(1));
        case 1 -> new AttemptEvent.Broke(scene.tick(), "gone", random.nextBoolean());
        default -> new AttemptEvent.Succeeded(scene.tick());
      };
    }

    private void merge(Effect.Merge merge) {
      CommitId head = main.getLast();
      if (random.nextInt(10) == 0) {
        ChangeId which = merge.pieces().get(random.nextInt(merge.pieces().size())).change();
        scene.tell(
            switch (random.nextInt(3)) {
              case 0 -> new Event.NothingToIntegrate(scene.tick(), merge, which, head);
              case 1 -> new Event.NotMergeable(scene.tick(), merge, which, "unrelated");
              default -> new Event.Conflicted(scene.tick(), merge, which, head, List.of("file"));
            });
        return;
      }
      // what is made of the same pieces on the same head is the same, and a longer stack stands on the shorter one
      CommitId commit = head;
      for (Effect.Piece piece : merge.pieces()) {
        CommitId below = commit;
        commit = stacks.computeIfAbsent(below + " " + piece.change(), _ -> Scene.commit("stack " + below + piece.change()));
        parents.put(commit, below);
      }
      TreeId tree = new TreeId(Scene.commit("tree" + commit).hex());
      scene.tell(new Event.Merged(scene.tick(), merge, new Candidate(head, commit), tree, "git"));
    }

    private void promote(Effect.Promote promote) {
      Change change = scene.now.changes().get(promote.attempt().change());
      CommitId commit = promote.candidate().commit();
      if (main.contains(commit)) {
        scene.tell(new Event.Tried(promote.attempt(), new AttemptEvent.Succeeded(scene.tick())));
      } else if (main.getLast().equals(promote.candidate().base())) {
        for (String stage : List.of("build", "verify", "lint")) {
          assertThat(change.attempts().stream().filter(its -> its.id().stage().text().equals(stage)))
              .as(() -> name + ": " + stage + " of the very commit passed before it landed")
              .anyMatch(its -> its.passed() && its.commit().equals(commit));
        }
        int pieces = 0;
        for (CommitId at = commit; !at.equals(main.getLast()); at = parents.get(at)) {
          assertThat(parents).as(() -> name + ": it stands on main").containsKey(at);
          pieces++;
        }
        assertThat(promote.branches()).as(() -> name + ": exactly what it holds lands").hasSize(pieces);
        for (Effect.Tip tip : promote.branches()) {
          assertThat(promoted.add(tip)).as(() -> name + ": landed once").isTrue();
        }
        main.add(commit);
        if (random.nextInt(3) == 0) {
          scene.pushed("main", "push" + commits);
          main.add(Scene.commit("push" + commits++));
        }
        scene.tell(new Event.Tried(promote.attempt(), new AttemptEvent.Succeeded(scene.tick())));
      } else {
        scene.tell(new Event.TargetMoved(scene.tick(), promote.attempt(), main.getLast()));
      }
    }

    private void check() {
      Decision last = scene.decisions.getLast();
      for (Change change : last.touched()) {
        var attempts = new HashSet<AttemptId>();
        for (Attempt attempt : change.attempts()) {
          holds(attempts.add(attempt.id()), "there is one of each attempt", change);
          if (attempt.ended()) {
            AttemptState before = ends.putIfAbsent(attempt.id(), attempt.state());
            holds(before == null || before.equals(attempt.state()), "how an attempt ended stays", attempt);
          }
        }
        if (change.ended() || change.state() instanceof ChangeState.Leaving) {
          holds(change.candidacies().stream().noneMatch(Candidacy::running), "nothing of it is still to be tried", change);
        }
        holds(!(change.ended() && change.active()), "what has ended has nothing that runs", change);
        for (Candidacy candidacy : change.candidacies()) {
          Candidacy.State state = candidacy.state();
          Candidacy.State before = candidacies.put(new Tried(change.id(), candidacy.number()), state);
          boolean may =
              before == null || before.getClass() == state.getClass() || before instanceof Candidacy.State.Merging
                  || before instanceof Candidacy.State.Testing || before instanceof Candidacy.State.Passed && state instanceof Candidacy.State.Landed;
          holds(may, "what a candidate came to stays", change);
        }
      }
      holds(last.touched().stream().map(Change::id).distinct().count() == last.touched().size(), "each is touched once", last);
    }

    /// A sentence is made of what does not hold only: there are a million of these.
    private void holds(boolean it, String what, Object of) {
      if (!it) {
        fail("%s: %s: %s", name, what, of);
      }
    }
  }

  private record Tried(ChangeId change, int candidacy) {}
}
