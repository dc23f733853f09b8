package dev.millrace.git;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.change.Between;
import dev.millrace.change.Commit;
import dev.millrace.change.CommitId;
import dev.millrace.pipeline.RepositoryName;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What lies between two commits, in a repository that the real git writes to.
class AncestryTest {
  private static final RepositoryName SHOP = new RepositoryName("shop");

  @TempDir Path folder;
  private Repositories repositories;
  private Worktree ada;

  @BeforeEach
  void begin() {
    Worktree.settle();
    repositories = new Repositories(folder.resolve("repositories"));
    repositories.create(SHOP);
    ada = Worktree.begin(folder.resolve("ada"));
    ada.git("remote", "add", "origin", folder.resolve("repositories/shop.git").toString());
  }

  @AfterEach
  void close() {
    repositories.close();
  }

  private static List<String> lines(Between between) {
    return between.steps().stream()
        .map(step -> step.commit().subject() + step.brought().stream().map(Commit::subject).toList())
        .toList();
  }

  private Between between(CommitId from, CommitId to, int most) {
    ada.git("push", "--force", "origin", "HEAD:refs/heads/aside");
    return repositories.between(SHOP, from, to, most).orElseThrow();
  }

  @Test
  void each_merge_says_what_it_brought() {
    CommitId first = ada.file("a", "1").commit("First");
    ada.on("tea", "main").file("tea", "1").commit("Plant tea");
    ada.file("tea", "2").commit("Pick tea");
    ada.on("roof", "main").file("roof", "1").commit("Mend the roof");
    ada.git("checkout", "-q", "main");
    ada.git("merge", "--no-ff", "-m", "Merge tea", "tea");
    ada.git("merge", "--no-ff", "-m", "Merge roof", "roof");
    CommitId last = ada.file("a", "2").commit("Last");

    Between between = between(first, last, 50);

    assertThat(lines(between)).containsExactly("Last[]", "Merge roof[Mend the roof]", "Merge tea[Pick tea, Plant tea]");
    assertThat(between.files()).isEqualTo(3);
    assertThat(between.count()).isEqualTo(6);
    assertThat(between.more()).isZero();
    assertThat(between(last, first, 50)).isEqualTo(new Between(List.of(), 0, false, 3));
  }

  @Test
  void what_is_too_much_is_counted_only() {
    CommitId first = ada.file("a", "0").commit("0");
    for (int at = 1; at < 10; at++) {
      ada.file("a", Integer.toString(at)).commit(Integer.toString(at));
    }
    Between between = between(first, ada.head(), 3);
    assertThat(lines(between)).containsExactly("9[]", "8[]", "7[]");
    assertThat(between.more()).isEqualTo(6);
    assertThat(between.count()).isEqualTo(9);
    assertThat(between.files()).isEqualTo(1);
  }

  @Test
  void a_commit_that_is_not_there_has_nothing_between() {
    CommitId first = ada.file("a", "0").commit("0");
    ada.git("push", "origin", "main");
    assertThat(repositories.between(SHOP, new CommitId("0123456789".repeat(4)), first, 3)).isEmpty();
  }
}
