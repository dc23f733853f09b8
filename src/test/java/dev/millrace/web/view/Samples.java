package dev.millrace.web.view;

import dev.millrace.change.Aim;
import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptId;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Between;
import dev.millrace.change.Candidate;
import dev.millrace.change.Candidacy;
import dev.millrace.change.TreeId;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeId;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.BranchPattern;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Integration;
import dev.millrace.pipeline.Limits;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.Stage;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.Step;
import dev.millrace.pipeline.StepName;
import dev.millrace.pipeline.Text;
import dev.millrace.statistics.Figures;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import dev.millrace.statistics.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Pipelines and changes to look at and to test with.
final class Samples {
  static final Instant NOW = Instant.parse("2026-11-20T14:30:00Z");
  static final Site SITE = new Site("http://localhost:8080", new RepositoryName("pipelines"), null, NOW, 7);
  static final Limits LIMITS = Limits.DEFAULT;

  private Samples() {}

  static Step step(String name) {
    return new Step.Container(
        new StepName(name), Text.plain("eclipse-temurin:25"), Text.plain("./zero " + name), Map.of(), Duration.ofMinutes(10), LIMITS, true);
  }

  /// `name: step, step <- need, need`; a promotion has no steps.
  static Stage stage(String line) {
    String[] needs = line.split(" <- ", 2);
    String[] steps = needs[0].split(": ", 2);
    List<StageName> before = needs.length < 2 ? List.of() : List.of(needs[1].split(", ")).stream().map(StageName::new).toList();
    return steps.length < 2
        ? Stage.promotion(new StageName(steps[0]), before)
        : new Stage(new StageName(steps[0]), before, List.of(steps[1].split(", ")).stream().map(Samples::step).toList());
  }

  static Pipeline pipeline(String name, String... stages) {
    return new Pipeline(
        new PipelineName(name),
        new RepositoryName(name),
        new Integration(List.of(new BranchPattern("integrate/**")), new BranchName("main"), 4),
        List.of(),
        List.of(stages).stream().map(Samples::stage).toList());
  }

  static Pipeline shop() {
    return pipeline(
        "shop", "build: compile", "verify: unit, browser, lint <- build", "main <- verify", "staging: deploy <- main", "production: deploy, smoke <- staging");
  }

  static Pipeline small() {
    return pipeline("small", "build: compile", "verify: unit <- build", "main <- verify");
  }

  static Pipeline diamond() {
    return pipeline(
        "diamond", "build: compile", "unit: test <- build", "browser: test <- build", "lint: check <- build", "package: image <- unit, browser, lint",
        "main <- package", "staging: deploy <- main");
  }

  static Pipeline line(int many) {
    var stages = new ArrayList<String>();
    for (int at = 1; at <= many; at++) {
      String needs = at == 1 ? "" : " <- " + stageName(at - 1, many);
      stages.add(stageName(at, many) + (at == many - 3 ? "" : ": step-" + at) + needs);
    }
    return pipeline("line-" + many, stages.toArray(String[]::new));
  }

  private static String stageName(int at, int many) {
    String[] names = {"checkout", "compile", "unit", "lint", "integration-tests", "browser", "package", "scan", "licences", "image"};
    return at == many - 3 ? "main" : names[(at - 1) % names.length] + "-" + at;
  }

  static Pipeline graph(int many) {
    var random = new Random(many);
    var stages = new ArrayList<String>();
    var names = new ArrayList<String>();
    int wide = Math.max(2, (int) Math.round(Math.sqrt(many) * 0.8));
    for (int at = 1; at <= many; at++) {
      String name = at == many ? "main" : stageName(at, many + 99);
      var needs = new LinkedHashSet<String>();
      if (at == many) {
        needs.addAll(names.subList(names.size() - wide, names.size()));
      } else if (!names.isEmpty()) {
        for (int k = 0; k <= random.nextInt(2); k++) {
          int layer = (names.size() - 1) / wide * wide;
          int from = Math.max(0, layer - (layer == names.size() ? wide : 0));
          needs.add(names.get(Math.min(names.size() - 1, from - (from >= wide && names.size() - from < wide ? wide : 0) + random.nextInt(Math.min(wide, names.size())))));
        }
      }
      stages.add(name + (at == many ? "" : ": step-" + at) + (needs.isEmpty() ? "" : " <- " + String.join(", ", needs)));
      names.add(name);
    }
    return pipeline("graph-" + many, stages.toArray(String[]::new));
  }

