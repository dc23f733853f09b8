package dev.millrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Effect;
import dev.millrace.git.MergeOutcome.Conflict;
import dev.millrace.git.MergeOutcome.Impossible;
import dev.millrace.git.MergeOutcome.NothingNew;
import dev.millrace.git.MergeOutcome.Stacked;
import dev.millrace.git.PromotionOutcome.Moved;
import dev.millrace.git.PromotionOutcome.Promoted;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Method;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Candidates and promotion, in repositories that the real git writes to at the same time.
class CandidatesTest {
  private static final RepositoryName SHOP = new RepositoryName("shop");
  private static final BranchName MAIN = new BranchName("main");
  private static final BranchName IDEA = new BranchName("integrate/idea");
  private static final ChangeId CHANGE = new ChangeId(new PipelineName("shop"), 42);
  private static final Instant AT = Instant.parse("2036-03-04T05:06:07.891Z");

  @TempDir Path folder;
  private Repositories repositories;
  private Worktree ada;
  private Worktree bare;

  @BeforeEach
  void begin() {
    Worktree.settle();
    open(MergedBy.GIT);
    repositories.create(SHOP);
    bare = new Worktree(folder.resolve("repositories/shop.git"));
    ada = Worktree.begin(folder.resolve("ada"));
    ada.git("remote", "add", "origin", bare.folder().toString());
    ada.file("a.txt", "1\n2\n3\n4\n5\n").file("b.txt", "b\n").commit("First");
    ada.git("push", "-q", "origin", "main");
  }

  private void open(MergedBy by) {
    repositories =
        new Repositories(
            folder.resolve("repositories"),
            switch (by) {
              case GIT, NOBODY -> new TreeMerge.ByGit();
              case JGIT -> new TreeMerge.ByJGit();
            });
  }

