package dev.millrace.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.change.CommitId;
import dev.millrace.pipeline.BranchName;
import dev.millrace.pipeline.RepositoryName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.commons.compress.archivers.tar.TarFile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Workspaces, unpacked with the real tar and looked at with the real git.
class WorkspacesTest {
  private static final RepositoryName SHOP = new RepositoryName("shop");
  private static final BranchName MAIN = new BranchName("main");

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

  @Test
  void a_workspace_is_a_clean_clone_on_its_branch() throws Exception {
    ada.file("a.txt", "one\n").file("sub/b.txt", "two\n").commit("First");
    ada.git("tag", "-a", "-m", "one", "v1");
    CommitId head = ada.file("a.txt", "three\n").commit("Second");
    ada.git("tag", "light");
    push();
    Worktree workspace = workspace(head, MAIN);
    assertThat(workspace.git("status", "--porcelain")).isEmpty();
    assertThat(workspace.git("rev-parse", "HEAD")).isEqualTo(head.hex());
    assertThat(workspace.git("rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("main");
    assertThat(workspace.git("log", "--format=%s")).isEqualTo("Second\nFirst");
    assertThat(workspace.git("tag")).isEqualTo("light\nv1");
    assertThat(workspace.git("describe")).isEqualTo("v1-1-g" + head.hex().substring(0, 7));
    assertThat(workspace.git("describe", "--tags", "--always")).isEqualTo("light");
    assertThat(workspace.git("cat-file", "-t", "v1")).isEqualTo("tag");
    workspace.git("fsck", "--strict", "--no-dangling");
    assertThat(workspace.file("a.txt", "changed\n").git("status", "--porcelain")).isEqualTo("M a.txt");
    assertThat(workspace.file("new.txt", "").commit("Third")).isNotEqualTo(head);
  }

  @Test
  void without_a_branch_the_head_is_detached() throws Exception {
    CommitId head = ada.file("a.txt", "one\n").commit("First");
    push();
    Worktree workspace = workspace(head, null);
    assertThat(workspace.git("status", "--porcelain")).isEmpty();
    assertThat(workspace.git("rev-parse", "--abbrev-ref", "HEAD")).isEqualTo("HEAD");
    assertThat(workspace.git("describe", "--tags", "--always")).isEqualTo(head.hex().substring(0, 7));
  }

  @Test
  void files_of_every_kind_arrive_as_they_are() throws Exception {
    String deep = "d".repeat(60) + "/" + "e".repeat(60) + "/" + "f".repeat(120) + ".txt";
    ada.file(deep, "deep\n").file("ünï©ode/日本 space.txt", "hello\n").file("empty", "").file("run.sh", "#!/bin/sh\n");
    Files.setPosixFilePermissions(ada.folder().resolve("run.sh"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(ada.folder().resolve("link"), Path.of("ünï©ode/日本 space.txt"));
    Files.createSymbolicLink(ada.folder().resolve("far"), Path.of("x".repeat(150)));
    ada.git("add", "-A");
    ada.git("update-index", "--add", "--cacheinfo", "160000," + "1".repeat(40) + ",module");
    ada.git("commit", "-q", "-m", "All kinds");
    CommitId head = ada.head();
    push();
    Worktree workspace = workspace(head, MAIN);
    Path files = workspace.folder();
    assertThat(workspace.git("status", "--porcelain")).isEmpty();
    assertThat(files.resolve(deep)).hasContent("deep");
    assertThat(files.resolve("link")).isSymbolicLink().hasContent("hello");
    assertThat(Files.readSymbolicLink(files.resolve("far"))).hasToString("x".repeat(150));
    assertThat(files.resolve("run.sh")).isExecutable();
    assertThat(Files.getPosixFilePermissions(files.resolve("empty")))
        .isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(files.resolve("module")).isEmptyDirectory();
    Instant time = Instant.ofEpochSecond(Long.parseLong(ada.git("log", "-1", "--format=%ct")));
    try (var archive = new TarFile(tar(head, MAIN))) {
      assertThat(archive.getEntries())
          .isNotEmpty()
          .allSatisfy(entry -> assertThat(entry.getLongUserId() + ":" + entry.getLongGroupId()).isEqualTo("0:0"))
          .filteredOn(entry -> !entry.getName().endsWith(".git/index"))
          .allSatisfy(entry -> assertThat(entry.getLastModifiedTime().toInstant()).isEqualTo(time));
    }
  }

  @Test
  void git_trusts_the_index_and_reads_no_file_to_see_that_nothing_changed() throws Exception {
    CommitId head = ada.file("a.txt", "one\n").commit("First");
    push();
    Worktree workspace = workspace(head, MAIN);
    Path file = workspace.folder().resolve("a.txt");
    var time = Files.getLastModifiedTime(file);
    // a change that only reading can find: if git had read the file, it would tell
    Files.writeString(file, "two\n");
    Files.setLastModifiedTime(file, time);
    assertThat(workspace.git("status", "--porcelain")).isEmpty();
    Files.setLastModifiedTime(file, java.nio.file.attribute.FileTime.fromMillis(time.toMillis() + 5000));
    assertThat(workspace.git("status", "--porcelain")).isEqualTo("M a.txt");
  }

  @Test
  void history_ends_after_fifty_commits() throws Exception {
    var history = new StringBuilder();
    for (int i = 1; i <= 60; i++) {
      history.append(
          """
          commit refs/heads/main
          committer Ada <ada@example.org> %d +0000
          data <<END
          Commit %d
          END
          M 100644 inline count
          data <<END
          %d
          END

          """
              .formatted(1_700_000_000 + i, i, i));
    }
    Path input = Files.writeString(folder.resolve("history"), history);
    assertThat(Worktree.run(ada.folder(), "sh", "-c", "git fast-import --quiet < " + input).code()).isZero();
    ada.git("tag", "-a", "-m", "old", "old", "main~55");
    ada.git("tag", "-a", "-m", "edge", "edge", "main~49");
    ada.git("reset", "-q", "--hard", "main");
    push();
    Worktree workspace = workspace(ada.head(), MAIN);
    assertThat(workspace.git("rev-list", "--count", "HEAD")).isEqualTo("50");
    assertThat(workspace.git("rev-parse", "--is-shallow-repository")).isEqualTo("true");
    assertThat(workspace.git("log", "-1", "--format=%s", "HEAD~49")).isEqualTo("Commit 11");
    assertThat(workspace.git("tag")).isEqualTo("edge");
    assertThat(workspace.git("describe")).startsWith("edge-49-g");
    assertThat(workspace.git("status", "--porcelain")).isEmpty();
    workspace.git("fsck", "--no-dangling");
  }

  @Test
  void askers_at_the_same_time_share_one_archive_and_a_later_tag_makes_a_new_one() throws Exception {
    CommitId head = ada.file("a.txt", "one\n").commit("First");
    push();
    List<Callable<byte[]>> askers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      askers.add(() -> tar(head, MAIN));
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = threads.invokeAll(askers);
      byte[] expected = tar(head, MAIN);
      assertThat(answers.stream().map(Future::resultNow))
          .allSatisfy(tar -> assertThat(tar).isEqualTo(expected));
    }
    assertThat(archives()).hasSize(1);
    ada.git("tag", "v1");
    push();
    assertThat(workspace(head, MAIN).git("describe", "--tags")).isEqualTo("v1");
    assertThat(archives()).hasSize(2);
  }

  @Test
  void the_oldest_archives_go_and_are_made_again_and_leftovers_are_cleared() throws Exception {
    CommitId one = ada.file("a.txt", "one\n").commit("First");
    CommitId two = ada.file("a.txt", "two\n").commit("Second");
    push();
    Path cache = Files.createDirectory(folder.resolve("cache"));
    Files.writeString(cache.resolve("torn.tar"), "torn");
    Files.writeString(cache.resolve("torn.part"), "torn");
    Path foreign = Files.writeString(cache.resolve("letter.txt"), "not ours");
    var workspaces = new Workspaces(cache, 1, Long.MAX_VALUE);
    assertThat(cache).isDirectoryNotContaining("glob:**torn*");
    try (var repository = repositories.open(SHOP)) {
      for (CommitId commit : List.of(one, two, one)) {
        var out = new ByteArrayOutputStream();
        workspaces.write(new WorkspaceTar(repository, SHOP, commit, null), out);
        assertThat(out.toByteArray()).isEqualTo(tar(commit, null));
        assertThat(cache.toFile().list()).hasSize(2);
      }
    }
    assertThat(foreign).exists();
  }

  @Test
  void an_archive_that_somebody_deleted_is_made_again() throws Exception {
    CommitId head = ada.file("a.txt", "one\n").commit("First");
    push();
    byte[] first = tar(head, MAIN);
    for (Path archive : archives()) {
      Files.delete(archive);
    }
    assertThat(tar(head, MAIN)).isEqualTo(first);
  }

  @Test
  void a_commit_that_is_not_there_is_trouble_each_time() throws Exception {
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(() -> tar(new CommitId("1".repeat(40)), MAIN))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("1111");
    }
    assertThat(archives()).isEmpty();
  }

  private void push() {
    ada.git("push", "-q", "origin", "main", "--tags");
  }

  private byte[] tar(CommitId commit, @Nullable BranchName branch) throws IOException {
    var out = new ByteArrayOutputStream();
    repositories.writeWorkspace(SHOP, commit, branch, out);
    return out.toByteArray();
  }

  private List<Path> archives() throws IOException {
    try (var files = Files.list(folder.resolve("workspaces"))) {
      return files.toList();
    }
  }

  private Worktree workspace(CommitId commit, @Nullable BranchName branch) throws IOException {
    Path archive = folder.resolve("workspace.tar");
    Files.write(archive, tar(commit, branch));
    Path target = Files.createTempDirectory(folder, "workspace");
    Worktree.Ended unpacked = Worktree.run(folder, "tar", "-xf", archive.toString(), "-C", target.toString());
    // some warn of old time stamps
    assertThat(unpacked.code()).as(unpacked.output()).isZero();
    return new Worktree(target);
  }
}
