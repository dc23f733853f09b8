package dev.millrace.change;

import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A commit flowing through a pipeline: one record, however often its stages run again.
///
/// @param by who or what brought it: a push, a click, the API
/// @param candidate what is tested; null until it is known
/// @param round how often it has been sent round, from 1; more with each run again and each new candidate
/// @param attempts all there ever were, in the order they were planned
public record Change(
    ChangeId id,
    Commit commit,
    Aim aim,
    String by,
    Definition definition,
    Instant createdAt,
    ChangeState state,
    @Nullable Candidate candidate,
    int round,
    List<Attempt> attempts) {

  public Change {
    attempts = List.copyOf(attempts);
  }

  public Pipeline pipeline() {
    return definition.pipeline();
  }

  public boolean ended() {
    return state instanceof ChangeState.Ended;
  }

  public Change in(ChangeState next) {
    return new Change(id, commit, aim, by, definition, createdAt, next, candidate, round, attempts);
  }

  public Change on(Candidate next) {
    return new Change(id, commit, aim, by, definition, createdAt, state, next, round, attempts);
  }

  public Change following(Definition next) {
    return new Change(id, commit, aim, by, next, createdAt, state, candidate, round, attempts);
  }

  public Change inNextRound() {
    return new Change(id, commit, aim, by, definition, createdAt, state, candidate, round + 1, attempts);
  }

  public Change with(List<Attempt> next) {
    return new Change(id, commit, aim, by, definition, createdAt, state, candidate, round, next);
  }

  /// With this attempt in the place of the one with its id, or behind the others.
  public Change with(Attempt attempt) {
    var next = new ArrayList<>(attempts);
    for (int at = next.size() - 1; at >= 0; at--) {
      if (next.get(at).id().equals(attempt.id())) {
        next.set(at, attempt);
        return with(next);
      }
    }
    next.add(attempt);
    return with(next);
  }

  public Optional<Attempt> attempt(AttemptId wanted) {
    return attempts.stream().filter(attempt -> attempt.id().equals(wanted)).findFirst();
  }

  /// All attempts of a stage, oldest first.
  public List<Attempt> attempts(StageName stage) {
    return attempts.stream().filter(attempt -> attempt.id().stage().equals(stage)).toList();
  }

  public Optional<Attempt> latest(StageName stage, StepName step) {
    return attempts.stream()
        .filter(attempt -> attempt.id().stage().equals(stage) && attempt.id().step().equals(step))
        .reduce((_, later) -> later);
  }

  public int latestNumber(StageName stage) {
    return attempts(stage).stream().mapToInt(attempt -> attempt.id().number()).max().orElse(0);
  }

  /// Whether any attempt has not ended.
  public boolean active() {
    return attempts.stream().anyMatch(attempt -> !attempt.ended());
  }

  /// Whether its candidate is on the target branch already.
  public boolean landed() {
    return aim instanceof Aim.Check(var _, boolean landed)
        ? landed
        : candidate != null
            && pipeline().stages().stream()
                .filter(Stage::promotes)
                .flatMap(stage -> attempts(stage.name()).stream())
                .anyMatch(attempt -> attempt.passed() && attempt.commit().equals(candidate.commit()));
  }

  /// The state of every stage, in the pipeline's order.
  ///
  /// An attempt counts as long as it worked on the present candidate and no stage that its own needs has been tried
  /// again since: its round is not lower than theirs.
  public Map<StageName, StageState> stages() {
    return stands().entrySet().stream()
        .collect(
            java.util.stream.Collectors.toMap(
                Map.Entry::getKey, entry -> entry.getValue().state(), (first, _) -> first, java.util.LinkedHashMap::new));
  }

  public StageState stage(StageName stage) {
    Stand stand = stands().get(stage);
    if (stand == null) {
      throw new IllegalStateException(id + " has no stage " + stage);
    }
    return stand.state();
  }

  /// The attempts of a stage that count now, by step; empty for a stage that is to be tried yet.
  public Map<StepName, Attempt> counting(StageName stage) {
    Stand stand = stands().get(stage);
    return stand == null ? Map.of() : stand.counting();
  }

  /// The same for every stage at once, in the pipeline's order.
  public Map<StageName, Map<StepName, Attempt>> counting() {
    var counting = new java.util.LinkedHashMap<StageName, Map<StepName, Attempt>>();
    stands().forEach((stage, stand) -> counting.put(stage, stand.counting()));
    return counting;
  }

  /// How far it has come: the stages that passed, of all there are.
  public Confidence confidence() {
    var states = stages().values();
    return new Confidence((int) states.stream().filter(StageState.PASSED::equals).count(), states.size());
  }

  /// Where a stage stands: its state, the attempts it follows from, and the round they belong to.
  private record Stand(StageState state, int round, Map<StepName, Attempt> counting) {}

  private Map<StageName, Stand> stands() {
    var stands = new java.util.LinkedHashMap<StageName, Stand>();
    for (Stage stage : pipeline().stages()) {
      int round = 1;
      boolean skipped = stage.promotes() && aim instanceof Aim.Check(var _, boolean landed) && !landed;
      for (StageName need : stage.needs()) {
        Stand before = stands.get(need);
        if (before != null) {
          round = Math.max(round, before.round());
          skipped |= before.state() == StageState.SKIPPED;
        }
      }
      stands.put(stage.name(), skipped ? new Stand(StageState.SKIPPED, round, Map.of()) : stand(stage, round));
    }
    return stands;
  }

  private Stand stand(Stage stage, int atLeast) {
    var counting = new HashMap<StepName, Attempt>();
    int round = atLeast;
    for (Step step : stage.steps()) {
      Optional<Attempt> latest = latest(stage.name(), step.name());
      if (candidate != null
          && latest.isPresent()
          && latest.get().round() >= atLeast
          && latest.get().commit().equals(candidate.commit())) {
        counting.put(step.name(), latest.get());
        round = Math.max(round, latest.get().round());
      }
    }
    return new Stand(state(stage, counting), round, counting);
  }

  private static StageState state(Stage stage, Map<StepName, Attempt> counting) {
    if (counting.size() < stage.steps().size()) {
      return StageState.PENDING;
    }
    StageState worst = StageState.PASSED;
    for (Attempt attempt : counting.values()) {
      StageState one =
          switch (attempt.state()) {
            case AttemptState.Planned _, AttemptState.Running _, AttemptState.Stopping _ -> StageState.RUNNING;
            case AttemptState.Passed _ -> StageState.PASSED;
            case AttemptState.Failed _ -> StageState.FAILED;
            case AttemptState.Errored _ -> StageState.ERRORED;
            case AttemptState.Cancelled _ -> StageState.CANCELLED;
          };
      worst = WORST_FIRST.indexOf(one) < WORST_FIRST.indexOf(worst) ? one : worst;
    }
    return worst;
  }

  private static final List<StageState> WORST_FIRST =
      List.of(StageState.RUNNING, StageState.FAILED, StageState.ERRORED, StageState.CANCELLED, StageState.PASSED);

  /// One line for tests and logs: `shop#1 moving: build passed, verify running, main pending`.
  @Override
  public String toString() {
    var line = new StringBuilder(id + " " + state.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT) + ":");
    stages().forEach((name, stage) -> line.append(line.charAt(line.length() - 1) == ':' ? " " : ", ").append(name).append(' ').append(stage));
    return line.toString();
  }
}
