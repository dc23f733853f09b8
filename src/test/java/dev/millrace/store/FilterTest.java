package dev.millrace.store;

import static dev.millrace.store.Samples.SHOP;
import static dev.millrace.store.Samples.change;
import static dev.millrace.store.Samples.decide;
import static dev.millrace.store.Samples.definition;
import static dev.millrace.store.Samples.noonPlus;
import static dev.millrace.store.Samples.shop;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Aim;
import dev.millrace.change.Candidate;
import dev.millrace.change.Change;
import dev.millrace.change.ChangeState;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// What the store finds is what a naive reader would, over random changes.
class FilterTest {
  private static final Random RANDOM = new Random(4);
  private static final int MANY = 400;
  private static final List<String> SUBJECTS = List.of("Fix 100% of it", "fix_it", "Fix it!", "FIXTURE", "Größer als 42", "", "ÄNDERUNG \\ %_!", "#42 again");
  private static final List<String> AUTHORS = List.of("Ada", "ada lovelace", "GRACE", "محمد", "_");
  private static final List<String> BRANCHES = List.of("integrate/a", "integrate/A/b", "main", "feature/x_y", "feature/x.y", "feature/(x)");
  private static Store store;
  private static final List<Change> CHANGES = new ArrayList<>();

  private static <T> T one(List<T> of) {
    return of.get(RANDOM.nextInt(of.size()));
  }

  private static CommitId commit(int seed) {
    return new CommitId("%08x".formatted(seed * 0x9E3779B9).repeat(5));
  }

  @BeforeAll
  static void fill() {
    store = Samples.open(Samples.memory());
    for (int number = 1; number <= MANY; number++) {
      Change plain = change(shop(), number);
      var at = noonPlus(number);
      ChangeState state =
          switch (RANDOM.nextInt(7)) {
            case 0 -> new ChangeState.Queued(at, null);
            case 1 -> new ChangeState.Merging(at, null);
            case 2 -> new ChangeState.Moving(at);
            case 3 -> number % 2 == 0 ? new ChangeState.Cancelling(at, "Ada") : new ChangeState.Failing(at, "no");
            case 4 -> new ChangeState.Passed(at, "");
            case 5 -> new ChangeState.Failed(at, "no");
            default -> new ChangeState.Cancelled(at, "no");
          };
      CHANGES.add(
          new Change(
              plain.id(), new Commit(commit(number), one(SUBJECTS), one(AUTHORS)),
              RANDOM.nextInt(9) == 0 ? new Aim.Check(null, false) : new Aim.Check(new BranchName(one(BRANCHES)), true),
              "a push", plain.definition(), plain.createdAt(), state,
              RANDOM.nextBoolean() ? null : new Candidate(commit(1), commit(1000 + number)), 1, List.of()));
    }
    store.save(List.of(decide(CHANGES.toArray(Change[]::new))));
    store.save(List.of(decide(List.of(shop(), definition("other", "d", "a: b")), List.of(change(definition("other", "d", "a: b"), 1)))));
  }

  @AfterAll
  static void close() {
    store.close();
  }

  private static String low(String text) {
    return text.toLowerCase(Locale.ENGLISH);
  }

  /// As the documentation has it, without a thought for speed.
  private static Predicate<Change> naive(Filter filter) {
    return change -> {
      String state =
          switch (change.state()) {
            case ChangeState.Queued _ -> "queued";
            case ChangeState.Merging _, ChangeState.Moving _, ChangeState.Leaving _ -> "running";
            case ChangeState.Passed _ -> "passed";
            case ChangeState.Failed _ -> "failed";
            case ChangeState.Cancelled _ -> "cancelled";
          };
      String branch = change.aim().branch() == null ? null : low(change.aim().branch().text());
      String wanted = low(filter.branch());
      boolean on =
          wanted.isEmpty()
              || (branch != null
                  && (switch (wanted) {
                    case "integrate/*" -> branch.startsWith("integrate/") && branch.indexOf('/', 10) < 0;
                    case "integrate/**" -> branch.startsWith("integrate/");
                    case "**.y" -> branch.endsWith(".y");
                    case "feature/(*)" -> branch.equals("feature/(x)");
                    default -> branch.contains(wanted);
                  }));
      String text = low(filter.text());
      boolean commit = change.commit().id().hex().startsWith(text) || (change.candidate() != null && change.candidate().commit().hex().startsWith(text));
      boolean hex = text.matches("[0-9a-f]{4,40}");
      boolean said =
          text.isEmpty()
              || (text.matches("#[1-9]\\d*")
                  ? text.equals("#" + change.id().number())
                  : text.matches("[0-9a-f]{7,40}")
                      ? commit
                      : (hex && commit) || low(change.commit().subject()).contains(text) || text.equals(String.valueOf(change.id().number())));
      return (filter.states().isEmpty() || filter.states().contains(state)) && on && low(change.commit().author()).contains(low(filter.author())) && said;
    };
  }

