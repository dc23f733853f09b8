package dev.millrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.AttemptId;
import dev.millrace.change.Candidate;
import dev.millrace.change.ChangeId;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.flow.Effect;
import dev.millrace.flow.Effect.Piece;
import dev.millrace.flow.Effect.Tip;
import dev.millrace.git.AdvanceOutcome.Advanced;
import dev.millrace.git.MergeOutcome.Conflict;
import dev.millrace.git.MergeOutcome.Impossible;
import dev.millrace.git.MergeOutcome.NothingNew;
import dev.millrace.git.MergeOutcome.Stacked;
import dev.millrace.git.PromotionOutcome.Promoted;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.Method;
import dev.millrace.pipeline.PipelineName;
import dev.millrace.pipeline.RepositoryName;
import dev.millrace.pipeline.StageName;
import dev.millrace.pipeline.StepName;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Candidates of several changes, by each method, beside what the real git makes of the same branches.
class StacksTest {
  private static final RepositoryName SHOP = new RepositoryName("shop");
  private static final BranchName MAIN = new BranchName("main");
  private static final Instant AT = Instant.parse("2036-03-04T05:06:07.891Z");
  private static final String LFS =
      "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 12345\n";

  @TempDir Path folder;
  private Repositories repositories;
  private Worktree ada;
  private Worktree bare;

  @BeforeEach
  void begin() {
    Worktree.settle();
    open(new TreeMerge.ByGit());
    repositories.create(SHOP);
    bare = new Worktree(folder.resolve("repositories/shop.git"));
    ada = Worktree.begin(folder.resolve("ada"));
    ada.git("remote", "add", "origin", bare.folder().toString());
    ada.file("a.txt", "1\n2\n3\n4\n5\n").file("b.txt", "b\n").commit("First");
    push("main");
  }

  private void open(TreeMerge merger) {
    repositories = new Repositories(folder.resolve("repositories"), merger);
  }