  static Definition definition(Pipeline pipeline) {
    return new Definition(pipeline, "4f5e6d7c8b9a0f1e2d3c4b5a69788796a5b4c3d2", pipeline.name() + ".yml", """
        # How the shop is delivered
        repository: shop
        integrate:
          branches: ["integrate/**"]
          into: main
        stages:
          - name: build
            steps: [compile]
          - name: verify
            steps: [unit, browser]      # side by side
          - name: main
            promote: true
        steps:
          compile:
            image: eclipse-temurin:25
            run: ./zero build "<script>alert(1)</script>"
        """);
  }

  /// As it is after somebody has changed it.
  static Definition newer(Definition definition) {
    Map<String, Text> environment = Map.of("TZ", Text.plain("UTC"));
    var stages = new ArrayList<Stage>();
    for (Stage stage : definition.pipeline().stages()) {
      stages.add(new Stage(stage.name(), stage.needs(), stage.steps().stream().map(step -> newer(step, environment)).toList()));
    }
    Pipeline old = definition.pipeline();
    return new Definition(
        new Pipeline(old.name(), old.repository(), old.integration(), old.pushes(), stages),
        "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d", definition.path(),
        definition.text().replace("eclipse-temurin:25", "eclipse-temurin:26").replace("      - name: main\n", "      - name: main       # the gate\n").replace("  - name: main\n", "  - name: main  # the gate\n"));
  }

  private static Step newer(Step step, Map<String, Text> environment) {
    return step instanceof Step.Container its
        ? new Step.Container(its.name(), Text.plain("eclipse-temurin:26"), its.command(), environment, its.timeout(), its.limits(), its.network())
        : step;
  }

  static Attempt onAnother(Attempt attempt) {
    return new Attempt(attempt.id(), attempt.round(), commit(77), "9a8b7c6d5e4f30211203f4e5d6c7b8a99a8b7c6d", attempt.plannedAt(), attempt.state(), image("eclipse-temurin:26"));
  }

  static Image image(String name) {
    return new Image(name, String.format("sha256:%016x", name.hashCode() * 0x9E3779B97F4A7C15L) + "0".repeat(48));
  }

  static Between between() {
    return new Between(
        List.of(
            new Between.Step(new Commit(commit(901), "Merge integrate/price into main (shop#43)", "Millrace"), List.of(new Commit(commit(902), "Show the price with tax", "Ada Lovelace"), new Commit(commit(903), HOSTILE, "محمد بن موسى"))),
            new Between.Step(new Commit(commit(904), "Merge integrate/basket into main (shop#42)", "Millrace"), List.of(new Commit(commit(905), "Keep the basket", "Grace Hopper")))),
        120, false, 34);
  }

  static CommitId commit(int seed) {
    return new CommitId(String.format("%08x", seed * 0x9E3779B9).repeat(5));
  }

  static Change queued(Pipeline pipeline, int number, String subject, String author, String branch, Instant at) {
    return new Change(
        new ChangeId(pipeline.name(), number), new Commit(commit(number), subject, author),
        new Aim.Integrate(new BranchName(branch), new BranchName("main")), author, definition(pipeline), at, new ChangeState.Queued(at, null), null, 1, List.of());
  }

  /// The change after its stages have gone as the outcomes say, one letter for each stage in order: `p`assed, `f`ailed,
  /// `e`rrored, `c`ancelled, `r`unning, `q`ueued (planned), anything else not yet. Every stage takes a minute and a bit.
  static Change gone(Change change, String outcomes, Instant now) {
    Instant end = now;
    var candidate = new Candidate(commit(1000 + change.id().number()), commit(2000 + change.id().number()));
    Change next = change.on(candidate).in(new ChangeState.Moving(change.createdAt()));
    if (change.aim() instanceof Aim.Integrate) {
      var tree = new TreeId(commit(3000 + change.id().number()).hex());
      next =
          next.with(
              Candidacy.begun(1, List.of(change.id()), change.createdAt())
                  .in(new Candidacy.State.Testing(change.createdAt(), candidate, tree)));
    }
    List<Stage> stages = change.pipeline().stages();
    var ended = new HashMap<StageName, Instant>();
    for (int at = 0; at < stages.size() && at < outcomes.length(); at++) {
      Stage stage = stages.get(at);
      Instant start = stage.needs().stream().map(need -> ended.getOrDefault(need, change.createdAt().plusSeconds(4))).max(Instant::compareTo).orElse(change.createdAt().plusSeconds(4));
      int nth = 0;
      for (Step step : stage.steps()) {
        long seconds = stage.promotes() ? 1 : 20 + Math.floorMod(31L * at * 7 + nth * 53L + change.id().number() * 17L, 90);
        Instant finish = start.plusSeconds(seconds);
        var id = new AttemptId(change.id(), stage.name(), step.name(), 1);
        AttemptState state =
            switch (outcomes.charAt(at)) {
              case 'p' -> new AttemptState.Passed(start.plusSeconds(1), finish.plusSeconds(1));
              case 'f' -> nth == 0 ? new AttemptState.Failed(start.plusSeconds(1), finish, new Fault.ExitCode(1)) : new AttemptState.Passed(start.plusSeconds(1), finish);
              case 'e' -> new AttemptState.Errored(null, finish, "the image eclipse-temurin:25 cannot be had", true);
              case 'c' -> new AttemptState.Cancelled(start.plusSeconds(1), finish, "Ada cancelled it");
              case 'r' -> nth == 0 || seconds > 60 ? new AttemptState.Running(now.minusSeconds(Math.min(47, Math.max(3, Duration.between(start, now).toSeconds())))) : new AttemptState.Passed(start.plusSeconds(1), finish.isBefore(now) ? finish : now);
              case 'q' -> new AttemptState.Planned();
              default -> null;
            };
        if (state != null) {
          next = next.with(new Attempt(id, 1, commit(2000 + change.id().number()), "4f5e6d7c", start, state, state instanceof AttemptState.Planned ? null : image("eclipse-temurin:25")));
          ended.merge(stage.name(), finish.plusSeconds(1), (a, b) -> a.isAfter(b) ? a : b);
          end = finish.plusSeconds(2);
        }
        nth++;
      }
    }
    if (outcomes.contains("f")) {
      return next.in(new ChangeState.Failed(end, stages.get(outcomes.indexOf('f')).name() + " failed: exit code 1"));
    }
    if (outcomes.contains("c")) {
      return next.in(new ChangeState.Cancelled(end, "cancelled by Ada"));
    }
    if (outcomes.contains("r") || outcomes.contains("q") || outcomes.length() < stages.size()) {
      return next;
    }
    return next.in(new ChangeState.Passed(end, change.pipeline().stages().stream().anyMatch(Stage::promotes) ? "it is on main" : ""));
  }

