package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.backup.BackupFile;
import dev.millrace.backup.BackupFile.Restored;
import dev.millrace.backup.BackupTrouble;
import dev.millrace.git.Worktree;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A backup is taken while the server works, and the server comes back from it somewhere else.
class BackupTest extends Story {
  private static final Clock CLOCK = Clock.systemUTC();
  private static final String BUSY = SHORT.replace(", parallel: 1", ", parallel: 3").replace("run: wait", "run: quick");
  private static final String LOG = "/api/v1/pipelines/shop/changes/1/stages/test/steps/test/log";

  private BackupFile backup(String name) {
    return new BackupFile(folder.resolve(name + ".zip"));
  }

  private BackupFile taken(String name) {
    backup(name).take(mill.data(), CLOCK);
    return backup(name);
  }

  private Path home(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  @Test
  @Timeout(240)
  void whatever_goes_on_meanwhile_nothing_is_lost_and_nothing_lands_untested_or_twice() throws Exception {
    Set<String> tested = ConcurrentHashMap.newKeySet();
    busy(mill, tested);
    mill.define("shop", BUSY);
    var acknowledged = new ConcurrentSkipListMap<String, String>();
    var answers = new Semaphore(0);
    var enough = new AtomicBoolean();
    Thread pusher =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 1; !enough.get(); i++) {
                    String branch = "integrate/" + i;
                    String goods = i + "\n";
                    String told = shop.push(branch, "Sell " + i, "goods/" + i, goods);
                    // each third one once more, whether the first is on its way or has landed
                    if (i % 3 == 0) {
                      goods = i + " and more\n";
                      told = shop.pushMore(branch, "Sell more of " + i, "goods/" + i, goods);
                    }
                    if (told.contains("shop#")) {
                      acknowledged.put("goods/" + i, goods.strip());
                    }
                    answers.release();
                  }
                });
    Map<String, Map<String, String>> before = new LinkedHashMap<>();
    for (String name : List.of("a", "b", "c", "d", "e")) {
      assertThat(answers.tryAcquire(3, 60, TimeUnit.SECONDS)).isTrue();
      before.put(name, Map.copyOf(acknowledged));
      taken(name);
    }
    enough.set(true);
    pusher.join();
    mill.stop();

    for (var each : before.entrySet()) {
      Path home = home("home-" + each.getKey());
      backup(each.getKey()).restore(home.resolve("data"), CLOCK);
      for (String repository : List.of("shop", "pipelines")) {
        var copy = new Worktree(home.resolve("data/git/" + repository + ".git"));
        assertThat(copy.git("fsck", "--full", "--strict", "--no-dangling")).isEmpty();
      }
      try (var again = new Mill(home, its -> busy(its, tested))) {
        again.listener().until("all to be over", () -> inMotion(again).isEmpty());
        Developer there = again.shop();
        String main = there.main().hex();
        assertThat(each.getValue())
            .as("pushed before the backup %s", each.getKey())
            .isNotEmpty()
            .allSatisfy((file, goods) -> assertThat(there.onMain(file)).isEqualTo(goods));
        assertThat(there.mainline()).doesNotHaveDuplicates().endsWith("Begin");
        assertThat(again.disk("shop").git("rev-list", "--first-parent", main).lines().filter(commit -> !isRoot(again, commit)))
            .allSatisfy(commit -> assertThat(tested).contains(commit));
        assertThat(there.branches()).containsExactly("main");
      }
    }
  }

  /// Steps take a moment, so that there is always something on its way.
  private static void busy(Mill mill, Set<String> tested) {
    mill.containers.script(
        "quick",
        step -> {
          tested.add(mill.containers.assignment(step).commit().hex());
          Thread.sleep(30);
          mill.containers.end(step, 0);
        });
  }

  private static List<String> inMotion(Mill mill) {
    var moving = new ArrayList<String>();
    mill.json("/api/v1/pipelines/shop/changes?limit=200")
        .get("changes")
        .forEach(
            change -> {
              if (!Set.of("passed", "failed", "cancelled").contains(change.get("state").stringValue())) {
                moving.add(change.get("number") + " " + change.get("state"));
              }
            });
    return moving;
  }

  private static boolean isRoot(Mill mill, String commit) {
    return mill.disk("shop").git("rev-list", "--parents", "-n", "1", commit).length() == 40;
  }

  @Test
  void what_ran_runs_again_from_its_beginning_and_as_another_installation() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.prints("1/test/test/1", "one\n");
    mill.awaitLog(LOG, "one\n");
    mill.becomes(1, "running");
    BackupFile file = taken("backup");
    mill.prints("1/test/test/1", "two\n");

    Restored restored = file.restore(home("elsewhere").resolve("data"), CLOCK);
    assertThat(restored.again()).hasToString("[shop/1/test/test/1]");
    assertThat(restored.now()).isNotEqualTo(restored.before());
    try (var again = new Mill(folder.resolve("elsewhere"))) {
      again.prints("1/test/test/1", "anew\n");
      again.passes("1/test/test/1");
      again.becomes(1, "passed");
      assertThat(again.get(LOG).body()).isEqualTo("anew\n");
      assertThat(again.history(1))
          .contains("restored from the backup of " + restored.takenAt() + ": shop/1/test/test/1 ran there and runs again here");
      assertThat(again.shop().mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
    }
    assertThat(mill.containers.running()).containsExactly("shop/1/test/test/1");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
  }

  /// Tea is tested when the database is copied, and has landed when the repositories are.
  private Path dataOfTwoMoments(boolean coffeeToo) throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.runs("1/test/test/1");
    mill.becomes(1, "running");
    String recorded = shop.head().hex();
    String base = mill.disk("shop").git("rev-parse", "refs/heads/main");
    mill.kill();
    Path database = Files.copy(mill.data().resolve("millrace.mv.db"), folder.resolve("old.mv.db"));
    mill.start();
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    if (coffeeToo) {
      shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
      mill.passes("2/test/test/1");
      mill.becomes(2, "passed");
    }
    mill.stop();
    Seed.of(mill.data()).sow(home("elsewhere/data"));
    Path data = folder.resolve("elsewhere/data");
    Files.move(database, data.resolve("millrace.mv.db"), StandardCopyOption.REPLACE_EXISTING);
    var copy = new Worktree(data.resolve("git/shop.git"));
    copy.git("update-ref", "refs/recorded/integrate/tea", recorded);
    copy.git("update-ref", "refs/recorded/main", base);
    return folder.resolve("elsewhere");
  }

  @Test
  void what_landed_after_the_backup_began_has_landed_and_is_not_tested_again() throws Exception {
    try (var again = new Mill(dataOfTwoMoments(false))) {
      again.becomes(1, "passed");
      assertThat(again.containers.running()).isEmpty();
      assertThat(again.shop().mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
    }
  }

  @Test
  void what_landed_below_another_that_nobody_knows_any_more_has_landed() throws Exception {
    try (var again = new Mill(dataOfTwoMoments(true))) {
      again.becomes(1, "passed");
      assertThat(again.shop().mainline())
          .containsExactly("Merge integrate/coffee into main (shop#2)", "Merge integrate/tea into main (shop#1)", "Begin");
    }
  }

  @Test
  void without_a_server_it_is_taken_from_the_directory() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    mill.kill();
    BackupFile file = taken("backup");
    file.restore(home("elsewhere").resolve("data"), CLOCK);
    try (var again = new Mill(folder.resolve("elsewhere"))) {
      assertThat(again.change(1)).startsWith("passed");
      assertThat(again.shop().mainline()).containsExactly("Merge integrate/tea into main (shop#1)", "Begin");
    }
    mill.start();
  }

  @Test
  void secrets_are_named_and_stay_secret() throws Exception {
    mill.get("/ssh-key");
    Path credentials = mill.data().resolve("credentials");
    Files.writeString(credentials, "https://millrace:token@git.example.org\n");
    var taken = backup("backup").take(mill.data(), CLOCK);
    assertThat(taken.secrets()).containsExactly("credentials", "ssh/id_ed25519");
    assertThat(permissions(folder.resolve("backup.zip"))).isEqualTo("rw-------");
    backup("backup").restore(folder.resolve("elsewhere"), CLOCK);
    assertThat(permissions(folder.resolve("elsewhere/credentials"))).isEqualTo("rw-------");
    assertThat(permissions(folder.resolve("elsewhere/ssh/id_ed25519"))).isEqualTo("rw-------");
    assertThat(folder.resolve("elsewhere/credentials")).hasSameTextualContentAs(credentials);
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void nothing_is_overwritten() throws Exception {
    BackupFile file = taken("backup");
    refused(() -> taken("backup"), folder.resolve("backup.zip") + " is there already: choose another name, or move it away");
    refused(
        () -> new BackupFile(mill.data().resolve("logs/backup.zip")).take(mill.data(), CLOCK),
        "a backup cannot be a part of what it holds: put it outside of " + mill.data() + ", or into its backups");
    refused(
        () -> file.restore(mill.data(), CLOCK),
        mill.data() + " is not empty: a backup is restored into a new directory, so that nothing there is lost");
    new BackupFile(mill.data().resolve("backups/one.zip")).take(mill.data(), CLOCK);
    taken("two");
    try (var inside = open(folder.resolve("two.zip"))) {
      assertThat(inside.getPath("/backups")).doesNotExist();
    }
  }

  @Test
  void what_is_damaged_or_half_is_not_restored() throws Exception {
    BackupFile file = taken("backup");
    Path elsewhere = folder.resolve("elsewhere");
    Path zip = folder.resolve("backup.zip");
    byte[] whole = Files.readAllBytes(zip);
    Files.write(zip, Arrays.copyOf(whole, whole.length / 2));
    refused(() -> file.restore(elsewhere, CLOCK), zip + " is no backup, or only a part of one");

    Files.write(zip, whole);
    change(zip, "/git/shop.git/HEAD", text -> "ref: refs/heads/other\n");
    refused(
        () -> file.restore(elsewhere, CLOCK),
        zip + " is damaged: git/shop.git/HEAD in it is not what was put there; choose another backup");

    Files.write(zip, whole);
    try (var inside = open(zip)) {
      Files.delete(inside.getPath("/git/shop.git/config"));
    }
    refused(
        () -> file.restore(elsewhere, CLOCK),
        zip + " is damaged: git/shop.git/config in it is not what was put there; choose another backup");
    assertThat(elsewhere).isEmptyDirectory();

    Files.write(zip, whole);
    file.restore(elsewhere, CLOCK);
    refused(() -> backup("none").restore(elsewhere, CLOCK), "there is no backup " + folder.resolve("none.zip"));
  }

  @Test
  void one_of_a_newer_version_is_not_restored() throws Exception {
    BackupFile file = taken("backup");
    Path zip = folder.resolve("backup.zip");
    change(zip, "/manifest", text -> text.replaceFirst("schema: \\d+", "schema: 99").replaceFirst("version: .*", "version: 7.0"));
    refused(
        () -> file.restore(folder.resolve("elsewhere"), CLOCK),
        zip + " was taken by a newer Millrace (7.0): restore it with that version or a later one");
  }

  @Test
  void a_backup_that_cannot_be_written_leaves_nothing() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "in the way");
    assertThatThrownBy(() -> new BackupFile(file.resolve("backup.zip")).take(mill.data(), CLOCK))
        .isInstanceOf(BackupTrouble.class)
        .hasMessageStartingWith("no backup is taken: " + file.resolve("backup.zip") + " cannot be written");
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).noneMatch(path -> path.toString().contains("backup"));
    }
  }

  private static void refused(ThrowingCallable what, String because) {
    assertThatThrownBy(what).isInstanceOf(BackupTrouble.class).hasMessage(because);
  }

  private static FileSystem open(Path zip) throws IOException {
    return FileSystems.newFileSystem(URI.create("jar:" + zip.toUri()), Map.of());
  }

  private static void change(Path zip, String path, UnaryOperator<String> change) throws IOException {
    try (var inside = open(zip)) {
      Path file = inside.getPath(path);
      Files.writeString(file, change.apply(Files.readString(file)));
    }
  }
}
