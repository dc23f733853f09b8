package dev.millrace.git;

import org.eclipse.jgit.internal.util.CleanupService;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.storage.file.FileBasedConfig;
import org.eclipse.jgit.storage.file.WindowCacheConfig;
import org.eclipse.jgit.util.FS;
import org.eclipse.jgit.util.SystemReader;
import org.jspecify.annotations.Nullable;

/// Makes JGit in this process independent of who started it and careful with memory.
final class Isolation {
  /// Objects from this size on are streamed, not held.
  private static final int STREAMED_FROM = 8 << 20;

  private Isolation() {}

  /// Before the first use of JGit; again is fine.
  static synchronized void begin() {
    if (SystemReader.getInstance() instanceof Reader) {
      return;
    }
    // With this one, nobody but us ends JGit. Its own lets go of every lock as soon as the process is told to end, when
    // pushes, merges and promotions are still brought to theirs.
    var _ = new CleanupService();
    SystemReader.setInstance(new Reader(SystemReader.getInstance()));
    // measuring the file system's clock takes seconds, which the first repository need not wait for
    FS.FileStoreAttributes.setBackground(true);
    var cache = new WindowCacheConfig();
    cache.setStreamFileThreshold(STREAMED_FROM);
    cache.install();
  }

  /// With settings of ours in the place of the user's and the machine's.
  private static final class Reader extends SystemReader.Delegate {
    Reader(SystemReader whole) {
      super(whole);
    }

    @Override
    public FileBasedConfig openUserConfig(@Nullable Config parent, FS fs) {
      return new Settings(parent, fs);
    }

    @Override
    public FileBasedConfig openSystemConfig(@Nullable Config parent, FS fs) {
      return new Settings(parent, fs);
    }
  }

  /// The settings of all repositories here.
  private static final class Settings extends FileBasedConfig {
    Settings(@Nullable Config parent, FS fs) {
      super(parent, null, fs);
      // what is reported as landed must survive the machine losing power; git itself warns of these names in a
      // repository's own configuration
      setBoolean("core", null, "fsyncObjectFiles", true);
      setBoolean("core", null, "fsyncRefFiles", true);
      // nobody may clear away what a change that is not kept yet needs
      setBoolean("receive", null, "autogc", false);
    }

    @Override
    public void load() {}

    @Override
    public boolean isOutdated() {
      return false;
    }
  }
}