  private static List<Change> naively(Filter filter) {
    return CHANGES.reversed().stream()
        .filter(naive(filter))
        .filter(change -> filter.before() == 0 || change.id().number() < filter.before())
        .limit(filter.limit())
        .toList();
  }

  private static Filter random() {
    var states = Filter.STATES.stream().filter(_ -> RANDOM.nextInt(3) == 0).toList();
    String branch = RANDOM.nextBoolean() ? "" : one(List.of("integrate/*", "INTEGRATE/**", "**.y", "feature/(*)", "x_y", "x.y", "Main", "%", "nowhere"));
    String author = RANDOM.nextBoolean() ? "" : one(List.of("ADA", "grace", "محمد", "_", "%", "a l"));
    CommitId commit = commit(1 + RANDOM.nextInt(MANY));
    String text =
        RANDOM.nextBoolean()
            ? ""
            : one(List.of("fix", "100%", "_", "!", "\\", "größer", "änderung", "#42", "42", "#", "7", commit.hex().substring(0, 4), commit.hex().substring(0, 8).toUpperCase(Locale.ROOT), commit.hex(), commit(1003).hex()));
    return new Filter(states, branch, author, text, RANDOM.nextBoolean() ? 0 : RANDOM.nextInt(MANY + 20), 1 + RANDOM.nextInt(30));
  }

  @Test
  void what_is_found_is_what_a_naive_reader_finds() {
    int something = 0;
    for (int at = 0; at < 300; at++) {
      Filter filter = random();
      List<Change> expected = naively(filter);
      assertThat(store.find(SHOP, filter).changes()).as(filter.toString()).isEqualTo(expected);
      assertThat(CHANGES.stream().filter(filter::matches)).as(filter.toString()).isEqualTo(CHANGES.stream().filter(naive(filter)).toList());
      something += expected.isEmpty() ? 0 : 1;
    }
    assertThat(something).isGreaterThan(40);
  }

  @Test
  void going_on_where_it_ended_finds_each_once_however_little_is_looked_at_at_once() {
    for (int at = 0; at < 60; at++) {
      Filter filter = random().before(0).limit(7);
      var all = new ArrayList<Change>();
      int before = 0;
      do {
        Found found = store.find(SHOP, filter.before(before), 23);
        all.addAll(found.changes());
        assertThat(found.older()).isNotEqualTo(before == 0 ? -1 : before);
        before = found.older();
      } while (before != 0);
      assertThat(all).as(filter.toString()).isEqualTo(naively(filter.limit(MANY)));
    }
  }

  @Test
  void a_pipeline_that_never_was_has_nothing() {
    assertThat(store.find(new dev.millrace.pipeline.PipelineName("never"), Filter.newest(3))).isEqualTo(new Found(List.of(), 0));
  }

  @Test
  void commits_are_found_by_their_beginning_in_order_and_each_once() {
    String hex = commit(1003).hex();
    assertThat(store.commits(hex, 9)).isEqualTo(CHANGES.get(2).candidate() == null ? List.of() : List.of(commit(1003)));
    assertThat(store.commits(commit(5).hex().substring(0, 6), 9)).contains(commit(5)).isSortedAccordingTo(java.util.Comparator.comparing(CommitId::hex)).doesNotHaveDuplicates();
    assertThat(store.commits("zzzz", 9)).isEmpty();
  }
}
