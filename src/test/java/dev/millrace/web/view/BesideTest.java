package dev.millrace.web.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Attempt;
import dev.millrace.change.AttemptState;
import dev.millrace.change.Between;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Fault;
import dev.millrace.change.Image;
import dev.millrace.engine.Past;
import dev.millrace.git.LineDiff;
import dev.millrace.pipeline.Definition;
import dev.millrace.pipeline.Pipeline;
import dev.millrace.pipeline.StageName;
import dev.millrace.statistics.Summary;
import dev.millrace.statistics.Trial;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Two attempts, and two changes, side by side.
class BesideTest {
  private static final Instant NOW = Samples.NOW;
  private static final Pipeline SMALL = Samples.small();
  private static final Past.Answer NOTHING = new Past.Answer.Known(Between.NOTHING);

  private static Change change(int number, String outcomes) {
    return Samples.gone(Samples.queued(SMALL, number, "Sell tea", "Ada", "integrate/tea", NOW.minusSeconds(600)), outcomes, NOW);
  }

  /// Verify failed, and was tried again.
  private static Change again(AttemptState second) {
    return Samples.again(change(42, "pf"), "verify", second, NOW.minusSeconds(60));
  }

  private static final AttemptState PASSED = new AttemptState.Passed(NOW.minusSeconds(58), NOW.minusSeconds(8));
  private static final AttemptState FAILED = new AttemptState.Failed(NOW.minusSeconds(58), NOW.minusSeconds(8), new Fault.ExitCode(2));

  private static DifferencePage difference(Change change, Attempt second, Definition newer) {
    Attempt first = change.attempts(new StageName("verify")).getFirst();
    Definition older = change.definition();
    var evidence = new DifferencePage.Evidence(older, newer, NOTHING, LineDiff.of(older.text(), newer.text()));
    return DifferencePage.of(change.with(second), first, second, evidence, Samples.SITE);
  }

  private static DifferencePage difference(AttemptState second) {
    Change change = again(second);
    return difference(change, change.attempts(new StageName("verify")).getLast(), change.definition());
  }

  private static List<String> differing(List<Pair> pairs) {
    return pairs.stream().filter(Pair::differs).map(pair -> pair.what() + ": " + pair.before() + " > " + pair.after() + " " + pair.word()).toList();
  }

  @Test
  void a_step_that_gives_another_result_when_nothing_differs_is_called_flaky() {
    DifferencePage page = difference(PASSED);
    assertThat(page.verdict()).isEqualTo("Nothing differed: same commit, same image, same environment. The result did: this step is flaky.");
    assertThat(page.flaky()).isTrue();
    assertThat(differing(page.causes())).isEmpty();
    assertThat(differing(page.results())).contains("Result: failed > passed differs", "Exit code: 1 > 0 differs");
  }

  @Test
  void the_same_result_twice_is_not_flaky() {
    DifferencePage page = difference(FAILED);
    assertThat(page.verdict()).isEqualTo("Nothing differed: same commit, same image, same environment. Both failed.");
    assertThat(page.flaky()).isFalse();
  }

  @Test
  void nothing_is_concluded_from_what_still_runs_or_never_began() {
    assertThat(difference(new AttemptState.Running(NOW.minusSeconds(50))).verdict())
        .isEqualTo("Nothing differed: same commit, same image, same environment.");
    Change change = again(PASSED);
    Attempt unknown = change.attempts(new StageName("verify")).getLast().in((Image) null);
    DifferencePage page = difference(change, unknown, change.definition());
    assertThat(page.verdict()).startsWith("As far as is known nothing differed");
    assertThat(page.flaky()).isFalse();
  }

  @Test
  void what_differs_is_named() {
    Change change = again(PASSED);
    Attempt second = Samples.onAnother(change.attempts(new StageName("verify")).getLast());
    DifferencePage page = difference(change, second, Samples.newer(change.definition()));
    assertThat(page.verdict()).isEqualTo("What differed: the commit, the image, the image content and 1 variable of the environment.");
    assertThat(page.flaky()).isFalse();
    assertThat(differing(page.variables())).containsExactly("TZ:  > UTC added");
    assertThat(page.definition().lines()).anySatisfy(line -> assertThat(line.sign() + line.text().strip()).isEqualTo("+image: eclipse-temurin:26"));
  }

