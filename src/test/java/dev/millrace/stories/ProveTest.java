package dev.millrace.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.backup.BackupFile;
import dev.millrace.server.Proof;
import dev.millrace.store.Later;
import dev.millrace.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A new version is tried before it takes over, and taken back when it was not good after all.
@Timeout(120)
class ProveTest extends Story {
  private static final Clock CLOCK = Clock.systemUTC();

  private Path backup() throws Exception {
    Path file = Files.createDirectories(folder.resolve("backups")).resolve("before.zip");
    new BackupFile(file).take(mill.data(), CLOCK);
    return file;
  }

  private static List<String> proof(Path backup) throws Exception {
    var said = new ArrayList<String>();
    Proof.of(backup, backup.getParent(), CLOCK, said::add);
    return said;
  }

  @Test
  void a_version_that_is_good_has_landed_a_branch_on_a_copy_and_nothing_is_left_of_it() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.runs("2/test/test/1");
    mill.becomes(2, "running");
    Path backup = backup();
    List<String> said = proof(backup);
    assertThat(said.getFirst()).matches("the backup of .* is whole, and its database is up to date");
    assertThat(said.subList(1, said.size()))
        .containsExactly(
            "the server is ready",
            "6 pages and 1 repositories are served",
            "a pipeline was defined, a branch pushed, tested and landed on main");
    try (Stream<Path> left = Files.list(backup.getParent())) {
      assertThat(left).containsExactly(backup);
    }
    assertThat(mill.containers.running()).containsExactly("shop/2/test/test/1");
    mill.passes("2/test/test/1");
    mill.becomes(2, "passed");
  }

  @Test
  void one_that_does_not_take_the_definitions_is_not_good() throws Exception {
    // what another version took
    mill.definers().push("aside", "Define", "shop.yml", "stages: nonsense\n");
    mill.disk("pipelines").git("update-ref", "refs/heads/main", mill.definers().head().hex());
    Path backup = backup();
    assertThatThrownBy(() -> proof(backup))
        .isInstanceOf(Proof.NotGood.class)
        .hasMessageStartingWith("The pipelines stay as they were, because main of the repository pipelines cannot be used: shop.yml:1");
    try (Stream<Path> left = Files.list(backup.getParent())) {
      assertThat(left).containsExactly(backup);
    }
  }

  @Test
  void what_is_no_backup_proves_nothing() throws Exception {
    Path file = Files.writeString(folder.resolve("some.zip"), "something else");
    assertThatThrownBy(() -> proof(file))
        .isInstanceOf(Proof.NotGood.class)
        .hasMessage(file + " is no backup, or only a part of one");
  }

  @Test
  void an_upgrade_is_taken_back() throws Exception {
    shop.push("integrate/tea", "Sell tea", "tea", "green\n");
    mill.passes("1/test/test/1");
    mill.becomes(1, "passed");
    shop.push("integrate/coffee", "Sell coffee", "coffee", "black\n");
    mill.runs("2/test/test/1");
    mill.becomes(2, "running");
    mill.stop();
    Path backup = backup();
    Later.upgrade(mill.data());

    assertThatThrownBy(mill::start)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("was written by a newer Millrace: start that one, or restore the backup");
    Path home = Files.createDirectories(folder.resolve("elsewhere"));
    new BackupFile(backup).restore(home.resolve("data"), CLOCK);
    try (var again = new Mill(home)) {
      assertThat(again.change(1)).startsWith("passed");
      again.passes("2/test/test/1");
      again.becomes(2, "passed");
      assertThat(again.shop().mainline())
          .containsExactly("Merge integrate/coffee into main (shop#2)", "Merge integrate/tea into main (shop#1)", "Begin");
    }
  }
}
