package dev.millrace.change;

import dev.millrace.change.Candidacy.State;
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
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A commit flowing through a pipeline: one record, however often its stages run again.
///
/// @param by who or what brought it: a push, a click, the API
/// @param candidate what is tested; null until it is known
/// @param round how often it has been sent round, from 1; more with each run again and each new candidate
/// @param priority what comes first in the queue: the higher one; 0 as a rule
/// @param parameters what was given to it, by name; see [#values]
/// @param candidacies all its goes at the target, in the order they were begun; none for what is not integrated
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
    int priority,
    Map<String, String> parameters,
    List<Candidacy> candidacies,
    List<Attempt> attempts) {

  public Change {
    parameters = Map.copyOf(parameters);
    attempts = List.copyOf(attempts);
    candidacies = List.copyOf(candidacies);
  }

  /// One of no priority that has not had a go yet.
  public Change(
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
    this(id, commit, aim, by, definition, createdAt, state, candidate, round, 0, Map.of(), List.of(), attempts);
  }

  public Pipeline pipeline() {
    return definition.pipeline();
  }

  public boolean ended() {
    return state instanceof ChangeState.Ended;
  }

  public Change in(ChangeState next) {
    return new Change(id, commit, aim, by, definition, createdAt, next, candidate, round, priority, parameters, candidacies, attempts);
  }

  public Change on(@Nullable Candidate next) {
    return new Change(id, commit, aim, by, definition, createdAt, state, next, round, priority, parameters, candidacies, attempts);
  }

  public Change following(Definition next) {
    return new Change(id, commit, aim, by, next, createdAt, state, candidate, round, priority, parameters, candidacies, attempts);
  }

  public Change inNextRound() {
    return new Change(id, commit, aim, by, definition, createdAt, state, candidate, round + 1, priority, parameters, candidacies, attempts);
  }

  public Change with(List<Attempt> next) {
    return new Change(id, commit, aim, by, definition, createdAt, state, candidate, round, priority, parameters, candidacies, next);
  }

  public Change prior(int next) {
    return new Change(id, commit, aim, by, definition, createdAt, state, candidate, round, next, parameters, candidacies, attempts);
  }

  public Change given(Map<String, String> next) {
    return new Change(id, commit, aim, by, definition, createdAt, state, candidate, round, priority, next, candidacies, attempts);
  }

  /// The value of each parameter that its pipeline declares.
  public Map<String, String> values() {
    return pipeline().values(parameters);
  }

  public Change going(List<Candidacy> next) {
    return new Change(id, commit, aim, by, definition, createdAt, state, candidate, round, priority, parameters, next, attempts);
  }

  /// With this one in the place of the one with its number, or behind the others.
  public Change with(Candidacy candidacy) {
    var next = new ArrayList<>(candidacies);
    if (candidacy.number() <= next.size()) {
      next.set(candidacy.number() - 1, candidacy);
    } else {
      next.add(candidacy);
    }
    return going(next);
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

  /// The latest attempts on the present candidate, by stage and step. One pass, since this is asked at every turn of the
  /// engine and for every row of a page.
  private Map<StageName, Map<StepName, Attempt>> latestOnCandidate() {
    var latest = new HashMap<StageName, Map<StepName, Attempt>>();
    for (Attempt attempt : attempts) {
      if (candidate != null && attempt.commit().equals(candidate.commit())) {
        latest.computeIfAbsent(attempt.id().stage(), _ -> new HashMap<>()).put(attempt.id().step(), attempt);
      }
    }
    return latest;
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
        : candidacies.stream().anyMatch(candidacy -> candidacy.state() instanceof State.Landed) || promoted();
  }

  private boolean promoted() {
    return candidate != null
        && pipeline().stages().stream()
            .filter(Stage::promotes)
            .flatMap(stage -> attempts(stage.name()).stream())
            .anyMatch(attempt -> attempt.passed() && attempt.commit().equals(candidate.commit()));
  }

  /// The change with whose candidate it landed; empty when it has not, or landed with its own.
  public Optional<ChangeId> landedWith() {
    return candidacies.stream()
        .flatMap(its -> its.state() instanceof State.Landed landed ? Stream.of(landed.with()) : Stream.empty())
        .filter(with -> !with.equals(id))
        .findFirst();
  }

  /// The change whose candidate had the same files as the present one and had passed, so that nothing had to run again.
  public Optional<ChangeId> like() {
    return candidacies.stream()
        .filter(its -> candidate != null && its.of(candidate.commit()))
        .flatMap(its -> its.like().stream())
        .findFirst();
  }

  /// The state of every stage, in the pipeline's order.
  ///
  /// An attempt counts as long as it worked on the present candidate and no stage that its own needs has been tried
  /// again since: its round is not lower than theirs. What another change's candidate has vouched for passed.
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
    boolean carried = landedWith().isPresent();
    Set<StageName> vouched = carried || like().isPresent() ? pipeline().tests() : Set.of();
    Map<StageName, Map<StepName, Attempt>> latest = latestOnCandidate();
    for (Stage stage : pipeline().stages()) {
      int round = 1;
      if (vouched.contains(stage.name()) && !latest.containsKey(stage.name())
          || carried && pipeline().gate().filter(stage::equals).isPresent()) {
        stands.put(stage.name(), new Stand(StageState.PASSED, round, Map.of()));
        continue;
      }
      boolean skipped = carried || stage.promotes() && aim instanceof Aim.Check(var _, boolean landed) && !landed;
      for (StageName need : stage.needs()) {
        Stand before = stands.get(need);
        if (before != null) {
          round = Math.max(round, before.round());
          skipped |= before.state() == StageState.SKIPPED;
        }
      }
      stands.put(
          stage.name(),
          skipped
              ? new Stand(StageState.SKIPPED, round, Map.of())
              : stand(stage, round, latest.getOrDefault(stage.name(), Map.of())));
    }
    return stands;
  }

  private static Stand stand(Stage stage, int atLeast, Map<StepName, Attempt> latest) {
    var counting = new HashMap<StepName, Attempt>();
    int round = atLeast;
    for (Step step : stage.steps()) {
      Attempt attempt = latest.get(step.name());
      if (attempt != null && attempt.round() >= atLeast) {
        counting.put(step.name(), attempt);
        round = Math.max(round, attempt.round());
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