  @Test
  void an_image_that_was_replaced_under_its_name_is_seen() {
    Change change = again(PASSED);
    Attempt second = change.attempts(new StageName("verify")).getLast().in(new Image("eclipse-temurin:25", "sha256:" + "ab".repeat(32)));
    assertThat(difference(change, second, change.definition()).verdict()).isEqualTo("What differed: the image content.");
  }

  @Test
  void a_definition_that_differs_elsewhere_does_not_hide_a_flaky_step() {
    Change change = again(PASSED);
    Definition old = change.definition();
    Definition newer = new Definition(old.pipeline(), "9a8b", old.path(), "# better said\n" + old.text());
    DifferencePage page = difference(change, change.attempts(new StageName("verify")).getLast(), newer);
    assertThat(page.verdict()).endsWith("this step is flaky. The pipeline's definition differs, but not in what this step does.");
    assertThat(page.flaky()).isTrue();
  }

  @Test
  void the_two_that_say_most_are_the_last_failed_one_and_the_one_behind_it() {
    Change change = again(PASSED);
    Change thrice = Samples.again(change, "verify", PASSED, NOW.minusSeconds(5));
    assertThat(numbers(change)).containsExactly(1, 2);
    assertThat(numbers(thrice)).containsExactly(1, 2);
    assertThat(numbers(Samples.again(change, "verify", FAILED, NOW))).containsExactly(1, 2);
    assertThat(numbers(Samples.again(again(FAILED), "verify", PASSED, NOW))).containsExactly(2, 3);
    assertThat(DifferencePage.telling(change(42, "pf").attempts(new StageName("verify")))).isEmpty();
  }

  private static List<Integer> numbers(Change change) {
    return DifferencePage.telling(change.attempts(new StageName("verify"))).orElseThrow().stream().map(attempt -> attempt.id().number()).toList();
  }

  /// Twenty to a hundred passes of 100 to 199 seconds.
  @ParameterizedTest
  @CsvSource({
    "150, 151, 100, same, ''",
    "150, 194, 100, same, ''",
    "150, 196, 100, slower, '46s slower, 31 %'",
    "150, 103, 100, faster, '47s faster, 31 %'",
    "196, 196, 100, same, ''",
    "198, 196, 100, same, ''",
    "100, 103, 100, same, ''",
    "150, 400, 19, same, ''",
    "150, 400, 20, slower, '4m 10s slower, 167 %'",
  })
  void a_stage_is_slower_or_faster_only_outside_its_usual_spread(long before, long now, int passes, String kind, String sentence) {
    var summary = new Summary(IntStream.range(0, passes).mapToObj(at -> new Trial(NOW, Duration.ofSeconds(100 + at), true)).toList());
    assertThat(Pace.of(Duration.ofSeconds(before), Duration.ofSeconds(now), summary)).isEqualTo(new Pace(kind, sentence));
  }

  private static ComparisonPage comparison(Change change, Change other, Past.Answer between) {
    return ComparisonPage.of(
        change, other, new ComparisonPage.Evidence(between, LineDiff.of(other.definition().text(), change.definition().text())), Map.of(), Samples.SITE);
  }

  @Test
  void a_red_change_says_what_came_since_the_last_green_one() {
    ComparisonPage page = comparison(change(42, "pf"), change(41, "ppp"), new Past.Answer.Known(Samples.between()));
    assertThat(page.heading()).isEqualTo("What changed since it was last green");
    assertThat(page.verdict()).isEqualTo("Since small#41, which passed: 125 commits.");
    assertThat(page.commits().sentence()).isEqualTo("125 commits, 34 files changed");
    assertThat(page.commits().more()).isEqualTo("and 120 more");
    assertThat(page.commits().lines().stream().map(CommitsView.Line::brought)).containsExactly(false, true, true, false, true);
    assertThat(page.stages().stream().map(row -> row.stage() + " " + row.kind())).containsExactly("build same", "verify broken", "main same");
  }