  /// A stage tried once more by hand: the earlier attempts stay.
  static Change again(Change change, String stageName, AttemptState state, Instant planned) {
    Change next = change.inNextRound().in(new ChangeState.Moving(planned));
    Stage stage = change.pipeline().stage(new StageName(stageName));
    for (Step step : stage.steps()) {
      int number = change.latestNumber(stage.name()) + 1;
      next = next.with(new Attempt(new AttemptId(change.id(), stage.name(), step.name(), number), next.round(), commit(2000 + change.id().number()), "4f5e6d7c", planned, state, image("eclipse-temurin:25")));
    }
    return next;
  }

  static final String HOSTILE =
      "<script>alert('x')</script> & \"a very long subject\" that goes on and on because somebody wrote the whole story of the change into its first line, 🚀🧪 and \u202eright to left\u202c مرحبا بالعالم Supercalifragilisticexpialidocious_without_any_space_in_it_at_all_0123456789";

  static Map<StageName, Figures> figures(Pipeline pipeline) {
    var random = new Random(7);
    var figures = new HashMap<StageName, Figures>();
    for (Stage stage : pipeline.stages()) {
      int base = stage.promotes() ? 1 : 30 + random.nextInt(150);
      double bad = stage.promotes() ? 0 : random.nextInt(5) == 0 ? 0.28 : 0.05;
      var trials = new ArrayList<Trial>();
      for (int at = 0; at < 34; at++) {
        trials.add(new Trial(NOW.minusSeconds(3600L * (40 - at)), Duration.ofMillis((long) (base * 1000 * (0.8 + random.nextDouble() * 0.5 + at * 0.006))), random.nextDouble() >= bad));
      }
      figures.put(stage.name(), figures(trials));
    }
    return figures;
  }

  /// The trials of the changes 1, 2, 3 and so on.
  static Figures figures(List<Trial> trials) {
    var latest = new ArrayList<Figures.Latest>();
    for (int at = Math.max(0, trials.size() - Figures.LATEST); at < trials.size(); at++) {
      latest.add(new Figures.Latest(at + 1, trials.get(at)));
    }
    return Figures.of(new Summary(trials), latest);
  }

  private static final String[] SUBJECTS = {
    "Show the price with tax in the basket", "Keep the basket when the session ends", "Ask the stock service only once for each order", HOSTILE,
    "Let customers change the address until the parcel leaves", "Fix a typo", "Upgrade the database driver", "Remember the language a customer chose",
    "Refuse an order without an e-mail address", "Draw the sales of the last week", "Delete what nobody has called for a year", "Make the search forgive umlauts"
  };
  private static final String[] AUTHORS = {"Ada Lovelace", "Grace Hopper", "Barbara Liskov", "Jean Bartik", "محمد بن موسى", "Karlheinz-Theodor von und zu Hohenstein-Wittelsbach"};
  private static final String[] BRANCHES = {"integrate/price-with-tax", "integrate/basket", "integrate/ada/a-branch-with-a-rather-long-name-that-says-everything", "integrate/typo", "integrate/driver"};

