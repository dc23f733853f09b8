package dev.millrace.runner;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/// Workspaces for tests: text files by their path; those in `bin/` and those ending in `.sh` can be executed.
public final class Tar {
  private Tar() {}

  public static Runner.Workspace of(Map<String, String> files) {
    return to -> {
      TarArchiveOutputStream tar = new TarArchiveOutputStream(to, 512);
      for (Map.Entry<String, String> file : files.entrySet()) {
        add(tar, file.getKey(), file.getValue().getBytes(StandardCharsets.UTF_8));
      }
      tar.finish();
    };
  }

  public static void add(TarArchiveOutputStream tar, String path, byte[] content) throws IOException {
    TarArchiveEntry entry = new TarArchiveEntry(path);
    entry.setSize(content.length);
    entry.setMode(path.endsWith(".sh") || path.startsWith("bin/") ? 0755 : 0644);
    tar.putArchiveEntry(entry);
    tar.write(content);
    tar.closeArchiveEntry();
  }
}