  @Test
  void stages_that_came_and_went_and_definitions_and_images_are_named() {
    Change other = change(41, "ppp");
    Pipeline changed = Samples.pipeline("small", "build: compile", "scan: look <- build", "main <- scan");
    Change change =
        Samples.gone(Samples.queued(changed, 42, "Sell tea", "Ada", "integrate/tea", NOW.minusSeconds(600)), "ppp", NOW)
            .following(new Definition(changed, "9a8b", "small.yml", "other\n"));
    Attempt build = change.attempts().getFirst();
    ComparisonPage page = comparison(change.with(Samples.onAnother(build).in(build.state())), other, new Past.Answer.Gone());
    assertThat(page.verdict()).isEqualTo("Since small#41, which passed: the pipeline's definition, scan is new and verify is gone.");
    assertThat(page.commits().sentence()).isEqualTo("The commits between are not in the repository any more.");
    Attempt replaced = build.in(Samples.image("eclipse-temurin:25-jre"));
    assertThat(comparison(change.with(replaced), other, new Past.Answer.NotYet()).images())
        .extracting(Pair::what)
        .containsExactly("build/compile");
  }

  @Test
  void the_first_change_has_nothing_to_be_compared_with() {
    assertThat(ComparisonPage.alone(change(1, "pf"), Samples.SITE).verdict())
        .isEqualTo("No change of small passed before this one, so there is nothing to compare it with.");
  }

  @Test
  void the_lines_around_the_first_error_are_quoted() {
    List<LogLine> lines =
        IntStream.rangeClosed(1, 100)
            .mapToObj(at -> new LogLine(at, NOW, at == 20 ? "0 errors so far" : at == 60 ? "\u001b[31mE\u001b[0mrror: no tea" : "line " + at, false))
            .toList();
    assertThat(Tail.of(lines)).isEqualTo(lines.subList(55, 70));
    assertThat(Tail.of(lines.subList(0, 40))).isEqualTo(lines.subList(25, 40));
    assertThat(Tail.of(lines.subList(50, 62))).isEqualTo(lines.subList(50, 62));
    assertThat(Tail.of(List.of())).isEmpty();
  }

  @Test
  void what_failed_stands_first_with_what_can_be_done() {
    Change change = change(42, "pf");
    Attempt failed = change.attempts(new StageName("verify")).getFirst();
    var evidence = new ChangeView.Evidence(Samples.newer(change.definition()), Map.of(failed.id(), List.of(new LogLine(7, NOW, "Error: no <tea>", false))));
    ChangeView view = ChangeView.of(change, new Flow(change.definition(), List.of(change), Map.of()), List.of(), evidence, NOW);
    ChangeView.Alarm alarm = view.alarms().getFirst();
    assertThat(alarm.sentence()).startsWith("Exit code 1 after ");
    assertThat(alarm.lines().getFirst().html()).isEqualTo("Error: no &lt;tea&gt;");
    assertThat(alarm.log()).isEqualTo("/pipelines/small/changes/42/verify/unit?attempt=1#L7");
    assertThat(alarm.again()).isTrue();
    assertThat(view.pinned()).isFalse();
    assertThat(view.stages().stream().map(box -> box.name() + (box.open() ? " open" : ""))).containsExactly("build", "verify open", "main");
    assertThat(ChangeView.of(change, new Flow(change.definition(), List.of(change), Map.of()), List.of(), new ChangeView.Evidence(change.definition(), Map.of()), NOW).pinned()).isTrue();
  }

  @Test
  void the_longest_way_leads_back_through_what_was_waited_for() {
    Change change =
        Samples.gone(Samples.queued(Samples.diamond(), 42, "Sell tea", "Ada", "integrate/tea", NOW.minusSeconds(6000)), "ppppppp", NOW).in(new ChangeState.Passed(NOW, ""));
    Waterfall waterfall = Waterfall.of(change, Standing.of(change), NOW);
    List<String> critical = waterfall.rows().stream().filter(Waterfall.Row::critical).map(Waterfall.Row::step).toList();
    assertThat(critical).hasSize(5).startsWith("build/compile").endsWith("package/image", "main/promote", "staging/deploy");
    assertThat(critical.get(1)).matches("(unit|browser|lint)/(test|check)");
    assertThat(waterfall.longest()).contains("build/compile ");
    assertThat(waterfall.lanes().stream().flatMap(lane -> lane.stretches().stream()).filter(Waterfall.Stretch::critical).toList()).hasSize(5);
  }
}