  @AfterEach
  void close() {
    repositories.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"GIT", "JGIT"})
  void a_candidate_is_a_merge_commit_even_where_main_could_just_move(MergedBy by) {
    open(by);
    CommitId base = ada.head();
    CommitId idea = push("Idea of Ada", "a.txt", "1\n2\n3\n4\nfive\n");
    var merged = (Stacked) repositories.stack(merge(idea));
    assertThat(merged.by()).isEqualTo(by);
    assertThat(merged.base()).isEqualTo(base);
    assertThat(bare.git("cat-file", "commit", merged.commit().hex()))
        .isEqualTo(
            """
            tree %s
            parent %s
            parent %s
            author Millrace <millrace@localhost> 2088219967 +0000
            committer Millrace <millrace@localhost> 2088219967 +0000

            Merge integrate/idea into main (shop#42)

            Idea of Ada

            Change: shop#42"""
                .formatted(bare.git("rev-parse", idea + "^{tree}"), base, idea));
    bare.git("fsck", "--strict");
  }

  @Test
  void a_killed_process_leaves_no_lock_behind_that_would_hold_up_its_successor() throws Exception {
    CommitId idea = push("Idea", "a.txt", "1\n2\n3\n4\nfive\n");
    var merged = (Stacked) repositories.stack(merge(idea));
    for (String lock : List.of("packed-refs.lock", "refs/heads/main.lock", "refs/heads/integrate/idea.lock")) {
      Files.createFile(bare.folder().resolve(lock));
    }
    repositories.close();
    open(MergedBy.GIT);

    assertThat(repositories.promote(promote(candidate(merged), IDEA, idea))).isEqualTo(new Promoted(List.of(IDEA)));
  }

  @Test
  void a_killed_process_leaves_nothing_of_its_pushes_behind() throws Exception {
    Path objects = bare.folder().resolve("objects");
    for (String left : List.of("incoming_123.pack", "incoming_123.idx", "pack/pack-123.keep", "pack/pack-123.keep.lock", "noz123.tmp", "ab/tmp_obj_123")) {
      Files.createFile(Files.createDirectories(objects.resolve(left).getParent()).resolve(objects.resolve(left).getFileName()));
    }
    repositories.close();
    open(MergedBy.GIT);

    try (var files = Files.walk(objects)) {
      assertThat(files.filter(file -> file.getFileName().toString().contains("123"))).isEmpty();
    }
  }

  @Test
  void the_same_order_makes_the_same_commit_whoever_merges() {
    CommitId idea = push("Idea", "a.txt", "1\n2\n3\n4\nfive\n");
    ada.on("main", "main").file("a.txt", "one\n2\n3\n4\n5\n").commit("Other");
    ada.git("push", "-q", "origin", "main");
    var first = repositories.stack(merge(idea));
    assertThat(repositories.stack(merge(idea))).isEqualTo(first);
    open(MergedBy.JGIT);
    assertThat(candidate(repositories.stack(merge(idea)))).isEqualTo(candidate(first));
    assertThat(repositories.files(SHOP, candidate(first).commit(), "a.txt"::equals))
        .containsExactly(new SourceFile("a.txt", "one\n2\n3\n4\nfive\n"));
  }

  @Test
  void each_sees_at_once_what_the_other_has_written() {
    for (int round = 0; round < 5; round++) {
      CommitId idea = push("Idea " + round, "file" + round, "x".repeat(round + 1));
      assertThat(repositories.find(SHOP, idea.hex())).isPresent();
      Candidate candidate = candidate(repositories.stack(merge(idea)));
      assertThat(repositories.files(SHOP, candidate.commit(), ("file" + round)::equals)).hasSize(1);
      assertThat(bare.git("show", candidate.commit() + ":file" + round)).isEqualTo("x".repeat(round + 1));
      assertThat(repositories.promote(promote(candidate, null, idea))).isEqualTo(new Promoted(List.of()));
      assertThat(bare.git("rev-parse", "main")).isEqualTo(candidate.commit().hex());
      bare.git("gc", "-q", "--prune=now");
      ada.git("fetch", "-q", "origin");
      ada.on("main", "origin/main");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GIT", "JGIT"})
  void a_conflict_names_its_files_whatever_they_are_called(MergedBy by) {
    open(by);
    List<String> names = List.of("dir/with space.txt", "ünï©ode \"quoted\".txt", "日本.txt", "a.txt");
    names.forEach(name -> ada.file(name, "ours\n"));
    ada.commit("All");
    ada.git("push", "-q", "origin", "main");
    ada.on("integrate/idea", "main~1");
    names.forEach(name -> ada.file(name, "theirs\n"));
    CommitId idea = ada.commit("Also all");
    ada.git("push", "-q", "origin", "integrate/idea");
    assertThat(repositories.stack(merge(idea)))
        .isEqualTo(new Conflict(main(), CHANGE, names.stream().sorted().toList()));
  }

  @ParameterizedTest
  @EnumSource(names = {"GIT", "JGIT"})
  void an_edit_of_a_file_that_main_renamed_merges_with_git_and_conflicts_with_jgit(MergedBy by) {
    open(by);
    CommitId idea = push("Edit", "a.txt", "1\n2\n3\n4\nfive\n");
    ada.on("main", "main").git("mv", "a.txt", "renamed.txt");
    ada.commit("Rename");
    ada.git("push", "-q", "origin", "main");
    MergeOutcome outcome = repositories.stack(merge(idea));
    switch (by) {
      case GIT ->
          assertThat(repositories.files(SHOP, candidate(outcome).commit(), "renamed.txt"::equals))
              .containsExactly(new SourceFile("renamed.txt", "1\n2\n3\n4\nfive\n"));
      case JGIT, NOBODY -> assertThat(outcome).isEqualTo(new Conflict(main(), CHANGE, List.of("a.txt")));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"GIT", "JGIT"})
  void submodules_are_merged_as_the_commits_they_are(MergedBy by) {
    open(by);
    CommitId idea = push("Idea", "c.txt", "c\n");
    ada.on("main", "main").git("update-index", "--add", "--cacheinfo", "160000," + idea + ",module");
    ada.git("commit", "-q", "-m", "Module");
    ada.git("push", "-q", "origin", "main");
    Candidate candidate = candidate(repositories.stack(merge(idea)));
    assertThat(bare.git("ls-tree", "-r", candidate.commit().hex()))
        .contains("160000 commit " + idea + "\tmodule").contains("c.txt");
  }

  @Test
  void what_main_contains_is_nothing_new() {
    assertThat(repositories.stack(merge(main()))).isEqualTo(new NothingNew(main(), CHANGE));
    CommitId idea = push("Idea", "c.txt", "c\n");
    Candidate candidate = candidate(repositories.stack(merge(idea)));
    repositories.promote(promote(candidate, null, idea));
    assertThat(repositories.stack(merge(idea))).isEqualTo(new NothingNew(candidate.commit(), CHANGE));
    assertThat(repositories.contains(SHOP, MAIN, idea)).isTrue();
    assertThat(repositories.contains(SHOP, new BranchName("nope"), idea)).isFalse();
  }

  @Test
  void a_commit_is_merged_though_its_branch_has_moved_or_gone() {
    CommitId idea = push("Idea", "c.txt", "c\n");
    bare.git("update-ref", "-d", IDEA.ref());
    assertThat(candidate(repositories.stack(merge(idea))).base()).isEqualTo(main());
  }

  @Test
  void what_cannot_be_merged_says_why() {
    assertThat(repositories.stack(merge(new CommitId("1".repeat(40)))))
        .isEqualTo(new Impossible(CHANGE, "commit 11111111 is not in shop any more: push it again"));
    ada.git("checkout", "-q", "--orphan", "integrate/idea");
    CommitId orphan = ada.file("a.txt", "unrelated").commit("Out of nowhere");
    ada.git("push", "-q", "origin", "integrate/idea");
    assertThat(repositories.stack(merge(orphan)))
        .isEqualTo(new Impossible(CHANGE, "integrate/idea and main have no common history: start the branch from main"));
    bare.git("update-ref", "-d", MAIN.ref());
    assertThat(repositories.stack(merge(orphan)))
        .isEqualTo(new Impossible(null, "shop has no branch main: push a first commit to main"));
  }

  @Test
  void promotion_moves_main_to_the_very_commit_and_deletes_the_branch_and_again_is_fine() {
    CommitId idea = push("Idea", "c.txt", "c\n");
    Candidate candidate = candidate(repositories.stack(merge(idea)));
    assertThat(repositories.promote(promote(candidate, IDEA, idea))).isEqualTo(new Promoted(List.of(IDEA)));
    assertThat(bare.git("rev-parse", "main")).isEqualTo(candidate.commit().hex());
    assertThat(repositories.branches(SHOP)).containsOnlyKeys(MAIN);
    assertThat(repositories.promote(promote(candidate, IDEA, idea))).isEqualTo(new Promoted(List.of(IDEA)));
    CommitId next = push("Next", "d.txt", "d\n");
    Candidate later = candidate(repositories.stack(merge(next)));
    repositories.promote(promote(later, null, next));
    assertThat(repositories.promote(promote(candidate, null, idea))).as("contained").isEqualTo(new Promoted(List.of()));
    assertThat(bare.git("rev-parse", "main")).isEqualTo(later.commit().hex());
  }

  @Test
  void a_branch_that_was_pushed_again_is_not_deleted() {
    CommitId idea = push("Idea", "c.txt", "c\n");
    Candidate candidate = candidate(repositories.stack(merge(idea)));
    CommitId more = ada.file("e.txt", "e").commit("More");
    ada.git("push", "-q", "origin", "integrate/idea");
    assertThat(repositories.promote(promote(candidate, IDEA, idea))).isEqualTo(new Promoted(List.of()));
    assertThat(repositories.branch(SHOP, IDEA)).map(Commit::id).contains(more);
  }

  @Test
  void of_promotions_from_one_base_exactly_one_wins() throws Exception {
    var orders = new ArrayList<Effect.Promote>();
    for (int i = 0; i < 6; i++) {
      CommitId idea = push("Idea " + i, "file" + i, "x");
      orders.add(promote(candidate(repositories.stack(merge(idea))), null, idea));
      ada.git("checkout", "-q", "main");
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<PromotionOutcome>> all =
          orders.stream().<Callable<PromotionOutcome>>map(order -> () -> repositories.promote(order)).toList();
      var outcomes = new ArrayList<PromotionOutcome>();
      for (var outcome : threads.invokeAll(all)) {
        outcomes.add(outcome.get());
      }
      assertThat(outcomes).containsOnlyOnce(new Promoted(List.of())).filteredOn(new Moved(main())::equals).hasSize(5);
    }
  }

  @Test
  void a_candidate_that_does_not_stand_on_main_is_never_forced_in() {
    CommitId base = main();
    ada.git("checkout", "-q", "--orphan", "other");
    CommitId orphan = ada.commit("Unrelated");
    ada.git("push", "-q", "origin", "other");
    assertThat(repositories.promote(promote(new Candidate(base, orphan), null, orphan)))
        .isInstanceOf(PromotionOutcome.Impossible.class);
    assertThat(repositories.promote(promote(new Candidate(orphan, orphan), null, orphan))).isEqualTo(new Moved(base));
    assertThat(main()).isEqualTo(base);
  }

  @Test
  void a_lock_that_is_held_for_a_moment_is_waited_for() throws Exception {
    CommitId idea = push("Idea", "c.txt", "c\n");
    Candidate candidate = candidate(repositories.stack(merge(idea)));
    Path lock = Files.createFile(bare.folder().resolve("refs/heads/main.lock"));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var promotion = threads.submit(() -> repositories.promote(promote(candidate, null, idea)));
      // by the time of this merge the promotion has found the lock, or finds it gone; both are fine
      repositories.stack(merge(idea));
      Files.delete(lock);
      assertThat(promotion.get()).isEqualTo(new Promoted(List.of()));
    }
  }

  @Test
  void what_is_kept_survives_the_loss_of_its_branch_and_a_gc() {
    CommitId idea = push("Idea", "c.txt", "c\n");
    Candidate candidate = candidate(repositories.stack(merge(idea)));
    Candidate lost = candidate(repositories.stack(merge(idea, AT.plusSeconds(9))));
    repositories.keep(SHOP, CHANGE, candidate.commit());
    repositories.keep(SHOP, CHANGE, candidate.commit());
    bare.git("update-ref", "-d", IDEA.ref());
    bare.git("gc", "-q", "--prune=now");
    assertThat(repositories.find(SHOP, candidate.commit().hex())).isPresent();
    assertThat(repositories.find(SHOP, lost.commit().hex())).isEmpty();
    assertThat(bare.git("for-each-ref", "--format=%(refname)", "refs/millrace"))
        .isEqualTo("refs/millrace/shop/42/" + candidate.commit());
  }

  @Test
  void creating_twice_is_fine_and_names_are_what_is_there() throws Exception {
    repositories.create(SHOP);
    repositories.create(new RepositoryName("Other.repo"));
    Files.createDirectory(folder.resolve("repositories/not one"));
    assertThat(repositories.names()).containsExactlyInAnyOrder(SHOP, new RepositoryName("Other.repo"));
    assertThat(repositories.branch(SHOP, MAIN)).map(Commit::subject).contains("First");
    assertThat(repositories.has(new RepositoryName("nope"))).isFalse();
    try (var entries = Files.list(folder.resolve("repositories"))) {
      assertThat(entries).hasSize(3);
    }
  }

  @Test
  void only_settings_of_ours_count_writes_reach_the_disk_and_no_push_starts_a_gc() throws Exception {
    try (var repository = repositories.open(SHOP)) {
      assertThat(repository.getConfig().getBoolean("core", "fsyncobjectfiles", false)).isTrue();
      assertThat(repository.getConfig().getBoolean("core", "fsyncreffiles", false)).isTrue();
      assertThat(repository.getConfig().getBoolean("receive", "autogc", true)).isFalse();
      assertThat(((FileBasedConfig) SystemReader.getInstance().getUserConfig()).getFile()).isNull();
      assertThat(((FileBasedConfig) SystemReader.getInstance().getSystemConfig()).getFile()).isNull();
    }
  }

  @Test
  void a_git_that_can_merge_trees_is_found() {
    assertThat(TreeMerge.best().by()).isEqualTo(MergedBy.GIT);
  }

  private CommitId push(String subject, String path, String content) {
    ada.on(IDEA.text(), "main");
    CommitId commit = ada.file(path, content).commit(subject);
    ada.git("push", "-q", "-f", "origin", IDEA.text());
    return commit;
  }

  private CommitId main() {
    return repositories.branch(SHOP, MAIN).orElseThrow().id();
  }

  private static Candidate candidate(MergeOutcome outcome) {
    assertThat(outcome).isInstanceOf(Stacked.class);
    return new Candidate(((Stacked) outcome).base(), ((Stacked) outcome).commit());
  }

  private static Effect.Merge merge(CommitId commit) {
    return merge(commit, AT);
  }

  private static Effect.Merge merge(CommitId commit, Instant at) {
    var piece = new Effect.Piece(CHANGE, new Commit(commit, "Idea of Ada", "Ada"), IDEA, at);
    return new Effect.Merge(CHANGE, 1, SHOP, List.of(piece), MAIN, Method.MERGE);
  }

  private static Effect.Promote promote(Candidate candidate, @Nullable BranchName branch, CommitId tip) {
    var attempt = new AttemptId(CHANGE, new StageName("main"), new StepName("promote"), 1);
    var branches = branch == null ? List.<Effect.Tip>of() : List.of(new Effect.Tip(branch, tip));
    return new Effect.Promote(attempt, SHOP, candidate, branches, MAIN);
  }
}