  static Flow empty(Pipeline pipeline) {
    return new Flow(definition(pipeline), List.of(), Map.of(), Window.USUAL);
  }

  /// A pipeline on a busy afternoon.
  static Flow busy(Pipeline pipeline, int many, Instant now) {
    int stages = pipeline.stages().size();
    var changes = new ArrayList<Change>();
    int newest = 40 + many;
    for (int at = 0; at < many; at++) {
      int number = newest - at;
      Change one =
          queued(pipeline, number, SUBJECTS[at % SUBJECTS.length], AUTHORS[at % AUTHORS.length], BRANCHES[at % BRANCHES.length], now.minusSeconds(at < 5 ? 60L * (at + 1) * (at + 1) + 130 : 2900L * at));
      changes.add(
          switch (at) {
            case 0 -> one;
            case 1 -> gone(one, "r", now);
            case 2 -> gone(one, "p".repeat(Math.max(1, stages / 2 - 1)) + "r", now);
            case 3 -> gone(one, "p".repeat(Math.max(1, stages / 3)) + "f", now);
            case 4 -> again(gone(one, "p".repeat(stages / 2) + "f", now), pipeline.stages().get(stages / 2).name().text(), new AttemptState.Running(now.minusSeconds(31)), now.minusSeconds(34));
            case 6 ->
                again(gone(one, "pf", now), pipeline.stages().get(1).name().text(), new AttemptState.Passed(now.minusSeconds(17_300), now.minusSeconds(17_260)), now.minusSeconds(17_303))
                    .in(new ChangeState.Cancelled(now.minusSeconds(17_200), "cancelled by Ada"));
            case 7 -> gone(one, "p".repeat(Math.max(1, stages - 1)) + "c", now);
            case 8 -> gone(one, "p".repeat(Math.max(1, stages - 2)) + "e", now).in(new ChangeState.Failed(now.minusSeconds(20_000), "the image cannot be had; it was tried three times"));
            default -> gone(one, at % 5 == 0 ? "p".repeat(stages / 2) + "f" : "p".repeat(stages), now);
          });
    }
    return new Flow(definition(pipeline), changes, figures(pipeline), Window.USUAL);
  }

  /// A pipeline in which nothing moves.
  static Flow resting(Pipeline pipeline, int many, boolean red, Instant now) {
    var changes = new ArrayList<Change>();
    for (int at = 0; at < many; at++) {
      Change one = queued(pipeline, many - at, SUBJECTS[at % SUBJECTS.length], AUTHORS[at % AUTHORS.length], BRANCHES[at % BRANCHES.length], now.minusSeconds(5000L * (at + 1)));
      changes.add(gone(one, "p".repeat(pipeline.stages().size() - 1) + (red && at < 2 ? "f" : "p"), now));
    }
    return new Flow(definition(pipeline), changes, figures(pipeline), Window.USUAL);
  }

  static List<LogLine> log(int many) {
    var lines = new ArrayList<LogLine>();
    String[] sample = {
      "\u001b[1m./zero test\u001b[0m", "[\u001b[34;1mINFO\u001b[m] Scanning for projects...", "[\u001b[34;1mINFO\u001b[m] \u001b[1m--------< \u001b[36mdev.shop:shop\u001b[0;1m >--------\u001b[m",
      "[\u001b[33;1mWARNING\u001b[m] a deprecated call in <Basket.java> & \"others\"", "\u001b[38;5;208m256 colours: orange\u001b[0m and \u001b[38;2;120;200;255mtrue colour\u001b[0m, \u001b[7minverse\u001b[0m, \u001b[4munderlined\u001b[0m, \u001b[3mitalic\u001b[0m, \u001b[9mstruck\u001b[0m, \u001b[2mfaint\u001b[0m",
      "downloading 10%\rdownloading 60%\rdownloading 100%", "[\u001b[32mPASS\u001b[0m] src/basket.test.js", "[\u001b[31;1mFAIL\u001b[0m] src/price.test.js", "\u001b[41;97m ERROR \u001b[0m expected \u001b[32m12.99\u001b[0m but was \u001b[31m12.98\u001b[0m",
      "    at dev.shop.Price.round(Price.java:42) a very long line that has to be wrapped because it does not fit into any window, however wide somebody may have made it, and which goes on for a while after that as stack traces like to do", "", "\tindented by a tab"
    };
    for (int at = 0; at < many; at++) {
      lines.add(new LogLine(at + 1, NOW.minusSeconds(60).plusMillis(at * 37L), at < 2 * sample.length ? sample[at % sample.length] : "line " + (at + 1) + " of the test's output", false));
    }
    return lines;
  }
}