  @AfterEach
  void close() {
    repositories.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"MERGE", "SQUASH", "REBASE"})
  void a_longer_stack_stands_on_the_very_commit_of_the_shorter_one_so_landing_both_is_a_fast_forward(Method method) {
    Piece tea = piece(1, "tea", "tea.txt");
    Piece coffee = piece(2, "coffee", "coffee.txt");
    Piece milk = piece(3, "milk", "milk.txt");
    Stacked one = stacked(method, tea);
    Stacked two = stacked(method, tea, coffee);
    Stacked three = stacked(method, tea, coffee, milk);

    assertThat(three.commits()).startsWith(two.commits().toArray(CommitId[]::new)).hasSize(3);
    assertThat(two.commits()).startsWith(one.commit()).hasSize(2);
    assertThat(three.commit()).isEqualTo(three.commits().getLast());
    assertThat(three.tree().hex()).isEqualTo(bare.git("rev-parse", three.commit() + "^{tree}"));
    assertThat(bare.git("ls-tree", "--name-only", three.commit().hex()).lines())
        .containsExactly("a.txt", "b.txt", "coffee.txt", "milk.txt", "tea.txt");

    assertThat(promote(one.base(), one.commit(), tip(tea))).isEqualTo(new Promoted(List.of(tea.branch())));
    assertThat(stacked(method, coffee).commit()).as("the same once the lower one has landed").isEqualTo(two.commit());
    assertThat(promote(one.commit(), three.commit(), tip(coffee), tip(milk)))
        .isEqualTo(new Promoted(List.of(coffee.branch(), milk.branch())));
    assertThat(bare.git("rev-parse", "main")).isEqualTo(three.commit().hex());
    assertThat(repositories.branches(SHOP)).containsOnlyKeys(MAIN);
    bare.git("fsck", "--strict");
  }

  @ParameterizedTest
  @EnumSource(names = {"MERGE", "SQUASH", "REBASE"})
  void with_and_without_git_the_same_commits_are_made(Method method) {
    Piece tea = piece(1, "tea", "tea.txt");
    Piece coffee = piece(2, "coffee", "coffee.txt");
    Stacked byGit = stacked(method, tea, coffee);
    repositories.close();
    open(new TreeMerge.ByJGit());
    Stacked byJGit = stacked(method, tea, coffee);
    assertThat(byJGit).isEqualTo(new Stacked(byGit.base(), byGit.commit(), byGit.tree(), byGit.commits(), MergedBy.JGIT));
  }

  @ParameterizedTest
  @EnumSource(names = {"MERGE", "SQUASH", "REBASE"})
  void a_commit_is_never_older_than_what_it_stands_on(Method method) {
    Piece young = piece(1, "tea", "tea.txt");
    var old = new Piece(young.change(), young.commit(), young.branch(), Instant.EPOCH);
    assertThat(bare.git("log", "-1", "--format=%ct", stacked(method, old).commit().hex()))
        .isEqualTo(bare.git("log", "-1", "--format=%ct", "main"));
    assertThat(bare.git("log", "-1", "--format=%ct", stacked(method, young).commit().hex()))
        .isEqualTo(Long.toString(AT.getEpochSecond()));
  }

  @Test
  void merging_and_squashing_give_the_files_that_git_gives() {
    ada.on("tea", "main").file("a.txt", "1\n2\n3\n4\nfive\n").commit("Edit the end");
    ada.file("c.txt", "c\n").commit("Add");
    Piece tea = pushed(1, "tea");
    ada.on("main", "main").git("mv", "a.txt", "renamed.txt");
    ada.file("renamed.txt", "one\n2\n3\n4\n5\n").commit("Rename and edit the start");
    push("main");
    ada.git("checkout", "-q", "--detach", "main");
    ada.git("merge", "-q", "--no-ff", "--no-edit", "tea");

    String tree = ada.git("rev-parse", "HEAD^{tree}");
    assertThat(stacked(Method.MERGE, tea).tree().hex()).isEqualTo(tree);
    Stacked squashed = stacked(Method.SQUASH, tea);
    assertThat(squashed.tree().hex()).isEqualTo(tree);
    assertThat(bare.git("log", "-1", "--format=%P", squashed.commit().hex())).isEqualTo(squashed.base().hex());
  }

  @Test
  void a_rebase_makes_the_commits_that_git_makes_across_a_rename_without_merges_and_what_is_there_already() {
    ada.on("picked", "main").file("p.txt", "p\n").commit("Picked by main too");
    ada.on("tea", "picked").file("a.txt", "1\n2\n3\n4\nfive\n").commit("Edit the end");
    by("Bob <bob@example.org>", "Add\n\nWith a body.\n\n    indented\n\nSigned-off-by: Bob <bob@example.org>", "c.txt");
    ada.on("side", "main").file("side.txt", "side\n").commit("From the side");
    ada.on("tea", "tea").git("merge", "-q", "--no-ff", "-m", "Merge the side", "side");
    ada.file("d.txt", "d\n").commit("Last");
    Piece tea = pushed(1, "tea");
    ada.on("main", "main").git("mv", "a.txt", "renamed.txt");
    ada.file("renamed.txt", "one\n2\n3\n4\n5\n").commit("Rename and edit the start");
    ada.git("cherry-pick", "picked");
    push("main");
    ada.on("expected", "tea").git("rebase", "-q", "main");

    Stacked stacked = stacked(Method.REBASE, tea);
    ada.git("fetch", "-q", "origin", "+refs/*:refs/seen/*");
    repositories.keep(SHOP, tea.change(), stacked.commit());
    String range = "main.." + stacked.commit();
    ada.git("fetch", "-q", bare.folder().toString(), "refs/millrace/shop/1/" + stacked.commit());
    String format = "--format=%T %an <%ae> %ad %s";
    assertThat(ada.git("log", format, range)).isEqualTo(ada.git("log", format, "main..expected"));
    assertThat(ada.git("log", "--format=%s", range).lines())
        .containsExactly("Last", "From the side", "Add", "Edit the end");
    assertThat(ada.git("log", "--format=%cn", range).lines()).containsOnly("Millrace");
    assertThat(ada.git("log", "--format=%(trailers:key=Change,valueonly,separator=%x2C)", range).lines())
        .containsOnly("shop#1");
    assertThat(ada.git("log", "-1", "--format=%B", stacked.commit() + "~2"))
        .isEqualTo(
            """
            Add

            With a body.

                indented

            Signed-off-by: Bob <bob@example.org>
            Change: shop#1""");
  }

  @Test
  void the_root_of_another_history_that_the_branch_has_merged_is_replayed_too() {
    ada.git("checkout", "-q", "--orphan", "other");
    ada.git("rm", "-rfq", ".");
    ada.file("other/o.txt", "o\n").commit("Begin the other");
    ada.on("tea", "main").git("merge", "-q", "--no-edit", "--allow-unrelated-histories", "other");
    Piece tea = pushed(1, "tea");
    ada.on("main", "main").file("m.txt", "m\n").commit("More");
    push("main");
    Stacked stacked = stacked(Method.REBASE, tea);
    assertThat(bare.git("log", "--format=%s", "main.." + stacked.commit())).isEqualTo("Begin the other");
    assertThat(bare.git("ls-tree", "-r", "--name-only", stacked.commit().hex()).lines())
        .containsExactly("a.txt", "b.txt", "m.txt", "other/o.txt");
  }

  @Test
  void a_squash_of_one_commit_is_that_commit_with_its_author_and_its_message() {
    ada.on("tea", "main");
    by("Bob <bob@example.org>", "Add tea\n\nBecause people want tea.\n\nFixes: #7", "tea.txt");
    by("Ada <ada@example.org>", "fixup! Add tea", "tea.txt");
    Piece tea = pushed(1, "tea");
    assertThat(message(stacked(Method.SQUASH, tea).commit()))
        .isEqualTo(
            """
            Bob <bob@example.org> / Millrace <millrace@localhost>
            Add tea

            Because people want tea.

            Fixes: #7
            Co-authored-by: Ada <ada@example.org>
            Change: shop#1
            Squashed-From: %s"""
                .formatted(tea.commit().id()));
  }

  @Test
  void a_squash_of_several_commits_tells_them_and_names_everybody_once() {
    ada.on("integrate/tea", "main");
    by("Ada <ada@example.org>", "Add tea", "1");
    by("Bob <bob@example.org>", "Heat the water\n\nTo the point.\n\nCo-authored-by: Eve <eve@example.org>", "2");
    by("Bob <BOB@example.org>", "Pour it\n\nCo-Authored-By: Ada L <ADA@example.org>", "3");
    Piece tea = pushed(1, "integrate/tea");
    assertThat(message(stacked(Method.SQUASH, tea).commit()))
        .isEqualTo(
            """
            Bob <BOB@example.org> / Millrace <millrace@localhost>
            Squash integrate/tea into main (shop#1)

            * Add tea

            * Heat the water

            To the point.

            * Pour it

            Co-authored-by: Ada <ada@example.org>
            Co-authored-by: Eve <eve@example.org>
            Change: shop#1
            Squashed-From: %s"""
                .formatted(tea.commit().id()));
    assertThat(bare.git("log", "-1", "--format=%(trailers:only)", stacked(Method.SQUASH, tea).commit().hex()).lines())
        .hasSize(4);
  }

  @ParameterizedTest
  @EnumSource(names = {"SQUASH", "REBASE"})
  void a_branch_that_goes_on_from_another_fits_once_that_one_has_landed_under_other_names(Method method) {
    ada.on("tea", "main").file("a.txt", "1\n2\nthree\n4\n5\n").commit("Write three");
    ada.file("a.txt", "1\n2\nTHREE\n4\n5\n").commit("Shout three");
    Piece tea = pushed(1, "tea");
    ada.on("more", "tea").file("a.txt", "1\n2\nTHREE!\n4\n5\n").commit("Shout louder");
    Piece more = pushed(2, "more");
    Stacked both = stacked(method, tea, more);
    assertThat(bare.git("show", both.commit() + ":a.txt")).isEqualTo("1\n2\nTHREE!\n4\n5");
    assertThat(bare.git("log", "-1", "--format=%s", both.commit().hex())).isEqualTo("Shout louder");
    promote(both.base(), both.commits().getFirst(), tip(tea));
    assertThat(stacked(method, more).commit()).isEqualTo(both.commit());
  }

  @ParameterizedTest
  @EnumSource(names = {"SQUASH", "REBASE"})
  void what_changes_nothing_any_more_is_nothing_new_though_its_commits_are(Method method) {
    Piece tea = piece(1, "tea", "tea.txt");
    Piece same = piece(2, "same", "tea.txt");
    assertThat(repositories.stack(order(method, tea, same))).isEqualTo(new NothingNew(main(), same.change()));
    Stacked one = stacked(method, tea);
    promote(one.base(), one.commit());
    assertThat(repositories.stack(order(method, tea))).isEqualTo(new NothingNew(one.commit(), tea.change()));
    ada.on("empty", "main").commit("Nothing");
    assertThat(repositories.stack(order(method, pushed(3, "empty"))))
        .isEqualTo(new NothingNew(one.commit(), new ChangeId(new PipelineName("shop"), 3)));
  }

  @Test
  void a_fast_forward_is_the_pushed_commit_itself() {
    Piece tea = piece(1, "tea", "tea.txt");
    ada.on("more", "tea").file("more.txt", "more\n").commit("More");
    Piece more = pushed(2, "more");
    Piece other = piece(3, "other", "other.txt");
    CommitId base = main();

    Stacked one = stacked(Method.FAST_FORWARD, tea);
    assertThat(one.commits()).containsExactly(tea.commit().id());
    assertThat(one.by()).isEqualTo(MergedBy.NOBODY);
    assertThat(stacked(Method.FAST_FORWARD, tea, more).commits())
        .containsExactly(tea.commit().id(), more.commit().id());
    assertThat(repositories.stack(order(Method.FAST_FORWARD, tea, other)))
        .isEqualTo(
            new Impossible(
                other.change(),
                "other does not contain tea, which is ahead of it, " + tea.commit().id().abbreviated()
                    + ", and is to be integrated by fast-forward only: rebase it onto tea and push it again"));
    promote(base, tea.commit().id(), tip(tea));
    assertThat(repositories.stack(order(Method.FAST_FORWARD, other)))
        .isEqualTo(
            new Impossible(
                other.change(),
                "other does not contain the head of main, " + tea.commit().id().abbreviated()
                    + ", and is to be integrated by fast-forward only: rebase it onto main and push it again"));
    assertThat(stacked(Method.FAST_FORWARD, more).commit()).isEqualTo(more.commit().id());
  }

  @ParameterizedTest
  @EnumSource(names = {"MERGE", "SQUASH", "REBASE"})
  void what_does_not_fit_names_the_piece_it_lies_with(Method method) {
    Piece tea = piece(1, "tea", "tea.txt");
    ada.on("rival", "main").file("tea.txt", "rival\n").commit("Other tea");
    Piece rival = pushed(2, "rival");
    Piece milk = piece(3, "milk", "milk.txt");
    assertThat(repositories.stack(order(method, tea, rival, milk)))
        .isEqualTo(new Conflict(main(), rival.change(), List.of("tea.txt")));
    assertThat(stacked(method, rival, milk).commits()).hasSize(2);

    ada.git("checkout", "-q", "--orphan", "orphan");
    ada.commit("Out of nowhere");
    Piece orphan = pushed(4, "orphan");
    assertThat(repositories.stack(order(method, tea, orphan)))
        .isEqualTo(
            new Impossible(
                orphan.change(), "orphan and main have no common history: start the branch from main"));
    var lost = new Piece(milk.change(), new Commit(new CommitId("1".repeat(40)), "Lost", "Ada"), milk.branch(), AT);
    assertThat(repositories.stack(order(method, tea, lost)))
        .isEqualTo(
            new Impossible(lost.change(), "commit 11111111 is not in shop any more: push it again"));
  }

  @ParameterizedTest
  @EnumSource(names = {"MERGE", "SQUASH", "REBASE"})
  void submodules_and_pointers_to_large_files_are_carried_as_they_are(Method method) {
    CommitId first = ada.head();
    ada.on("tea", "main").file(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n");
    ada.file("big.bin", LFS.formatted("a".repeat(64)));
    ada.git("add", "-A");
    ada.git("update-index", "--add", "--cacheinfo", "160000," + first + ",module");
    ada.git("commit", "-q", "-m", "Large file and module");
    Piece tea = pushed(1, "tea");
    ada.git("checkout", "-q", "-f", "main");
    Piece milk = piece(2, "milk", "milk.txt");
    Stacked stacked = stacked(method, tea, milk);
    assertThat(bare.git("ls-tree", stacked.commit().hex())).contains("160000 commit " + first + "\tmodule");
    assertThat(bare.git("show", stacked.commit() + ":big.bin") + "\n").isEqualTo(LFS.formatted("a".repeat(64)));

    ada.on("rival", "main").file("big.bin", LFS.formatted("b".repeat(64)));
    ada.git("add", "-A");
    ada.git("update-index", "--add", "--cacheinfo", "160000," + milk.commit().id() + ",module");
    ada.git("commit", "-q", "-m", "Others");
    Piece rival = pushed(3, "rival");
    assertThat(repositories.stack(order(method, tea, rival)))
        .isEqualTo(new Conflict(main(), rival.change(), List.of("big.bin", "module")));
  }

  @ParameterizedTest
  @EnumSource(names = {"MERGE", "SQUASH", "REBASE"})
  void names_and_messages_may_be_in_any_script(Method method) {
    String branch = "integrate/\"茶\"-&-'ünï'-$(x)";
    ada.on(branch, "main").file("茶/\"t e a\".txt", "tee\n").git("add", "-A");
    ada.git("commit", "-q", "--author=Élodie O'Neil <é@example.org>", "-m", "Füge \"茶\" hinzu 🍵");
    Stacked stacked = stacked(method, pushed(1, branch));
    assertThat(bare.git("-c", "core.quotepath=off", "ls-tree", "-r", "-z", "--name-only", stacked.commit().hex()))
        .contains("茶/\"t e a\".txt");
    String all = bare.git("log", "-1", "--format=%an %ae%n%B", stacked.commit().hex());
    assertThat(all).contains("Füge \"茶\" hinzu 🍵", "Change: shop#1");
    assertThat(all).contains(method == Method.MERGE ? "Merge " + branch + " into main (shop#1)" : "Élodie O'Neil é@example.org");
  }

  @Test
  void a_landing_deletes_the_branches_that_are_where_they_were_and_leaves_the_others() {
    Piece tea = piece(1, "tea", "tea.txt");
    Piece coffee = piece(2, "coffee", "coffee.txt");
    Piece milk = piece(3, "milk", "milk.txt");
    Stacked stacked = stacked(Method.SQUASH, tea, coffee, milk);
    ada.on("coffee", "coffee").file("sugar.txt", "sugar\n").commit("Sugar");
    push("coffee");
    bare.git("update-ref", "-d", milk.branch().ref());
    var outcome = new Promoted(List.of(tea.branch(), milk.branch()));
    assertThat(promote(stacked.base(), stacked.commit(), tip(tea), tip(coffee), tip(milk))).isEqualTo(outcome);
    assertThat(promote(stacked.base(), stacked.commit(), tip(tea), tip(coffee), tip(milk))).isEqualTo(outcome);
    assertThat(repositories.branches(SHOP)).containsOnlyKeys(MAIN, coffee.branch());
  }

  @Test
  void another_branch_is_created_follows_and_never_goes_back() {
    CommitId first = main();
    CommitId second = ada.file("c.txt", "c\n").commit("Second");
    push("main");
    var live = new BranchName("live/eu");
    assertThat(advance(first, live, Method.FAST_FORWARD)).isEqualTo(new Advanced(commit(first), true));
    assertThat(advance(second, live, Method.MERGE)).isEqualTo(new Advanced(commit(second), true));
    assertThat(advance(second, live, Method.FAST_FORWARD)).isEqualTo(new Advanced(commit(second), false));
    assertThat(advance(first, live, Method.FAST_FORWARD)).isEqualTo(new Advanced(commit(second), false));
    assertThat(bare.git("rev-parse", "live/eu")).isEqualTo(second.hex());
    assertThat(advance(second, new BranchName("live"), Method.FAST_FORWARD))
        .isEqualTo(
            new AdvanceOutcome.Impossible(
                "live cannot be created beside the branch live/eu: delete that one, or choose another name"));
  }

  @Test
  void a_branch_with_commits_of_its_own_follows_by_merge_only() {
    ada.on("production", "main").file("hotfix.txt", "hot\n").commit("Hotfix");
    push("production");
    CommitId hotfix = ada.head();
    CommitId next = ada.on("main", "main").file("c.txt", "c\n").commit("Second");
    push("main");
    var production = new BranchName("production");
    assertThat(advance(next, production, Method.FAST_FORWARD))
        .isEqualTo(
            new AdvanceOutcome.Impossible(
                "production has commits that " + next.abbreviated() + " has not, up to " + hotfix.abbreviated()
                    + ", and moves by fast-forward only: integrate production first, then run this stage again"));
    assertThat(repositories.branch(SHOP, production)).map(Commit::id).contains(hotfix);

    Advanced merged = (Advanced) advance(next, production, Method.MERGE);
    assertThat(advance(next, production, Method.MERGE)).isEqualTo(new Advanced(merged.head(), false));
    assertThat(bare.git("log", "-1", "--format=%P%n%B", "production"))
        .isEqualTo(
            """
            %s %s
            Merge shop#1 into production

            Second

            Change: shop#1"""
                .formatted(hotfix, next));
    assertThat(bare.git("ls-tree", "--name-only", "production").lines())
        .containsExactly("a.txt", "b.txt", "c.txt", "hotfix.txt");

    CommitId rival = ada.file("hotfix.txt", "cold\n").commit("Third");
    push("main");
    assertThat(advance(rival, production, Method.MERGE))
        .isEqualTo(
            new AdvanceOutcome.Impossible(
                rival.abbreviated() + " conflicts with production, " + merged.head().id().abbreviated()
                    + ", in hotfix.txt: integrate production first, then run this stage again"));
  }

  @ParameterizedTest
  @EnumSource(names = {"MERGE", "SQUASH", "REBASE"})
  void what_has_landed_says_which_changes_it_was(Method method) {
    Piece tea = piece(1, "tea", "tea.txt");
    Piece coffee = piece(2, "coffee", "coffee.txt");
    Stacked both = stacked(method, tea, coffee);
    assertThat(repositories.brought(SHOP, MAIN, tea.change())).isFalse();
    promote(both.base(), both.commit(), tip(tea), tip(coffee));
    assertThat(repositories.brought(SHOP, MAIN, tea.change())).isTrue();
    assertThat(repositories.brought(SHOP, MAIN, coffee.change())).isTrue();
    assertThat(repositories.brought(SHOP, MAIN, new ChangeId(new PipelineName("shop"), 11))).isFalse();
    assertThat(repositories.brought(SHOP, new BranchName("nope"), tea.change())).isFalse();
  }

  private AdvanceOutcome advance(CommitId commit, BranchName to, Method method) {
    var attempt =
        new AttemptId(
            new ChangeId(new PipelineName("shop"), 1), new StageName("live"), new StepName("promote"), 1);
    return repositories.advance(new Effect.Advance(attempt, SHOP, commit, to, method, AT));
  }

  private Commit commit(CommitId id) {
    return repositories.find(SHOP, id.hex()).orElseThrow();
  }

  private void push(String branch) {
    ada.git("push", "-q", "-f", "origin", branch);
  }

  private Piece piece(int number, String branch, String file) {
    ada.on(branch, "main").file(file, file + "\n").commit("Add " + file + " to " + branch);
    return pushed(number, branch);
  }

  private Piece pushed(int number, String branch) {
    push(branch);
    var name = new BranchName(branch);
    Commit tip = repositories.branch(SHOP, name).orElseThrow();
    return new Piece(new ChangeId(new PipelineName("shop"), number), tip, name, AT);
  }

  private void by(String author, String message, String file) {
    ada.file(file, message).git("add", "-A");
    ada.git("commit", "-q", "--author=" + author, "-m", message);
  }

  private String message(CommitId commit) {
    return bare.git("log", "-1", "--format=%an <%ae> / %cn <%ce>%n%B", commit.hex());
  }

  private CommitId main() {
    return repositories.branch(SHOP, MAIN).orElseThrow().id();
  }

  private Stacked stacked(Method method, Piece... pieces) {
    MergeOutcome outcome = repositories.stack(order(method, pieces));
    assertThat(outcome).isInstanceOf(Stacked.class);
    return (Stacked) outcome;
  }

  private static Effect.Merge order(Method method, Piece... pieces) {
    List<Piece> all = List.of(pieces);
    return new Effect.Merge(all.getLast().change(), 1, SHOP, all, MAIN, method);
  }

  private static Tip tip(Piece piece) {
    return new Tip(piece.branch(), piece.commit().id());
  }

  private PromotionOutcome promote(CommitId base, CommitId commit, Tip... tips) {
    var attempt =
        new AttemptId(
            new ChangeId(new PipelineName("shop"), 1), new StageName("main"), new StepName("promote"), 1);
    return repositories.promote(new Effect.Promote(attempt, SHOP, new Candidate(base, commit), List.of(tips), MAIN));
  }
}
